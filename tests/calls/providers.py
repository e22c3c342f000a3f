"""The same questions to every provider there is: each case runs a real adapter against a real server of its other side.

twilio   against the stand-in that behaves like Twilio's API
pbx      against a control address that checks signatures
gateway  of SMS, against the same
emulator against a server in this service's place that takes its signed requests
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from calls import signed_partner, twilio_api
from calls.messaging import emulator as emulated_messages
from calls.messaging.emulator import EmulatedMessages
from calls.messaging.sms_gateway import SmsGateway
from calls.messaging.twilio_messages import TwilioMessages
from calls.signing import signature
from calls.telephony.emulator import in_process as emulated_voice
from calls.telephony.emulator.in_process import EmulatedVoice
from calls.telephony.pbx import PbxVoice
from calls.telephony.twilio_voice import TwilioVoice
from tests.calls.exchange import KEY, ControlAddress, control_address
from tests.failure.harness.background import Background
from tests.failure.harness.provider import Provider

CALL = "CA" + "7" * 32
NOBODY_LISTENS = "http://127.0.0.1:9"
SHORT_S = 0.3  # the limit of the adapter while the other side hangs
HANGS_S = 5.0


class Case:
    """One provider: `voice()` and `messages()` are its adapters, `asked` what reached the other side."""

    voice: Any = None
    messages: Any = None

    def __init__(self, settings: Any, monkeypatch: Any) -> None:
        self.settings, self.monkeypatch = settings, monkeypatch


class TwilioCase(Case):
    voice, messages = TwilioVoice, TwilioMessages

    def __init__(self, settings: Any, monkeypatch: Any, stack: ExitStack) -> None:
        super().__init__(settings, monkeypatch)
        background = stack.enter_context(closing(Background()))
        self.twilio = stack.enter_context(
            closing(Provider(background, public_base_url=NOBODY_LISTENS))
        )
        settings.TELEPHONY = "twilio"
        settings.TWILIO_API_BASE_URL = self.twilio.url
        settings.TWILIO_ACCOUNT_SID = self.twilio.account
        settings.TWILIO_AUTH_TOKEN = self.twilio.token
        settings.TWILIO_WHATSAPP_NUMBER = "+622155500113"
        self.twilio.rings("+6281234567890", sid=CALL)
        leg = next(iter(self.twilio.legs.values()))
        leg.sid, leg.status, leg.ended_at = CALL, "in-progress", None
        self.twilio.legs[CALL] = leg

    @property
    def asked(self) -> list[str]:
        return [f"{one.path} {json.dumps(one.params)}" for one in self.twilio.api.asked]

    @property
    def texts(self) -> list[str]:
        return [text.body for text in self.twilio.texts.values()]

    def refuses(self, status: int) -> None:
        self.twilio.fails(status=status)

    def forgets_the_call(self) -> None:
        self.twilio.legs.clear()

    def hangs(self) -> None:
        self.monkeypatch.setattr(twilio_api, "API_TIMEOUT_S", SHORT_S)
        self.twilio.fails(delay_s=HANGS_S)

    def is_gone(self) -> None:
        self.settings.TWILIO_API_BASE_URL = NOBODY_LISTENS


class PartnerCase(Case):
    def __init__(self, settings: Any, monkeypatch: Any, stack: ExitStack) -> None:
        super().__init__(settings, monkeypatch)
        self.control: ControlAddress = stack.enter_context(control_address())
        self.released = threading.Event()
        stack.callback(self.released.set)
        self.set_up(self.control.url)

    def set_up(self, url: str) -> None:
        raise AssertionError("each names its settings")

    @property
    def asked(self) -> list[str]:
        return [json.dumps(one) for one in self.control.asked]

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.control.done.values()]

    def refuses(self, status: int) -> None:
        self.control.answers.append(status)

    def forgets_the_call(self) -> None:
        self.control.unknown_calls.add(CALL)

    def hangs(self) -> None:
        self.monkeypatch.setattr(signed_partner, "ANSWER_TIMEOUT_S", SHORT_S)
        self.control.answers.append(lambda _handler: self.released.wait(HANGS_S))

    def is_gone(self) -> None:
        self.set_up(NOBODY_LISTENS)


class PbxCase(PartnerCase):
    voice = PbxVoice

    def set_up(self, url: str) -> None:
        self.settings.TELEPHONY = "pbx"
        self.settings.PBX_HMAC_KEY, self.settings.PBX_CONTROL_URL = KEY, url
        self.control.says = {
            "calls": [
                {"call_id": "1.1", "from": "0812345678", "to": "112", "status": "ended",
                 "at": "2026-11-28T01:00:00Z", "ended_at": "2026-11-28T01:01:00Z"},
                {"call_id": "1.2", "status": "ringing", "at": "2026-11-28T01:00:30Z"},
            ]
        }  # fmt: skip


class GatewayCase(PartnerCase):
    messages = SmsGateway

    def set_up(self, url: str) -> None:
        self.settings.SMS_GATEWAY_KEY, self.settings.SMS_GATEWAY_URL = KEY, url
        self.control.says = {"message_id": "sms-1"}


class EmulatorCase(Case):
    """The other side of the emulator is this service: a server in its place checks Twilio's signature."""

    voice, messages = EmulatedVoice, EmulatedMessages

    def __init__(self, settings: Any, monkeypatch: Any, stack: ExitStack) -> None:
        super().__init__(settings, monkeypatch)
        self.asked: list[str] = []
        self.texts: list[str] = []
        self.answers: list[Any] = []
        self.status = 204
        self.released = threading.Event()
        settings.PUBLIC_BASE_URL = stack.enter_context(_serving(self))
        stack.callback(self.released.set)

    def take(self, handler: BaseHTTPRequestHandler) -> int:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        pairs = parse_qsl(body, keep_blank_values=True)
        url = self.settings.PUBLIC_BASE_URL + handler.path
        good = signature(token=self.settings.TWILIO_AUTH_TOKEN, url=url, pairs=pairs)
        if handler.headers["X-Twilio-Signature"] != good:
            return 403
        self.asked.append(f"{handler.path} {json.dumps(dict(pairs))}")
        if self.status == 0:
            self.released.wait(HANGS_S)
        return self.status or 204

    def refuses(self, status: int) -> None:
        self.status = status

    def forgets_the_call(self) -> None:
        self.status = 404

    def hangs(self) -> None:
        for module in (emulated_voice, emulated_messages):
            self.monkeypatch.setattr(module, "REQUEST_TIMEOUT_S", SHORT_S)
        self.status = 0

    def is_gone(self) -> None:
        self.settings.PUBLIC_BASE_URL = NOBODY_LISTENS


@contextmanager
def _serving(case: EmulatorCase) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = case.take(self)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


VOICES = {"twilio": TwilioCase, "pbx": PbxCase, "emulator": EmulatorCase}
MESSENGERS = {"twilio": TwilioCase, "sms_gateway": GatewayCase, "emulator": EmulatorCase}


@contextmanager
def running(kind: type[Case], settings: Any, monkeypatch: Any) -> Iterator[Any]:
    with ExitStack() as stack:
        yield kind(settings, monkeypatch, stack)  # type: ignore[call-arg]


def seconds(act: Any) -> float:
    """How long it takes to fail."""
    begun_s = time.monotonic()
    act()
    return time.monotonic() - begun_s
