"""manage.py fallback_documents: what it writes is served by a real web server and heard by a caller whom nobody answers."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from calls import provider_check
from calls.provider_setup import State
from calls.second_host import Kind, dialled, judge
from calls.telephony.emulator.records import Callee
from calls.telephony.emulator.requests import Hook
from tests.calls import twiml
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import wait_for

A, B = "+62771123456", "+6281234567890"
NOBODY = "http://127.0.0.1:1"
FILES = {"voice.xml", "messages.xml", "nginx.conf", "Caddyfile", "README.md"}


def write(folder: Path, *words: str, language: str = "en") -> str:
    out = StringIO()
    call_command("fallback_documents", "--out", str(folder), *words, language=language, stdout=out)
    return out.getvalue()


def refused(folder: Path, *words: str) -> str:
    with pytest.raises(CommandError) as raised:
        write(folder, *words)
    return str(raised.value)


def test_documents_snippets_and_a_page_that_explains_them_are_written(tmp_path) -> None:
    printed = write(tmp_path / "new/second", "--to", A, "--to", B)
    folder = tmp_path / "new/second"
    page = (folder / "README.md").read_text()

    assert {path.name for path in folder.iterdir()} == FILES
    assert all(str(folder / name) in printed for name in FILES)
    assert twiml.errors((folder / "voice.xml").read_text()) == []
    assert twiml.errors((folder / "messages.xml").read_text(), twiml.MESSAGES) == []
    assert dialled((folder / "voice.xml").read_bytes()) == [[A, B], [A, B]]
    assert f"{A}, {B} (all at once, whoever is first)" in page
    assert "Stores such as S3 cannot be told" in page
    assert f"--to {A} --to {B} --ring together" in page


def test_the_page_is_in_indonesian_for_those_who_read_that(tmp_path) -> None:
    write(tmp_path, "--to", A, "--ring", "in-turn", "--messages", "empty", language="id")
    page = (tmp_path / "README.md").read_text()

    assert page.startswith("# Bila server kami sendiri diam")
    assert "(satu per satu)" in page
    assert "tidak dijawab" in page
    assert "The provider" not in page
    assert "<Message>" not in (tmp_path / "messages.xml").read_text()


def test_written_again_the_new_document_takes_the_place_of_the_old_one(tmp_path) -> None:
    write(tmp_path, "--to", A)
    write(tmp_path, "--to", B)

    assert dialled((tmp_path / "voice.xml").read_bytes()) == [[B], [B]]
    assert {path.name for path in tmp_path.iterdir()} == FILES, "no half file is left"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "No number is named"),
        (["--to", "0771123456"], "“0771123456” must be written like +62771123456."),
        (["--to", "112"], "“112” must be written"),
        (["--to", A, "--to", A], f"{A} is named twice."),
        (["--to", "+622155500112"], "is a number of the centre itself"),
        (["--to", A, "--caller-id", "112"], "“112” must be written"),
        ([word for digit in range(11) for word in ("--to", f"{A}{digit % 10}")], "is named twice"),
        (
            [word for digit in range(11) for word in ("--to", f"+627711234{digit:02}")],
            "11 numbers are too many: the provider rings at most 10",
        ),
        (["--to", A, "--other-way-en", "999"], "in both languages"),
        (["--to", A, "--other-way-en", "9", "--other-way-id", "9" * 201], "longer than 200"),
    ],
)
def test_what_cannot_help_a_caller_is_refused_and_nothing_is_written(
    tmp_path, words, sentence
) -> None:
    assert sentence in refused(tmp_path / "out", *words)
    assert not (tmp_path / "out").exists()


def test_another_country_must_name_its_own_other_way(tmp_path, settings) -> None:
    settings.PHONE_REGION = "MY"
    assert "in both languages" in refused(tmp_path, "--to", "+60312345678")
    write(tmp_path, "--to", "+60312345678", "--other-way-id", "999", "--other-way-en", "999")
    text = (tmp_path / "voice.xml").read_text()
    assert "sembilan sembilan sembilan" in text
    assert "nine nine nine" in text


def test_a_folder_that_cannot_be_written_is_said(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(tmp_path / "file", "--to", A)


# --- a real second host --------------------------------------------------------------------------


@contextmanager
def nginx(folder: Path, at: Path) -> Iterator[str]:
    """The snippet as it was written, in a server of nothing else."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not on this machine")
    snippet = (folder / "nginx.conf").read_text().replace("/srv/siaga-fallback", str(folder))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    temporary = "\n".join(
        f"{name}_temp_path {at}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (at / "main.conf").write_text(
        f"pid {at}/pid; daemon off; master_process off; error_log {at}/error.log;\n"
        f"{f'user {getpass.getuser()};' if os.geteuid() == 0 else ''}\n"
        f"events {{}}\nhttp {{\n{temporary}\naccess_log {at}/access.log;\n"
        f"server {{ listen 127.0.0.1:{port};\n{snippet}\nroot {folder};\n}} }}\n"
    )
    server = subprocess.Popen(
        ["nginx", "-c", at / "main.conf", "-p", at], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _listens(port), 10, what="nginx")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def second(tmp_path) -> Iterator[str]:
    documents, server = tmp_path / "documents", tmp_path / "server"
    server.mkdir()
    write(documents, "--to", A, "--to", B)
    with nginx(documents, server) as url:
        yield url


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.MESSAGES])
def test_the_snippet_makes_nginx_answer_as_the_provider_needs_it(second, method, kind) -> None:
    url = f"{second}/{kind}.xml"

    row = judge(kind, url=url, method=method, answer=provider_check.ask(url, method))

    assert row.state == State.RIGHT, row.found


