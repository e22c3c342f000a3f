"""A picture's whole way: with the message, by the job, to the screen, and away when its time is up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calls import media, media_files, selectors
from calls.models import Call, Media, MediaAccess
from realtime import eventlog, storage
from tests import jobs
from tests.calls import media_samples as samples
from tests.calls import media_server

pytestmark = pytest.mark.django_db
WHATSAPP = "whatsapp:+6281234567890"


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


@pytest.fixture
def store():
    with media_server.running() as running:
        yield running


@pytest.fixture
def sends(text):
    """A citizen sends a file by WhatsApp."""

    def send(url, kind="image/jpeg", sid="SM1", **params):
        text(
            "",
            sid=sid,
            sender=WHATSAPP,
            NumMedia="1",
            MediaUrl0=url,
            MediaContentType0=kind,
            **params,
        )
        return Media.objects.latest("id")

    return send


def work():
    """All jobs about media, also those that wait."""
    return jobs.run_all("calls.queue_media") + jobs.run_all("calls.fetch_media")


def seen(row=None):
    (call,) = selectors.wires()
    (one,) = call["messages"][0]["media"]
    return one


def test_a_photo_is_fetched_by_its_job_and_every_board_hears_of_it(store, sends):
    sends(store.keeps("/a", samples.jpeg()))
    assert (seen()["state"], store.asked) == (
        "waiting",
        [],
    )  # nothing is asked while the webhook waits

    work()

    assert seen() | {"id": ""} == {
        "id": "",
        "content_type": "image/jpeg",
        "state": "ready",
        "kind": "picture",
        "problem": None,
        "width": 1200,
        "height": 800,
        "duration_s": None,
    }
    changed = [one for one in eventlog.events_after(0) if one.name == "call.media_changed"]
    assert changed[-1].data["set"]["calls"][0]["messages"][0]["media"][0]["state"] == "ready"


def test_what_is_fetched_once_is_not_fetched_again(store, sends):
    row = sends(store.keeps("/a", samples.jpeg()))
    work()

    media.bring(str(row.pk))

    assert len(store.asked) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (samples.voice(), "sound"),
        (samples.film(), "film"),
        (samples.jpeg(), "picture"),
    ],
)
def test_what_it_is_is_read_from_the_file_and_not_believed(store, sends, body, kind):
    sends(store.keeps("/a", body, "application/pdf"), "application/pdf")

    work()

    assert (seen()["state"], seen()["kind"]) == ("ready", kind)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"%PDF-1.7", "unknown_kind"),
        (b"", "empty"),
        (b"\xff\xd8\xff broken", "damaged"),
        (samples.png_bomb(), "too_many_pixels"),
    ],
)
def test_what_cannot_be_shown_is_named(store, sends, body, problem):
    sends(store.keeps("/a", body, "application/pdf"), "application/pdf")

    work()

    assert (seen()["state"], seen()["problem"]) == ("refused", problem)
    assert seen()["content_type"] == "application/pdf"
    assert not list(media_files.folder_of(Media.objects.get().pk).parent.glob("*"))


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/", "https://evil.example/a.jpg", "file:///etc/passwd"]
)
def test_a_file_somewhere_else_is_refused_and_said(sends, url):
    sends(url)

    work()

    assert (seen()["state"], seen()["problem"]) == ("refused", "address")


def test_with_a_real_provider_this_machine_is_never_asked(store, sends, settings):
    sends(store.keeps("/a", samples.jpeg()))
    settings.TELEPHONY = "twilio"
    settings.TWILIO_API_BASE_URL = ""

    work()

    assert (seen()["state"], store.asked) == ("refused", [])


def test_a_provider_that_has_it_a_moment_later_is_asked_again(store, sends):
    sends(f"{store.url}/a")
    work()
    assert (seen()["state"], seen()["problem"]) == ("waiting", "status_404")
    store.keeps("/a", samples.jpeg())

    work()
    work()

    assert seen()["state"] == "ready"


def test_a_provider_that_never_has_it_is_given_up_and_asked_once_more_by_a_person(
    store, sends, ada
):
    row = sends(f"{store.url}/a")
    for _ in range(2 * media.TRIES_MAX):
        work()
    assert seen()["state"] == "lost"
    assert len(store.asked) == media.TRIES_MAX
    store.keeps("/a", samples.jpeg())

    ada.done("media.fetch_again", media_id=str(row.pk))
    work()

    assert seen()["state"] == "ready"


def test_on_a_full_disk_media_wait_and_no_try_is_used_up(store, sends, monkeypatch):
    sends(store.keeps("/a", samples.jpeg()))
    with monkeypatch.context() as full:
        full.setattr(storage, "has_room", lambda *_args, **_options: False)
        for _ in range(2 * media.TRIES_MAX):
            work()
        assert (seen()["state"], seen()["problem"]) == ("waiting", "disk_full")
        assert store.asked == []

    work()
    work()

    assert seen()["state"] == "ready"


def test_a_job_that_was_lost_is_written_anew(store, sends):
    sends(store.keeps("/a", samples.jpeg()))
    jobs.forget()

    assert media.sweep(now=timezone.now()) == 0  # it may still be under way
    assert media.sweep(now=timezone.now() + timedelta(minutes=5)) == 1
    work()

    assert seen()["state"] == "ready"


def test_not_more_than_two_are_made_at_a_time(store, sends):
    for number in range(12):
        sends(store.keeps(f"/{number}", samples.jpeg()), sid=f"SM{number}")

    from procrastinate.contrib.django.models import ProcrastinateJob

    lanes = set(
        ProcrastinateJob.objects.filter(task_name="calls.fetch_media").values_list(
            "lock", flat=True
        )
    )
    assert lanes <= {"media-0", "media-1"}


def test_where_a_picture_was_taken_is_evidence_with_a_warning(store, sends):
    sends(store.keeps("/a", samples.jpeg(gps=True)))

    work()

    (where,) = selectors.wires()[0]["locations"]
    assert (where["lat"], where["source"]) == (pytest.approx(samples.LAT), "text")
    assert where["warnings"] == ["photo"]
    assert where["label"] == "EXIF 2026-11-28 02:15"


# --- who may see it ----------------------------------------------------------------------------


def looks(person, row, variant="full", **headers):
    return Client().get(f"/api/v1/media/{row.pk}/{variant}", headers={**person.bearer, **headers})


@pytest.fixture
def photo(store, sends):
    row = sends(store.keeps("/a", samples.jpeg()))
    work()
    return row


def test_the_centre_sees_it_and_nothing_in_it_can_run(photo, ada):
    answer = looks(ada, photo)

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


def test_every_look_is_noted(photo, ada, cy):
    looks(ada, photo, "thumb")
    looks(cy, photo)
    looks(cy, photo, "nonsense")

    noted = MediaAccess.objects.order_by("id").values_list("person__username", "what")
    assert list(noted) == [("ada", "thumb"), ("cy", "media")]


def test_a_crew_sees_what_belongs_to_its_incident_while_it_works_on_it(
    photo, ada, crew, dee, engine
):
    assert looks(crew, photo).status_code == 404
    call_id = str(Call.objects.get().pk)
    incident_id = ada.done("incident.open", type="fire", priority=1, call_id=call_id)[
        "incident_id"
    ]
    assert looks(crew, photo).status_code == 404

    assignment = ada.done("unit.assign", incident_id=incident_id, unit_id=str(engine))

    assert looks(crew, photo).status_code == 200
    assert looks(dee, photo).status_code == 404
    ada.done("assignment.cancel", assignment_id=assignment["assignment_id"], reason="uji")
    assert looks(crew, photo).status_code == 404


def test_nobody_else_sees_it(photo, root):
    assert Client().get(f"/api/v1/media/{photo.pk}/full").status_code == 401
    assert looks(root, photo).status_code == 404


def test_a_film_can_be_wound(store, sends, ada):
    row = sends(store.keeps("/a", samples.film()))
    work()
    whole = looks(ada, row).content

    part = looks(ada, row, Range="bytes=10-19")

    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert looks(ada, row, Range="bytes=999999999-").status_code == 416
    assert looks(ada, row, Range="lines=1-2").content == whole
    assert MediaAccess.objects.get().requests == 2  # winding is no look of its own


def test_nothing_lies_where_the_web_server_serves(photo, settings):
    assert settings.MEDIA_ROOT not in {settings.STATIC_ROOT, *settings.STATICFILES_DIRS}
    assert Client().get(f"/media/messages/{photo.pk}/full.jpg").status_code == 404


# --- its time is up ----------------------------------------------------------------------------


def test_what_is_older_than_it_is_kept_is_removed(photo, settings, ada):
    now = timezone.now()
    assert media.purge(now=now + timedelta(days=settings.MEDIA_KEEP_DAYS - 1)) == 0

    assert media.purge(now=now + timedelta(days=settings.MEDIA_KEEP_DAYS + 1)) == 1

    assert seen()["state"] == "removed"
    assert not media_files.folder_of(photo.pk).exists()
    assert looks(ada, photo).status_code == 404


def test_of_an_open_incident_and_of_a_deployment_that_keeps_for_ever_nothing_goes(
    photo, settings, ada
):
    later = timezone.now() + timedelta(days=10_000)
    ada.done("incident.open", type="fire", priority=1, call_id=str(Call.objects.get().pk))
    assert media.purge(now=later) == 0

    Call.objects.update(incident=None)
    settings.MEDIA_KEEP_DAYS = 0
    assert media.purge(now=later) == 0
