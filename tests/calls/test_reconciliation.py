"""What the provider was offered and we never got: found in its lists by Twilio's own client, added once, and told."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as pace
from hypothesis import strategies as st
from procrastinate.contrib.django import app

from calls import housekeeping, recovery, selectors, twilio_api
from calls.domain import PROVIDER_RANK, CallStatus, ProviderError, ProviderState
from calls.messaging.emulator import EmulatedMessages
from calls.messaging.twilio_messages import TwilioMessages
from calls.models import AmlReport, Call, Message, MessageStatus, Reconciliation
from calls.reconciliation import (
    ALARM_AFTER,
    GRACE,
    calls_behind,
    difference,
    is_alarming,
    messages_behind,
    status_of_missing,
)
from calls.telephony.emulator.in_process import EmulatedVoice
from calls.telephony.emulator.records import Leg, Media, Text
from calls.telephony.twilio_voice import TwilioVoice
from dispatch.models import Alarm
from realtime.models import Event
from tests.failure.harness.provider import Provider

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
AML = 'A"ML=1;lt=+0.91800;lg=+104.46600;rd=20;top=20261127115800;lc=68;pm=G;si=510011234567890;ei=352099001761481;mcc=510;mnc=10;ml=129'


# --- what is missing -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    sid: str
    inbound: bool
    at: datetime
    status: str = "completed"


rows = st.builds(
    Row,
    sid=st.sampled_from(["", *"abcdefgh"]),
    inbound=st.booleans(),
    at=st.integers(0, 120).map(lambda s: NOW - timedelta(seconds=s)),
)


@pace(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no failure
@given(st.lists(rows), st.sets(st.sampled_from("abcdefgh")))
def test_missing_is_just_what_came_from_outside_in_time_and_is_not_stored(listed, stored) -> None:
    found = difference(listed, stored=stored, now=NOW)

    owed = {one.sid for one in listed if one.sid and one.inbound and one.at <= NOW - GRACE}
    assert {one.sid for one in found.missing} == owed - stored
    assert len({one.sid for one in found.missing}) == len(found.missing)
    assert [one.at for one in found.missing] == sorted(one.at for one in found.missing)
    assert found.offered == len(owed)
    assert difference(listed, stored=owed, now=NOW).missing == []


def test_a_missing_call_waits_while_its_caller_may_be_on_the_line_and_is_called_back_after() -> (
    None
):
    over = {word for word, rank in PROVIDER_RANK.items() if rank == 4}
    for word in [*PROVIDER_RANK, "", "a-new-word"]:
        wanted = CallStatus.ABANDONED if word in over else CallStatus.QUEUED
        assert status_of_missing(word) == wanted, word


def test_only_what_the_provider_knows_better_is_behind() -> None:
    row = Row("a", inbound=True, at=NOW)
    ringing, ended = ProviderState(CallStatus.RINGING), ProviderState(CallStatus.ENDED)
    assert calls_behind([row], {"a": ringing}) == [row]
    assert calls_behind([row], {"a": ended}) == []
    assert calls_behind([row], {}) == []
    sent = Row("m", inbound=False, at=NOW, status="delivered")
    assert messages_behind([sent], {"m": "queued"}) == [sent]
    assert messages_behind([sent], {"m": "read"}) == []
    assert messages_behind([sent], {}) == []


def test_a_person_is_told_after_five_minutes_or_at_once_when_asking_again_is_useless() -> None:
    just_before = NOW - ALARM_AFTER + timedelta(seconds=1)
    assert not is_alarming(permanent=False, good_until=just_before, now=NOW)
    assert is_alarming(permanent=False, good_until=NOW - ALARM_AFTER, now=NOW)
    assert is_alarming(permanent=True, good_until=NOW, now=NOW)


# --- the provider's lists ------------------------------------------------------------------------


@pytest.fixture
def stand_in(background, settings):
    with closing(Provider(background, public_base_url="http://127.0.0.1:1")) as running:
        settings.TWILIO_API_BASE_URL = running.url
        settings.TWILIO_ACCOUNT_SID = running.account
        settings.TWILIO_AUTH_TOKEN = running.token
        yield running


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


def offered(stand_in, now, *, ago_s=60, status="completed", caller="+628123456789", **more):
    """A call in the provider's list of which nobody has told us."""
    at = now - timedelta(seconds=ago_s)
    ended = at + timedelta(seconds=20) if status == "completed" else None
    more.setdefault("sid", f"CA{len(stand_in.legs):032x}")
    leg = Leg(
        from_=caller, to="+622155500112", status=status, created_at=at, ended_at=ended, **more
    )
    stand_in.legs[leg.sid] = leg
    return leg


def written(stand_in, now, body="tolong", *, ago_s=60, **more):
    more.setdefault("sid", f"SM{len(stand_in.texts):032x}")
    more.setdefault("from_", "+628123456789")
    at = now - timedelta(seconds=ago_s)
    text = Text(to="+622155500112", body=body, created_at=at, **more)
    stand_in.texts[text.sid] = text
    return text


