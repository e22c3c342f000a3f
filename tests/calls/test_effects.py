"""Outside acts as the worker does them, against the emulated provider and a stand-in of Twilio's API."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls import effects, metrics
from calls.domain import ProviderError
from calls.messaging.emulator import EmulatedMessages
from calls.models import Call, Message, Notice, WebhookRecord
from calls.telephony.emulator.in_process import EmulatedVoice
from realtime import registry
from tests import jobs

pytestmark = pytest.mark.django_db


def deliver(url, headers, body):
    """The emulated provider's request, through the whole HTTP stack of this service."""
    path = url.removeprefix("https://112.example.go.id")
    response = Client().post(
        path,
        data=body,
        content_type=headers["Content-Type"],
        headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
    )
    return response.status_code


@pytest.fixture
def emulated(monkeypatch):
    monkeypatch.setattr(effects, "telephony", lambda: EmulatedVoice(send=deliver))
    monkeypatch.setattr(effects, "messaging", lambda: EmulatedMessages(send=deliver))


@pytest.fixture
def answered(ring, ada):
    ring()
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    return call


def attempt(number=0):
    job = SimpleNamespace(id=1, task_name="calls.connect_caller", task_kwargs={}, attempts=number)
    return SimpleNamespace(job=job)


def outcomes():
    return list(WebhookRecord.objects.order_by("id").values_list("kind", "outcome"))


def test_the_emulated_provider_takes_the_caller_to_the_dispatcher(emulated, answered):
    effects.connect_caller(attempt(), call_id=str(answered.pk))

    assert outcomes()[1:] == [
        ("voice_left_queue", "connected"),
        ("voice_join", "connected"),
        ("voice_conference", "applied"),
    ]


def test_a_call_released_in_the_meantime_is_not_pulled_out_of_the_queue(emulated, answered, ada):
    ada.done("call.release", call_id=str(answered.pk))

    effects.connect_caller(attempt(), call_id=str(answered.pk))
    effects.return_to_queue(attempt(), call_id=str(answered.pk))

    assert [kind for kind, _ in outcomes()] == ["voice_incoming", "voice_requeue", "voice_wait"]
    assert Call.objects.get().status == "queued"


def test_hanging_up_is_confirmed_by_the_emulated_provider(emulated, answered, ada):
    ada.done("call.hang_up", call_id=str(answered.pk))

    effects.hang_up(attempt(), call_id=str(answered.pk))

    call = Call.objects.get()
    assert (call.status, call.provider_status) == ("ended", "completed")


def test_a_reply_is_delivered_once_however_often_the_job_runs(emulated, text, ada):
    text()
    message_id = ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Kami datang")[
        "message_id"
    ]

    effects.send_message(attempt(), message_id=message_id)
    effects.send_message(attempt(), message_id=message_id)

    assert Message.objects.get(pk=message_id).provider_status == "delivered"
    assert WebhookRecord.objects.filter(kind="messages_status").count() == 2


class Broken:
    name = "broken"

    def __init__(self, *, permanent):
        self.permanent = permanent

    def connect_caller(self, _leg):
        raise ProviderError("status 500", permanent=self.permanent)


@pytest.fixture
def told():
    heard = []

    def listen(_log, **facts):
        heard.append(facts)

    registry.register_reaction("job.given_up", listen)
    yield heard
    registry._reactions["job.given_up"].remove(listen)


@pytest.mark.parametrize(
    ("permanent", "attempts", "is_told"),
    [(False, 0, False), (False, 3, False), (False, 4, True), (True, 0, True)],
)
def test_a_person_is_told_when_an_act_is_given_up(
    monkeypatch, answered, told, permanent, attempts, is_told
):
    monkeypatch.setattr(effects, "telephony", lambda: Broken(permanent=permanent))
    kind = "permanent" if permanent else "temporary"
    counter = metrics.PROVIDER_ERRORS.labels("broken", "connect_caller", kind)
    before = counter._value.get()

    with pytest.raises(ProviderError):
        effects.connect_caller(attempt(attempts), call_id=str(answered.pk))

    assert counter._value.get() == before + 1
    assert bool(told) is is_told


