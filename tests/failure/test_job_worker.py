"""The real job worker, killed between the rungs of a ladder: it goes on, and nothing is sent twice.

A stand-in of the provider's API in this process counts what it was asked: it is the judge.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.db import connection

from calls.models import Notice
from deploy.machine.places import REPOSITORY
from dispatch.models import AcknowledgementRule, Alarm, Assignment
from realtime.jobs import defer
from realtime.models import QuarantinedJob
from tests import factories, jobs
from tests.failure.running import within

pytestmark = [
    pytest.mark.failure,
    pytest.mark.timeout(400),
    pytest.mark.django_db(transaction=True),
]
PATIENCE_S = 90
CREW_PHONE = "+628100000001"


class Provider:
    """Notes what it is asked; `hold` makes it answer only when it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hold = threading.Event()
        self.hold.set()
        outer = self

        class Api(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append(self.path.rpartition("/")[2])
                outer.hold.wait(PATIENCE_S)
                kind = "CA" if "Calls" in self.path else "SM"
                sid = f"{kind}{len(outer.asked):032d}"
                body = json.dumps({"sid": sid, "status": "queued"}).encode()
                try:
                    self.send_response(201)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    return  # whoever asked has been killed

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.hold.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    one = Provider()
    yield one
    one.stop()


class Worker:
    """`manage.py jobs` on the test's own database."""

    def __init__(self, provider: Provider) -> None:
        options = connection.settings_dict
        host = str(options["HOST"]).replace("/", "%2F")
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"postgis://{options['USER']}@/{options['NAME']}?host={host}",
            "SECRET_KEY": settings.SECRET_KEY,
            "TELEPHONY": "twilio",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "only-for-tests",
            "TWILIO_NUMBER": "+622155500112",
            "TWILIO_API_BASE_URL": f"http://127.0.0.1:{provider.server.server_port}",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "jobs"],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=PATIENCE_S)


@pytest.fixture
def worker(provider: Provider) -> Iterator[Worker]:
    jobs.forget()
    one = Worker(provider)
    yield one
    if one.process and one.process.poll() is None:
        one.kill()
    jobs.forget()


def assign(ada: factories.Person, *, sms: int | None, call: int | None, alarm: int) -> str:
    AcknowledgementRule.objects.create(sms_after_s=sms, call_after_s=call, alarm_after_s=alarm)
    engine = factories.make_unit("DAMKAR-1", phone=CREW_PHONE)
    incident = ada.done("incident.open", type="fire", location=factories.PLACE)
    assigned = ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))
    return str(assigned["assignment_id"])


def let_pass(seconds: int) -> None:
    """The open ladder becomes so much older, with the timer that waits for it."""
    with connection.cursor() as cursor:
        for table, column in (
            ("dispatch_assignmentladder", "started_at"),
            ("procrastinate_jobs", "scheduled_at"),
        ):
            cursor.execute(
                f"UPDATE {table} SET {column} = {column} - make_interval(secs => %s)", [seconds]
            )


def running() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'doing')")
        return bool(cursor.fetchone()[0])


def noted(channel: str) -> bool:
    return Notice.objects.filter(channel=channel).exclude(provider_sid="").exists()


def test_killed_after_every_rung_the_ladder_goes_on_and_nothing_is_sent_twice(
    ada: factories.Person, provider: Provider, worker: Worker
) -> None:
    assign(ada, sms=600, call=1_200, alarm=1_800)

    for is_done, what in (
        (lambda: noted("sms"), "the SMS"),
        (lambda: noted("voice"), "the call"),
        (lambda: Alarm.objects.filter(kind="assignment_unacknowledged").exists(), "the alarm"),
    ):
        let_pass(600)
        worker.start()
        within(PATIENCE_S, lambda is_done=is_done: is_done() and not running(), what=what)
        worker.kill()
    assert sorted(provider.asked) == ["Calls.json", "Messages.json"]
    assert jobs.waiting() == []


def test_a_job_in_the_hands_of_a_killed_worker_is_taken_up_again(
    ada: factories.Person, provider: Provider, worker: Worker
) -> None:
    assign(ada, sms=1, call=None, alarm=600)
    provider.hold.clear()
    worker.start()
    within(PATIENCE_S, lambda: len(provider.asked) == 1, what="the first try")
    worker.kill()
    provider.hold.set()

    worker.start()
    within(PATIENCE_S, lambda: noted("sms"), what="the SMS by the next worker")

    assert provider.asked == ["Messages.json"] * 2, "asked again: no answer had been noted"


def test_a_slow_provider_does_not_hold_the_ladder(
    ada: factories.Person, provider: Provider, worker: Worker
) -> None:
    assignment = assign(ada, sms=1, call=2, alarm=3)
    provider.hold.clear()
    worker.start()

    within(
        PATIENCE_S,
        lambda: Alarm.objects.filter(kind="assignment_unacknowledged").exists(),
        what="the alarm although SMS and call hang",
    )

    assert not noted("sms")
    ada.done("assignment.acknowledge", assignment_id=assignment)
    assert Assignment.objects.get().status == "acknowledged"
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_a_poisoned_job_is_set_apart_and_its_neighbours_go_on(
    ada: factories.Person, provider: Provider, worker: Worker
) -> None:
    defer("tests.gone_with_an_update", value="1")
    defer("calls.send_message", message_id="no uuid at all")  # a bug: raises each time
    assign(ada, sms=1, call=None, alarm=600)
    worker.start()

    within(PATIENCE_S, lambda: noted("sms"), what="the neighbour")
    within(PATIENCE_S, lambda: QuarantinedJob.objects.count() == 2, what="both set apart")

    tries = dict(QuarantinedJob.objects.values_list("task", "attempts"))
    worker.stop()
    assert worker.process
    assert worker.process.returncode == 0
    assert tries["calls.send_message"] == 5
    assert set(Alarm.objects.values_list("kind", flat=True)) == {"job_failed", "message_failed"}
