"""Asterisk, the program beside it and the centre together: a citizen dials 112, a dispatcher clicks, they talk."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from calls import effects
from calls.domain import ProviderError
from calls.models import Call, Notice, WebhookRecord
from calls.signed_json import SIGNATURE_HEADER, sign
from calls.telephony.pbx import PbxVoice
from tests import jobs
from tests.calls.asterisk import (
    PBX,
    SEATS,
    Asterisk,
    StandIn,
    free_port,
    installed,
    running,
    wait_for,
)
from tests.calls.exchange import KEY

CALLER = "+6281234567890"

pytestmark = pytest.mark.django_db(transaction=True)


class Centre:
    """This service on a port: what comes in goes through the whole HTTP stack. `is_away`: nobody answers."""

    def __init__(self) -> None:
        self.is_away = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, said = (503, b"") if outer.is_away else outer.answer(self, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, handler, body):
        try:
            answer = Client(raise_request_exception=False).post(
                handler.path,
                data=body,
                content_type="application/json",
                headers={SIGNATURE_HEADER: handler.headers[SIGNATURE_HEADER]},
            )
            return answer.status_code, answer.content
        finally:
            connection.close()

    def start(self):
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Beside:
    """The program of deploy/pbx, as a process."""

    def __init__(self, home, centre, exchange) -> None:
        self.port = free_port()
        self.settings = home / "siaga-pbx.ini"
        self.log = home / "siaga-pbx.log"
        seats = "".join(f"{seat} = {device}\n" for seat, device in SEATS.items())
        self.settings.write_text(
            f"[centre]\nurl = {centre.url}\nkey = {KEY}\nspool = {home}/spool-of-siaga\n"
            f"[control]\nport = {self.port}\n"
            f"[asterisk]\nport = {exchange.port}\nsecret = change-me\nring_s = 2\n"
            f"crew_dial = Local/{{digits}}@citizens-telephone\ncdr = {exchange.cdr or home / 'none.csv'}\n"
            f"[seats]\n{seats}"
        )
        self.url = f"http://127.0.0.1:{self.port}/acts"

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "siaga_pbx", str(self.settings)], cwd=PBX, stdout=log, stderr=log
            )  # fmt: skip
        wait_for(lambda: "acts are taken" in self.log.read_text(), "the program runs")

    def stop(self):
        self.process.terminate()
        try:
            assert self.process.wait(10) == 0
        finally:
            self.process.kill()


@pytest.fixture(params=["stand-in", "asterisk"])
def exchange(request):
    if request.param == "asterisk" and installed() is None:
        pytest.skip("no Asterisk here: SIAGA_ASTERISK names a folder with its unpacked packages")
    one = StandIn() if request.param == "stand-in" else Asterisk()
    with running(one):
        yield one


@pytest.fixture
def centre():
    with running(Centre()) as one:
        yield one


@pytest.fixture
def beside(tmp_path, centre, exchange, provider):
    one = Beside(tmp_path, centre, exchange)
    provider.TELEPHONY = "pbx"
    provider.PBX_HMAC_KEY, provider.PBX_CONTROL_URL = KEY, one.url
    with running(one):
        yield one


@contextmanager
def ended(process):
    """The program is not there for a while."""
    process.stop()
    yield
    process.start()


def call_is(status):
    return wait_for(lambda: Call.objects.filter(status=status).first(), f"a call is {status}")


def outcomes():
    return set(WebhookRecord.objects.values_list("outcome", flat=True))


@pytest.fixture
def rung(exchange, beside):
    exchange.rings(CALLER)
    return call_is("ringing")


@pytest.fixture
def talking(rung, ada, exchange):
    ada.done("call.answer", call_id=str(rung.pk))
    jobs.run_all("calls.connect_caller")
    jobs.run_all("calls.ring_dispatcher")
    wait_for(lambda: exchange.conference_of(rung.provider_sid) == 2, "both are in the conference")
    wait_for(lambda: "confirmed" in outcomes(), "the pick-up is told")
    return rung


def test_a_caller_is_on_the_board_with_number_and_trunk(exchange, beside):
    exchange.rings(CALLER, name="Pak Budi, Seat: ada")

    call = call_is("ringing")
    assert (call.caller, call.to_number, call.provider) == (CALLER, "112", "pbx")
    assert call.caller_name == "Pak Budi, Seat: ada"
    assert exchange.where(call.provider_sid) in {"siaga-112", "siaga-wait"}


def test_a_click_brings_caller_and_dispatcher_into_one_conversation(talking):
    talking.refresh_from_db()

    assert (talking.status, talking.answered_by.username) == ("answered", "ada")


def test_each_act_asked_for_twice_is_done_once(talking, exchange, ada):
    leg = effects.selectors.leg(talking.pk, act_id="twice")
    for _ in range(2):
        PbxVoice().ring_dispatcher(leg, dispatcher_id="x")
        PbxVoice().connect_caller(leg)

    assert exchange.conference_of(talking.provider_sid) == 2


def test_releasing_puts_the_caller_back_and_the_telephone_down(talking, exchange, ada):
    ada.done("call.release", call_id=str(talking.pk))
    jobs.run_all("calls.return_to_queue")

    sid = talking.provider_sid
    wait_for(lambda: exchange.conference_of(sid) == 0, "the conversation is over")
    assert exchange.is_on_the_line(sid)
    assert exchange.where(sid) == "siaga-wait"


def test_hanging_up_on_the_console_ends_the_call(talking, exchange, ada):
    ada.done("call.hang_up", call_id=str(talking.pk))
    jobs.run_all("calls.hang_up")

    wait_for(lambda: not exchange.is_on_the_line(talking.provider_sid), "the caller is gone")
    wait_for(
        lambda: WebhookRecord.objects.filter(params__icontains="ended").exists(), "it is told"
    )


def test_a_caller_who_hangs_up_first_is_abandoned_with_the_cause(rung, exchange):
    exchange.hangs_up(rung.provider_sid)

    call = call_is("abandoned")
    assert call.ended_at - call.received_at < timedelta(seconds=15)


def test_a_telephone_that_rings_in_vain_gives_the_caller_back(rung, exchange, bo):
    bo.done("call.answer", call_id=str(rung.pk))
    jobs.run_all("calls.connect_caller")
    jobs.run_all("calls.ring_dispatcher")

    call_is("queued")
    jobs.run_all("calls.return_to_queue")
    wait_for(lambda: exchange.where(rung.provider_sid) == "siaga-wait", "the caller waits again")


def test_when_the_caller_has_gone_the_dispatchers_telephone_is_put_down(talking, exchange):
    exchange.hangs_up(talking.provider_sid)

    call_is("ended")
    wait_for(lambda: exchange.conference_of(talking.provider_sid) == 0, "nobody is left in it")


def test_a_telephone_put_down_or_dead_gives_the_caller_back(talking, exchange):
    exchange.seat_hangs_up("ada")

    call_is("queued")
    assert exchange.is_on_the_line(talking.provider_sid)


def test_a_person_without_a_telephone_is_refused_for_good_with_a_sentence(rung, beside, cy):
    cy.done("call.answer", call_id=str(rung.pk))

    with pytest.raises(ProviderError) as error:
        jobs.run_all("calls.ring_dispatcher")

    assert error.value.permanent
    assert "add it to [seats]" in beside.log.read_text()


def test_a_call_that_is_over_is_an_unknown_call(rung, exchange, ada):
    leg = effects.selectors.leg(rung.pk)
    exchange.hangs_up(rung.provider_sid)
    call_is("abandoned")

    for act in (PbxVoice().connect_caller, PbxVoice().return_to_queue):
        with pytest.raises(ProviderError) as error:
            act(leg)
        assert error.value.permanent
    PbxVoice().hang_up(leg)  # what was wanted


def test_what_happens_while_the_centre_is_away_is_told_when_it_is_back(exchange, beside, centre):
    centre.is_away = True
    exchange.rings(CALLER)
    wait_for(lambda: "has not taken" in beside.log.read_text(), "the centre was tried")
    assert not Call.objects.exists()

    centre.is_away = False
    call = call_is("ringing")
    waited = timezone.now() - call.received_at
    assert waited >= timedelta(seconds=0.5), "the time is the caller's"


def test_a_damaged_file_keeps_back_nobody(exchange, beside):
    with ended(beside):
        spool = beside.settings.parent / "spool-of-siaga"
        (spool / "00000000000000000001-0.json").write_text('{"path": "/pbx/ca')
    exchange.rings(CALLER)

    assert call_is("ringing").caller == CALLER
    assert (spool / "refused/00000000000000000001-0.json").exists()


def test_a_broken_line_to_asterisk_is_made_anew_and_who_came_and_went_meanwhile_is_told(
    exchange, beside
):
    if not isinstance(exchange, StandIn):
        pytest.skip("only the stand-in can be cut off")
    exchange.rings(CALLER)
    first = call_is("ringing")
    exchange.cut_off()
    exchange.hangs_up(first.provider_sid)
    exchange.rings("+6281200000002")

    wait_for(lambda: Call.objects.filter(caller="+6281200000002"), "the second caller is told")
    assert call_is("abandoned").pk == first.pk


def test_who_rings_while_the_program_is_dead_is_found_when_it_runs_again(exchange, beside):
    with ended(beside):
        exchange.rings(CALLER)
        wait_for(lambda: exchange_has_a_caller(exchange), "the caller is at the exchange")

    assert call_is("ringing").caller == CALLER


def exchange_has_a_caller(exchange):
    if isinstance(exchange, StandIn):
        return bool(exchange.channels)
    return any("siaga112" in row for row in exchange._rows())


def test_a_crew_is_rung_and_its_key_counts(exchange, beside, types):
    notice = Notice.objects.create(
        key="a:call", channel="voice", subject_id=str(uuid.uuid4()), to="+6281399990001", text="x", created_at=timezone.now()
    )  # fmt: skip
    effects.send_notice(_attempt(), notice_id=str(notice.pk))

    notice.refresh_from_db()
    assert (notice.provider, notice.provider_sid) == ("pbx", str(notice.pk))
    wait_for(lambda: {"settled", "accepted"} & outcomes(), "the key is told")


def _attempt():
    job = SimpleNamespace(id=1, task_name="calls.send_notice", task_kwargs={}, attempts=0)
    return SimpleNamespace(job=job)


def test_the_list_has_who_is_on_the_line_and_who_was(rung, exchange, ada):
    listed = {one.sid: one.status for one in PbxVoice().list_calls(since=timezone.now() - timedelta(minutes=15))}  # fmt: skip
    assert listed == {rung.provider_sid: "ringing"}
    if isinstance(exchange, StandIn):
        return  # its record of calls is Asterisk's own business: see test_cdr

    exchange.hangs_up(rung.provider_sid)
    call_is("abandoned")

    def is_listed():
        found = PbxVoice().list_calls(since=timezone.now() - timedelta(minutes=15))
        return {one.sid: one for one in found}.get(rung.provider_sid)

    one = wait_for(
        lambda: (one := is_listed()) and one.status == "completed" and one, "it is listed"
    )
    assert abs(one.at - rung.received_at) < timedelta(seconds=3)
    assert one.from_raw == CALLER


# --- without the centre ------------------------------------------------------------------------


@pytest.fixture
def alone(centre, tmp_path, provider):
    """The real dialplan with the telephones that ring when nobody answers on a console."""
    if installed() is None:
        pytest.skip("no Asterisk here: SIAGA_ASTERISK names a folder with its unpacked packages")
    with running(Asterisk(phones=SEATS["ada"])) as exchange:
        beside = Beside(tmp_path, centre, exchange)
        provider.TELEPHONY = "pbx"
        provider.PBX_HMAC_KEY, provider.PBX_CONTROL_URL = KEY, beside.url
        with running(beside):
            yield exchange


def test_without_the_centre_the_desks_ring_and_it_learns_afterwards_who_answered(
    alone, centre, ada
):
    centre.is_away = True
    alone.rings(CALLER)
    wait_for(lambda: any("Dial" in row[5] for row in alone._rows()), "the desk rings", 40)
    assert not Call.objects.exists()

    centre.is_away = False
    call = call_is("answered")
    assert call.answered_by.username == "ada"
    with pytest.raises(ProviderError) as error:  # a click elsewhere must not tear them apart
        PbxVoice().connect_caller(effects.selectors.leg(call.pk))
    assert error.value.permanent


# --- who may ask -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "off_s", "body", "status"),
    [
        ("x" * 40, 0, {"act": "hang_up", "act_id": "1"}, 403),
        (KEY, -301, {"act": "hang_up", "act_id": "1"}, 403),
        (KEY, 301, {"act": "hang_up", "act_id": "1"}, 403),
        (KEY, 0, {"act": "explode", "act_id": "1"}, 422),
        (KEY, 0, {"act": "hang_up"}, 422),
        (KEY, 0, ["hang_up"], 422),
        (KEY, 0, {"act": "call_crew", "act_id": "1", "to": "1\r\nAction: Originate"}, 422),
    ],
)
def test_the_program_does_nothing_that_is_not_signed_or_not_understood(
    beside, key, off_s, body, status
):
    data = json.dumps(body).encode()
    line = http.client.HTTPConnection("127.0.0.1", beside.port, timeout=5)
    signature = sign(data, key=key, at_s=int(time.time()) + off_s)
    line.request("POST", "/acts", data, {SIGNATURE_HEADER: signature})

    assert line.getresponse().status == status
    line.close()
