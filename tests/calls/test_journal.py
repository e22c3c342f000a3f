"""What the database cannot take is safe on the disk before it is answered, and is acted on once when it can."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from calls import intake, journal, receiving, replay
from calls.models import Call, Message, WebhookRecord
from deploy.machine.places import REPOSITORY
from dispatch.models import Alarm
from realtime.models import Event
from tests.calls.twiml import verbs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def database(monkeypatch):
    """A switch: while it is off, every database part of a webhook fails as it does with the server away."""
    really = {name: getattr(receiving, name) for name in ("within_deadline", "in_second_line")}

    class Database:
        def off(self):
            def away(_work):
                raise receiving.Unavailable

            for name in really:
                monkeypatch.setattr(receiving, name, away)

        def on(self):
            for name, one in really.items():
                monkeypatch.setattr(receiving, name, one)

    return Database()


def replayed() -> int:
    return replay.replay_waiting(threading.Event())


def test_a_caller_is_greeted_and_held_and_becomes_a_call_once(ring, database):
    database.off()
    before = timezone.now()
    answer = ring(sid="CA1")
    after = timezone.now()

    assert answer.status_code == 200
    assert verbs(answer) == ["Say", "Say", "Play", "Redirect"]
    assert Call.objects.count() == 0
    assert len(journal.waiting()) == 1

    database.on()
    assert replayed() == 1
    call = Call.objects.get()
    assert before <= call.received_at <= after
    assert WebhookRecord.objects.get().outcome == "received"
    assert journal.waiting() == []


def test_the_question_again_queues_the_caller_when_the_database_is_back(ring, post, database):
    database.off()
    again = ET.fromstring(ring(sid="CA1").content).findtext("Redirect")
    held = post(again, {"CallSid": "CA1", "From": "+6281234567890"})
    assert verbs(held) == ["Say", "Say", "Play", "Redirect"]
    assert ET.fromstring(held.content).findtext("Redirect") == again

    database.on()
    again = ET.fromstring(held.content).findtext("Redirect")
    after = timezone.now()
    queued = post(again, {"CallSid": "CA1", "From": "+6281234567890"})

    assert len(journal.waiting()) == 1, (
        "what lies in the journal is not kept again at every question"
    )
    assert verbs(queued) == ["Enqueue"]
    assert Call.objects.get().received_at < after, (
        "the call has the time at which it was asked again"
    )
    replayed()
    assert Call.objects.count() == 1
    assert Event.objects.filter(name="call.received").count() == 1


def test_the_journal_is_replayed_in_the_order_of_arrival(ring, post, text, database):
    database.off()
    ring(sid="CA1")
    post(
        "/twilio/voice/status",
        {"CallSid": "CA1", "CallStatus": "completed", "Direction": "inbound"},
    )
    for number in range(3):
        text(f"pesan {number}", sid=f"SM{number}")
    assert Call.objects.count() == 0

    database.on()
    assert replayed() == 5

    assert Call.objects.get(channel="voice").status == "abandoned"
    assert [one.text for one in Message.objects.order_by("at")] == [
        "pesan 0",
        "pesan 1",
        "pesan 2",
    ]


def test_an_entry_replayed_twice_acts_once(text, database, monkeypatch):
    database.off()
    text("tolong", sid="")  # without a SID nothing but the entry's own id tells a repetition
    database.on()
    monkeypatch.setattr(
        journal, "done", lambda path: None
    )  # killed before it could take the entry away

    replayed()
    replayed()

    assert Message.objects.count() == 1
    assert WebhookRecord.objects.count() == 1


def test_a_replay_that_meets_a_dead_database_keeps_everything_in_order(
    text, database, monkeypatch
):
    database.off()
    for number in range(3):
        text(f"pesan {number}", sid=f"SM{number}")
    database.on()
    receive, seen = intake.receive_message, []

    def dies_at_the_second(message, *, now):
        seen.append(message.sid)
        if len(seen) == 2:
            raise OperationalError
        return receive(message, now=now)

    monkeypatch.setattr(intake, "receive_message", dies_at_the_second)
    assert replayed() == 1
    assert replayed() == 2

    assert seen == ["SM0", "SM1", "SM1", "SM2"]
    assert Message.objects.count() == 3


def test_a_database_that_dies_in_the_middle_of_a_webhook_loses_nothing(ring, monkeypatch):
    def dies(*_args, **_arguments):
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(intake, "receive_call", dies)
        assert verbs(ring(sid="CA1")) == ["Say", "Say", "Play", "Redirect"]

    assert replayed() == 1
    assert Call.objects.count() == 1


def test_a_message_is_answered_as_stored_only_when_it_is_on_the_disk(text, database, monkeypatch):
    database.off()
    assert text().status_code == 200
    assert len(journal.waiting()) == 1

    def full(*_args, **_arguments):
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(journal, "_write", full)
    assert text(sid="SM2").status_code == 503  # the provider tries again, and its fallback


def test_a_caller_hears_a_document_even_with_database_and_disk_gone(ring, database, monkeypatch):
    database.off()

    def full(*_args, **_arguments):
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(journal, "_write", full)

    assert verbs(ring()) == ["Say", "Say", "Play", "Redirect"]


def test_a_full_disk_gives_up_its_ballast_for_the_request(text, database, monkeypatch):
    journal.prepare()
    ballast = journal.folder() / "ballast"
    write = journal._write

    def full_while_the_ballast_lies_there(name, data):
        if ballast.exists():
            raise OSError(errno.ENOSPC, "no space left on device")
        write(name, data)

    monkeypatch.setattr(journal, "_write", full_while_the_ballast_lies_there)
    database.off()

    assert text().status_code == 200
    assert len(journal.waiting()) == 1


def test_an_unsigned_request_never_reaches_the_journal(client, database):
    database.off()

    assert client.post("/twilio/voice/incoming", {"CallSid": "CA1"}).status_code == 403
    assert journal.waiting() == []


def test_a_damaged_entry_is_set_aside_told_to_a_person_and_holds_up_nobody(text, database):
    database.off()
    text("pertama", sid="SM1")
    first = journal.waiting()[0]
    first.write_bytes(first.read_bytes()[:40])
    text("kedua", sid="SM2")
    database.on()

    assert replayed() == 1
    assert Message.objects.get().text == "kedua"
    assert Alarm.objects.get().kind == "webhook_failed"
    assert [path.name for path in journal.quarantine().iterdir()] == [first.name]


def test_a_request_that_we_do_not_understand_is_kept_and_told_to_a_person(ring, monkeypatch):
    def mistaken(*_args, **_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(intake, "receive_call", mistaken)
    answer = ring(sid="CA1")

    assert answer.status_code == 200
    record = WebhookRecord.objects.get()
    assert record.outcome == "error"
    assert ["CallSid", "CA1"] in record.params
    assert Alarm.objects.get().kind == "webhook_failed"


def test_one_process_at_a_time_replays():
    journal.prepare()
    with journal.alone() as first, journal.alone() as second:
        assert (first, second) == (True, False)
    with journal.alone() as again:
        assert again


def test_a_kept_request_is_whole_and_private(ring, database):
    database.off()
    ring(sid="CA1", CallerName="Ani 😀")
    path = journal.waiting()[0]

    request = receiving.ProviderRequest.unpacked(json.loads(path.read_text()))
    assert request.get("CallerName") == "Ani 😀"
    assert timezone.now() - request.now < timedelta(minutes=1)
    assert journal.folder().stat().st_mode & 0o077 == 0


def test_a_worker_that_has_served_nothing_yet_understands_every_entry():
    """The addresses are read at the first request; the journal is looked into before that."""
    question = (
        "import django; django.setup();"
        "from calls.receiving import webhooks; print(*sorted(webhooks))"
    )
    environment = {**os.environ, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "dispatch.settings"}
    done = subprocess.run(
        [sys.executable, "-c", question],
        env={**environment, "TWILIO_AUTH_TOKEN": "x", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert set(receiving.webhooks) >= {"voice_incoming", "messages_incoming", "notice_key", "aml"}
    assert set(done.stdout.split()) == set(receiving.webhooks)


def test_what_a_writer_left_behind_is_kept_when_it_is_whole_and_goes_when_it_is_not(home):
    journal.prepare()
    whole, half = (journal.folder() / f".{n:020d}-x{journal.ENTRY}" for n in (1, 2))
    whole.write_text(json.dumps({"id": "x"}))
    half.write_text('{"id": ')
    written_s = whole.stat().st_mtime

    journal.adopt_left_behind(now_s=written_s + journal.LEFT_S_MIN - 1)  # it may be being written
    assert journal.waiting() == []
    assert half.exists()

    journal.adopt_left_behind(now_s=written_s + journal.LEFT_S_MIN + 1)
    assert [journal.read(path).id for path in journal.waiting()] == ["x"]
    assert not half.exists()