@pytest.mark.django_db
class TestCalls:
    def test_a_call_that_is_over_is_added_once_with_its_true_times_to_be_called_back(
        self, stand_in, now
    ) -> None:
        leg = offered(stand_in, now)

        assert recovery.reconcile_calls(TwilioVoice(), now=now) == 1
        assert recovery.reconcile_calls(TwilioVoice(), now=now + timedelta(minutes=1)) == 0

        call = Call.objects.get()
        assert (call.provider_sid, call.status, call.recovered) == (leg.sid, "abandoned", True)
        assert (call.received_at, call.ended_at) == (leg.created_at, leg.ended_at)
        assert call.caller == "+628123456789"
        [wire] = selectors.wires()
        assert wire["recovered"] is True
        assert wire["disposed_at"] is None

    def test_a_caller_who_is_on_the_line_waits_in_the_queue_for_as_long_as_it_is_true(
        self, stand_in, now
    ) -> None:
        offered(stand_in, now, status="in-progress", ago_s=30 * 60)
        offered(stand_in, now, status="completed", ago_s=30 * 60, caller="+628111111111")

        recovery.reconcile_calls(TwilioVoice(), now=now)

        call = Call.objects.get()  # the other is older than the lists that are read
        assert (call.status, call.ended_at) == ("queued", None)
        assert call.queued_at == now - timedelta(minutes=30)

    def test_what_is_under_way_or_is_a_leg_of_our_own_is_left_alone(self, stand_in, now) -> None:
        offered(stand_in, now, ago_s=10)
        offered(stand_in, now, direction="outbound-api")

        assert recovery.reconcile_calls(TwilioVoice(), now=now) == 0
        assert not Call.objects.exists()
        assert not Alarm.objects.exists()

    def test_every_page_is_read(self, stand_in, now, monkeypatch) -> None:
        monkeypatch.setattr(twilio_api, "LIST_PAGE_ROWS", 3)
        for number in range(10):
            offered(stand_in, now, caller=f"+62812345678{number}")

        assert recovery.reconcile_calls(TwilioVoice(), now=now) == 10
        assert Call.objects.count() == 10

    def test_a_webhook_that_comes_after_all_finds_its_call(self, stand_in, now, ring) -> None:
        leg = offered(stand_in, now, status="in-progress")
        recovery.reconcile_calls(TwilioVoice(), now=now)

        assert ring(sid=leg.sid).status_code == 200

        assert Call.objects.get().recovered

    @pytest.mark.parametrize(("answered", "after"), [(False, "abandoned"), (True, "ended")])
    def test_a_call_whose_end_nobody_reported_ends(
        self, stand_in, now, ring, ada, answered, after
    ) -> None:
        ring(sid="CA1")
        if answered:
            ada.done("call.answer", call_id=str(Call.objects.get().pk))
        leg = offered(stand_in, now, sid="CA1")

        assert recovery.reconcile_calls(TwilioVoice(), now=now) == 0

        call = Call.objects.get()
        assert (call.status, call.ended_at, call.recovered) == (after, leg.ended_at, False)
        assert not Alarm.objects.exists()


@pytest.mark.django_db
class TestMessages:
    def test_a_message_is_added_once_to_its_senders_conversation_with_places_and_pictures(
        self, stand_in, now, text
    ) -> None:
        text(body="halo", sid="SM-first")
        message = written(
            stand_in,
            now,
            "banjir di 0.9180, 104.4660",
            media=[Media("ME" + "1" * 32, "image/jpeg")],
            from_="+6281234567890",
        )

        assert recovery.reconcile_messages(TwilioMessages(), now=now) == 1
        assert recovery.reconcile_messages(TwilioMessages(), now=now) == 0

        added = Message.objects.get(provider_sid=message.sid)
        assert (added.recovered, added.at) == (True, message.created_at)
        assert Call.objects.get().pk == added.call_id
        assert Call.objects.get().recovered is False
        assert [one.content_type for one in added.media.all()] == ["image/jpeg"]
        assert added.media.get().url.startswith("https://api.twilio.com/2010-04-01/Accounts/AC")
        assert added.call.locations.count() == 1

    def test_a_conversation_that_begins_with_it_is_marked_too(self, stand_in, now) -> None:
        written(stand_in, now, from_="whatsapp:+628123456789")

        recovery.reconcile_messages(TwilioMessages(), now=now)

        [wire] = selectors.wires()
        assert (wire["channel"], wire["status"], wire["recovered"]) == ("whatsapp", "queued", True)
        assert wire["messages"][0]["recovered"] is True

    def test_a_position_by_sms_is_taken_as_one_and_is_then_known(self, stand_in, now) -> None:
        written(stand_in, now, AML)

        assert recovery.reconcile_messages(TwilioMessages(), now=now) == 1
        assert recovery.reconcile_messages(TwilioMessages(), now=now) == 0

        assert AmlReport.objects.count() == 1
        assert not Message.objects.exists()

    def test_the_fate_of_a_message_of_ours_is_learned_and_it_is_not_taken_for_a_citizens(
        self, stand_in, now, text, ada
    ) -> None:
        text()
        call_id = str(Call.objects.get().pk)
        reply = ada.done("call.reply", call_id=call_id, text="Kami datang")["message_id"]
        Message.objects.filter(pk=reply).update(provider_sid="SM-out", provider_status="queued")
        written(
            stand_in,
            now,
            sid="SM-out",
            direction="outbound-api",
            status="undelivered",
            error_code=30003,
        )
        written(stand_in, now, sid="SM-other", direction="outbound-api", status="delivered")

        assert recovery.reconcile_messages(TwilioMessages(), now=now) == 0

        ours = Message.objects.get(pk=reply)
        assert (ours.provider_status, ours.error_code) == ("undelivered", "30003")
        assert Message.objects.count() == 2
        assert not MessageStatus.objects.filter(provider_sid="SM-other").exists()

    def test_every_page_is_read(self, stand_in, now, monkeypatch) -> None:
        monkeypatch.setattr(twilio_api, "LIST_PAGE_ROWS", 2)
        for number in range(5):
            written(stand_in, now, f"nomor {number}")

        assert recovery.reconcile_messages(TwilioMessages(), now=now) == 5