def test_the_tasks_that_services_ask_for_exist():
    from procrastinate.contrib.django import app

    from calls import notices, services
    from realtime.jobs import EFFECTS_QUEUE

    for name in (
        services.CONNECT_CALLER,
        services.RING_DISPATCHER,
        services.RETURN_TO_QUEUE,
        services.HANG_UP,
        services.SEND_MESSAGE,
        notices.SEND_NOTICE,
    ):
        assert app.tasks[name].queue == EFFECTS_QUEUE


# --- Twilio's API ------------------------------------------------------------------------------


@pytest.fixture
def twilio(provider):
    """A stand-in of api.twilio.com that notes what it is asked, and answers as it is told."""
    asked, answers = [], [(200, {"sid": "SM" + "0" * 32, "status": "queued"})]

    class Api(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append((self.path, {k: v[0] for k, v in parse_qs(body).items()}))
            status, payload = answers[-1]
            data = json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    provider.TELEPHONY = "twilio"
    provider.TWILIO_API_BASE_URL = f"http://127.0.0.1:{server.server_port}"
    yield SimpleNamespace(asked=asked, answers=answers)
    server.shutdown()
    thread.join()
    server.server_close()


def test_twilio_is_asked_to_move_the_caller_and_to_ring_the_dispatcher(twilio, answered, ada):
    effects.connect_caller(attempt(), call_id=str(answered.pk))
    (job,) = jobs.waiting("calls.ring_dispatcher")
    jobs.run_one(job)

    (moved, to_join), (rung, leg) = twilio.asked
    join = reverse("twilio-voice-join", args=[answered.pk])
    assert moved.endswith("/Calls/CA1.json")
    assert to_join == {"Url": f"https://112.example.go.id{join}", "Method": "POST"}
    assert rung.endswith(f"/Conferences/call-{answered.pk}/Participants.json")
    assert leg["To"] == f"client:{ada.viewer.user_id}"
    assert leg["EndConferenceOnExit"] == "false"


def test_twilio_is_asked_to_send_a_whatsapp_reply(twilio, text, ada, provider):
    provider.TWILIO_WHATSAPP_NUMBER = "+622155500113"
    text(sender="whatsapp:+6281234567890")
    message_id = ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Kami datang")[
        "message_id"
    ]

    effects.send_message(attempt(), message_id=message_id)

    ((_, sent),) = twilio.asked
    assert sent["To"] == "whatsapp:+6281234567890"
    assert sent["From"] == "whatsapp:+622155500113"
    assert sent["StatusCallback"] == "https://112.example.go.id/twilio/messages/status"
    assert Message.objects.get(pk=message_id).provider_sid == "SM" + "0" * 32


@pytest.mark.parametrize(
    ("status", "permanent"), [(429, False), (500, False), (503, False), (400, True), (404, True)]
)
def test_refusals_of_twilio_are_told_apart(twilio, answered, status, permanent):
    twilio.answers.append(
        (status, {"code": 20404, "message": "+62812 not found", "status": status})
    )

    with pytest.raises(ProviderError) as error:
        effects.connect_caller(attempt(), call_id=str(answered.pk))

    assert error.value.permanent is permanent
    assert "+62812" not in str(error.value)


def test_a_provider_that_cannot_be_reached_is_tried_again(answered, provider):
    provider.TELEPHONY = "twilio"
    provider.TWILIO_API_BASE_URL = "http://127.0.0.1:9"

    with pytest.raises(ProviderError) as error:
        effects.connect_caller(attempt(), call_id=str(answered.pk))

    assert not error.value.permanent


def test_twilio_is_asked_to_ring_a_crew_and_to_fetch_what_it_says(twilio, ada, types):
    notice = Notice.objects.create(
        key="a:call",
        channel="voice",
        to="+628100000001",
        text="Perhatian",
        subject_id="a",
        created_at=timezone.now(),
    )
    twilio.answers.append((201, {"sid": "CA" + "7" * 32, "status": "queued"}))

    for _ in range(2):
        effects.send_notice(attempt(), notice_id=str(notice.pk))

    ((path, asked),) = twilio.asked
    base = f"https://112.example.go.id/twilio/notices/{notice.pk}"
    assert path.endswith("/Calls.json")
    assert asked["To"] == "+628100000001"
    assert (asked["Url"], asked["StatusCallback"]) == (f"{base}/voice", f"{base}/status")
    assert Notice.objects.get().provider_sid == "CA" + "7" * 32
