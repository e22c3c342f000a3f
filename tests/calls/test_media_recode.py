"""What strangers send is written anew by a process of its own; what harms it ends that process and nothing else."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys

import av
import pytest
from PIL import Image

from calls import media_files, media_recode
from tests.calls import media_samples as samples


@pytest.fixture
def recoded(tmp_path):
    def recode(body):
        source, folder = tmp_path / "source", tmp_path / "made"
        source.write_bytes(body)
        folder.mkdir(exist_ok=True)
        return media_files.recode(source, folder), folder

    return recode


def test_a_picture_comes_in_two_sizes_and_without_anything_of_its_camera(recoded):
    told, folder = recoded(samples.jpeg(4000, 3000, gps=True))

    assert (told["kind"], told["width"], told["height"]) == ("picture", 2048, 1536)
    for name, side in (("full.jpg", 2048), ("thumb.jpg", 320)):
        with Image.open(folder / name) as image:
            assert image.format == "JPEG"
            assert max(image.size) == side
            assert not image.getexif()
        assert b"Budi" not in (folder / name).read_bytes()


def test_where_the_camera_was_is_told_and_not_kept(recoded):
    told, _ = recoded(samples.jpeg(gps=True))

    assert told["place"]["lat"] == pytest.approx(samples.LAT)
    assert told["place"]["lng"] == pytest.approx(samples.LNG)
    assert told["place"]["taken"] == "2026:11:28 02:15:00"
    assert recoded(samples.jpeg())[0]["place"] is None


def test_a_picture_stands_as_the_camera_was_held(recoded):
    told, _ = recoded(samples.jpeg(600, 400, turned=True))

    assert (told["width"], told["height"]) == (400, 600)


def test_a_picture_with_holes_is_filled(recoded):
    assert recoded(samples.png())[0]["kind"] == "picture"


@pytest.mark.parametrize(
    ("form", "codec"), [("mp4", "libx264"), ("webm", "libvpx"), ("matroska", "libx264")]
)
def test_a_film_becomes_one_that_every_browser_plays(recoded, form, codec):
    told, folder = recoded(samples.film(2.0, side=(1280, 720), form=form, codec=codec))

    assert told["kind"] == "film"
    assert told["duration_s"] == pytest.approx(2.0, abs=0.3)
    with av.open(str(folder / "full.webm")) as film:
        assert [stream.codec_context.name for stream in film.streams] == ["vp8", "opus"] or [
            stream.codec_context.name for stream in film.streams
        ] == ["vp8", "libopus"]
        assert (film.streams.video[0].width, film.streams.video[0].height) == (640, 360)
        assert sum(1 for _ in film.decode(video=0)) >= 15
    with Image.open(folder / "thumb.jpg") as image:
        assert max(image.size) <= 320


@pytest.mark.parametrize(
    ("form", "codec", "hz"),
    [
        ("ogg", "libopus", 48_000),  # WhatsApp
        ("mp3", "libmp3lame", 44_100),
        ("wav", "pcm_s16le", 8_000),
        ("amr", "libopencore_amrnb", 8_000),  # MMS
        ("ipod", "aac", 44_100),  # an iPhone's recorder
    ],
)
def test_a_voice_note_becomes_one_that_every_browser_plays(recoded, form, codec, hz):
    told, folder = recoded(samples.voice(3.0, form=form, codec=codec, hz=hz))

    assert told["kind"] == "sound", told
    assert told["duration_s"] == pytest.approx(3.0, abs=0.3)
    with av.open(str(folder / "full.webm")) as sound:
        heard_s = sum(frame.samples / frame.sample_rate for frame in sound.decode(audio=0))
    assert heard_s == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7 something",
        b"PK\x03\x04 an archive",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"MZ\x90\x00 a program",
        b"\x00" * 100,
        b"x",
        b"\x00\x00\x00\x18ftypheic",
    ],
)
def test_other_kinds_are_named_and_not_shown(recoded, body):
    told, folder = recoded(body)

    assert told == {"problem": "unknown_kind"}
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        samples.jpeg()[:300],
        b"\xff\xd8\xff" + b"\x00" * 500,
        b"OggS" + b"\xff" * 500,
        b"\x1aE\xdf\xa3" + b"\x00" * 500,
        b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 500,
        b"ID3" + b"\x00" * 500,
        b"#!AMR\n",
        gzip.compress(b"x" * 1000, mtime=0),
    ],
)
def test_a_broken_file_is_not_shown(recoded, body):
    assert recoded(body)[0].get("problem") in {"damaged", "empty", "unknown_kind"}


def test_a_playlist_inside_a_film_is_not_followed(recoded, tmp_path):
    """The known trick: a film whose beginning is a list of other files, which the decoder would open for us."""
    secret = tmp_path / "secret"
    secret.write_bytes(samples.voice(1.0))
    for head in (b"ID3", b"\x1aE\xdf\xa3", b"RIFF\x00\x00\x00\x00WAVE"):
        told, folder = recoded(head + b"\n#EXTM3U\n#EXTINF:1,\n" + str(secret).encode() + b"\n")
        assert "problem" in told
        assert not (folder / "thumb.jpg").exists()


def test_a_picture_of_a_thousand_million_points_is_not_opened(recoded):
    bomb = samples.png_bomb()

    assert len(bomb) < 10_000
    assert recoded(bomb)[0] == {"problem": "too_many_pixels"}


def test_a_long_film_is_shortened_and_says_so(recoded):
    told, _ = _run_with(recoded, samples.film(4.0), FILM_S_MAX="2.0")

    assert told["shortened"]
    assert told["duration_s"] == pytest.approx(2.0, abs=0.3)


def _run_with(recoded, body, **bounds):
    """The same program with a bound that can be reached in a test."""
    _, folder = recoded(b"x")
    (folder.parent / "source").write_bytes(body)
    lines = "; ".join(f"m.{name} = {value}" for name, value in bounds.items())
    script = (
        "import json, sys; from pathlib import Path; import importlib.util as u;"
        f"s = u.spec_from_file_location('m', {media_recode.__file__!r}); m = u.module_from_spec(s);"
        f"s.loader.exec_module(m); {lines}; m.limit();"
        f"print(json.dumps(m.main(Path({str(folder.parent / 'source')!r}), Path({str(folder)!r}))))"
    )
    answer = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, timeout=60, check=True
    )
    return json.loads(answer.stdout), folder


def test_whatever_swells_ends_the_child_and_not_us(recoded, monkeypatch, tmp_path):
    """Memory, processor time and the clock: each ends the child with a word for the conversation."""
    memory = "r.setrlimit(r.RLIMIT_AS, (300_000_000,) * 2); b = bytearray(10**9)"
    for script, within_s, problem in (
        (f"import resource as r; {memory}", 60.0, "too_big_to_open"),
        (
            "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 1))\nwhile True: pass",
            60.0,
            "too_big_to_open",
        ),
        ("import signal; signal.pause()", 0.5, "too_long_to_open"),
    ):
        program = tmp_path / "swells.py"
        program.write_text(script)
        monkeypatch.setattr(media_files, "PROGRAM", program)
        monkeypatch.setattr(media_files, "RECODE_S_MAX", within_s)
        assert recoded(samples.jpeg())[0] == {"problem": problem}


def test_the_child_has_limits_and_nothing_of_our_secrets(tmp_path, monkeypatch):
    program = tmp_path / "tells.py"
    program.write_text(
        "import json, os, resource, sys\n"
        f"sys.argv[0] = 'x'; exec(open({media_recode.__file__!r}).read().split('if __name__')[0]); limit()\n"
        "print(json.dumps({'environment': sorted(os.environ), 'memory': resource.getrlimit(resource.RLIMIT_AS)[0],"
        " 'cpu': resource.getrlimit(resource.RLIMIT_CPU)[0], 'core': resource.getrlimit(resource.RLIMIT_CORE)[0]}))"
    )
    monkeypatch.setenv("SECRET_KEY", "nobody's business")
    monkeypatch.setattr(media_files, "PROGRAM", program)

    told = media_files.recode(tmp_path / "source", tmp_path)

    assert set(told["environment"]) <= {"PATH", "OMP_NUM_THREADS", "LC_CTYPE"}
    assert told["memory"] == media_recode.MEMORY_BYTES_MAX
    assert told["cpu"] == media_recode.CPU_S_MAX
    assert told["core"] == 0


def test_a_picture_under_another_name_is_still_a_picture(recoded):
    out = io.BytesIO()
    Image.new("RGB", (50, 50)).save(out, "WEBP")

    assert recoded(out.getvalue())[0]["kind"] == "picture"