def test_nothing_but_the_two_documents_answers_a_post(second, tmp_path) -> None:
    """Without the snippet's trick a web server says 405, and the caller hears the provider's apology."""
    other = httpx.post(f"{second}/README.md", data={"From": "+628111"}, trust_env=False)
    httpx.get(f"{second}/voice.xml?From=%2B628111", trust_env=False)

    assert other.status_code == 405
    assert "voice.xml" not in (tmp_path / "server/access.log").read_text()


# --- a caller whom nobody answers ----------------------------------------------------------------


@pytest.fixture
def offered(background) -> Iterator[Provider]:
    """A provider whom nobody of ours answers."""
    with closing(Provider(background, public_base_url=NOBODY)) as running:
        yield running


def hook(second: str) -> Hook:
    return Hook(f"{NOBODY}/twilio/voice/incoming", f"{second}/voice.xml")


def test_while_our_host_is_dead_a_caller_is_greeted_and_connected(offered, second) -> None:
    leg = offered.rings("+628123450001", hook=hook(second))
    wait_for(lambda: f"dials {A}, {B}" in leg.heard, 5, what="the telephones ring")

    assert leg.documents[0].by_fallback
    assert leg.heard[0].startswith("Anda terhubung dengan layanan darurat satu satu dua.")
    assert leg.heard[2:] == [f"dials {A}, {B}"]
    assert not leg.is_over, "somebody has answered, the two talk"


def test_when_nobody_answers_they_ring_again_and_another_way_is_named(offered, second) -> None:
    offered.callees = {A: Callee(outcome="no-answer"), B: Callee(outcome="busy")}

    leg = offered.rings("+628123450001", hook=hook(second))
    wait_for(lambda: leg.is_over, 15, what="the end of the document")

    assert leg.heard.count(f"dials {A}, {B}") == 2
    assert "satu satu sembilan untuk ambulans" in leg.heard[-2]
    assert "one one nine for an ambulance" in leg.heard[-1]
    assert "application error" not in leg.heard


def test_who_writes_is_answered_at_once(offered, second) -> None:
    text = offered.writes(
        "whatsapp:+628123450001",
        "tolong",
        hook=Hook(f"{NOBODY}/twilio/messages/incoming", f"{second}/messages.xml"),
    )

    assert text.documents[0].by_fallback
    assert "<Message>Siaga 112: pesan Anda BELUM dibaca petugas." in text.documents[0].body