@pytest.mark.django_db
class TestTold:
    def test_one_alarm_counts_an_outage_and_is_loud_again_when_more_is_found(
        self, stand_in, now, ada
    ) -> None:
        offered(stand_in, now)
        recovery.reconcile_calls(TwilioVoice(), now=now)
        alarm = Alarm.objects.get()
        assert (alarm.kind, alarm.severity) == ("calls_not_received", "critical")
        ada.done("alarm.acknowledge", alarm_id=str(alarm.pk))

        offered(stand_in, now, caller="+628111111111")
        recovery.reconcile_calls(TwilioVoice(), now=now)
        recovery.reconcile_calls(TwilioVoice(), now=now)

        alarm.refresh_from_db()
        assert alarm.facts == {"added": 2, "missing": 0}
        assert alarm.acknowledged_at is None
        assert Event.objects.filter(name="alarm.raised").count() == 2

    def test_lists_that_cannot_be_read_are_told_after_five_minutes_until_they_can(
        self, stand_in, now
    ) -> None:
        stand_in.fails("Calls.json", status=500)
        for minutes in (0, 4):
            with pytest.raises(ProviderError):
                recovery.reconcile_calls(TwilioVoice(), now=now + timedelta(minutes=minutes))
        assert not Alarm.objects.exists()
        with pytest.raises(ProviderError):
            recovery.reconcile_calls(TwilioVoice(), now=now + timedelta(minutes=5))
        alarm = Alarm.objects.get()
        assert (alarm.kind, alarm.facts["error"]) == ("provider_unlisted", "status 500")
        assert Reconciliation.objects.get().succeeded_at is None

        stand_in.recovers()
        recovery.reconcile_calls(TwilioVoice(), now=now + timedelta(minutes=6))

        alarm.refresh_from_db()
        assert alarm.cleared_at is not None
        row = Reconciliation.objects.get()
        assert (row.error, row.succeeded_at) == ("", now + timedelta(minutes=6))

    def test_a_wrong_token_is_told_at_once(self, stand_in, now, settings) -> None:
        settings.TWILIO_AUTH_TOKEN = "not-the-token"
        with pytest.raises(ProviderError):
            recovery.reconcile_messages(TwilioMessages(), now=now)
        assert Alarm.objects.get().kind == "provider_unlisted"

    def test_an_emulated_provider_has_no_list_and_nothing_is_claimed(self, now) -> None:
        assert recovery.reconcile_calls(EmulatedVoice(), now=now) == 0
        assert recovery.reconcile_messages(EmulatedMessages(), now=now) == 0
        assert not Reconciliation.objects.exists()


# --- by the clock --------------------------------------------------------------------------------


def test_every_minute_is_what_holds_when_nothing_is_set() -> None:
    assert configured.RECONCILE_EVERY_S == 60
    registered = {
        name: task.cron for (name, _), task in app.periodic_registry.periodic_tasks.items()
    }
    for name in ("calls.reconcile_calls", "calls.reconcile_messages"):
        assert registered[name] == "* * * * *"
    assert housekeeping.cron(2) == "* * * * * */2"


@pytest.mark.django_db
def test_a_job_tries_again_soon_and_never_ends_as_failed(stand_in, settings) -> None:
    settings.TELEPHONY = "twilio"
    stand_in.fails("Calls.json", status=503)
    first, last = (
        SimpleNamespace(job=SimpleNamespace(attempts=n)) for n in (0, housekeeping.TRIES_MAX - 1)
    )
    with pytest.raises(ProviderError):
        housekeeping.reconcile_calls(first, timestamp=0)
    housekeeping.reconcile_calls(last, timestamp=0)
