"""What comes in from outside: calls, messages, reports of providers and telephones. Each arrives once or often."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction

from calls import hints, known_numbers, media, metrics, reputation, selectors
from calls.aml import Aml
from calls.domain import (
    AML_AFTER_CALL,
    AML_BEFORE_CALL,
    OVER,
    AddressKind,
    CallStatus,
    Channel,
    LocationSource,
    ProviderState,
    address_of,
    limited,
    next_status,
    storable,
)
from calls.models import (
    NAME_CHARS_MAX,
    RAW_CHARS_MAX,
    SID_CHARS_MAX,
    TEXT_CHARS_MAX,
    AmlReport,
    Call,
    Message,
)
from calls.services import Evidence, add_location, end
from calls.telephony.numbers import e164
from maps.geo import position_or_none
from realtime.eventlog import Change, change
from realtime.protocol import Actor

logger = logging.getLogger(__name__)

MEDIA_MAX = 20
ATTEMPTS_MAX = 3
SEQUENCE_MAX = 2**53
PROVIDER_WORD_CHARS_MAX = 20  # the provider's words for a status or an error


class _Repeated(Exception):  # noqa: N818 - not an error: somebody else is storing the same
    """The same thing is being stored by another request: roll back and look again."""


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call as a provider describes it, before anything is believed."""

    sid: str
    from_raw: str
    to: str = ""
    caller_name: str = ""
    provider: str = "twilio"
    channel: Channel = Channel.VOICE
    status: CallStatus = CallStatus.RINGING
    trunk: str = ""  # by which line of the exchange it came
    offered_at: datetime | None = None  # when it really came, if that is not now
    recovered: bool = False  # found in the provider's list, not told by the provider
    city: str = ""  # of the number, in the provider's words
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class SeenStatus:
    call: SeenCall
    status: str
    sequence: int | None = None
    at: datetime | None = None
    inbound: bool = False
    ended_at: datetime | None = None  # when it was over, if that is not now
    cause: str = ""  # why it ended, in the provider's words


@dataclass(frozen=True, slots=True)
class SeenMessage:
    sid: str
    channel: Channel
    from_raw: str
    to: str
    text: str
    sender_name: str = ""
    media: Sequence[tuple[str, str]] = ()  # (url, content type)
    evidence: Sequence[Evidence] = ()
    provider: str = "twilio"
    offered_at: datetime | None = None
    recovered: bool = False


# --- voice -------------------------------------------------------------------------------------


def receive_call(seen: SeenCall, *, now: datetime) -> Call:
    """The call of this SID, stored when it is new. The same webhook five times at once is one call."""
    for _ in range(ATTEMPTS_MAX):
        try:
            with change(by=Actor.system(seen.provider), now=now) as log:
                return _new_call(log, seen)
        except _Repeated:
            known = selectors.call_by_sid(seen.provider, seen.sid[:SID_CHARS_MAX])
            if known is not None:
                return known
    raise AssertionError("a repeated call must be found after its conflict")


def receive_status(seen: SeenStatus, *, now: datetime) -> str:
    """Apply a status callback; answers what became of it. A call first heard of by its status is stored too."""
    for _ in range(ATTEMPTS_MAX):
        try:
            return _receive_status(seen, now=now)
        except _Repeated:
            continue
    raise AssertionError("a repeated call must be found after its conflict")


def _receive_status(seen: SeenStatus, *, now: datetime) -> str:
    sid = seen.call.sid[:SID_CHARS_MAX]
    with change(by=Actor.system(seen.call.provider), now=now) as log:
        found = Call.objects.select_for_update(of=("self",))
        call = found.filter(provider=seen.call.provider, provider_sid=sid).first() if sid else None
        if call is None:
            if not (seen.inbound and sid):
                return "unknown_call"  # a leg of our own, or nothing we can attach it to
            call = _new_call(log, seen.call)
        before = ProviderState(
            CallStatus(call.status), call.provider_status, call.provider_sequence
        )
        after = next_status(before, seen.status[:PROVIDER_WORD_CHARS_MAX], seen.sequence)
        if after == before:
            return "nothing_new"
        call.provider_status = after.provider_status
        call.provider_sequence = after.sequence
        call.provider_at = max(filter(None, (call.provider_at, seen.at)), default=None)
        call.save(update_fields=["provider_status", "provider_sequence", "provider_at"])
        move(log, call, after.status, ended_at=seen.ended_at, cause=seen.cause)
        return "applied"


def queue_call(*, provider: str, sid: str, now: datetime) -> str:
    """The caller has heard the greeting and waits."""
    seen = SeenStatus(SeenCall(sid=sid, from_raw="", provider=provider), status="in-progress")
    return receive_status(seen, now=now)


def move(
    log: Change,
    call: Call,
    status: CallStatus,
    *,
    ended_at: datetime | None = None,
    cause: str = "",
) -> None:
    if status == call.status:
        return
    if status == CallStatus.QUEUED:
        call.status = status
        call.queued_at = log.now
        call.save(update_fields=["status", "queued_at"])
        log.record(
            "call.queued",
            calls=[call.pk],
            facts={"call_id": str(call.pk), "channel": call.channel},
        )
    else:
        # Nobody of the centre has ended it: it would be over already.
        call.left_by_caller = (
            call.status == CallStatus.ANSWERED and call.provider_status == "completed"
        )
        end(log, call, status=status, at=ended_at, cause=cause)


def _new_call(log: Change, seen: SeenCall, *, party: str = "") -> Call:
    """A call that is over already is stored as waiting; its status, which follows, ends it."""
    received_at = seen.offered_at or log.now
    status = CallStatus.QUEUED if seen.status in OVER else seen.status
    address = address_of(seen.from_raw)
    caller = _number(seen.from_raw)
    who = caller or party or address.text
    _one_at_a_time(who)
    reports_since = received_at - AML_BEFORE_CALL
    known = known_numbers.known_of_number(caller, now=received_at, reports_since=reports_since)
    try:
        with transaction.atomic(savepoint=False):  # the whole change is given up: see _Repeated
            call = Call.objects.create(
                channel=seen.channel,
                status=status,
                caller=caller,
                party=who,
                caller_raw=limited(seen.from_raw, RAW_CHARS_MAX),
                caller_name=limited(seen.caller_name, NAME_CHARS_MAX),
                to_number=limited(seen.to, RAW_CHARS_MAX),
                repeats=known.earlier_calls,
                history=_history(caller, known, now=received_at),
                restricted=known.is_restricted,
                burst=known.in_burst + 1 >= reputation.BURST_CALLS_MIN,
                provider=seen.provider,
                provider_sid=storable(seen.sid)[:SID_CHARS_MAX],
                received_at=received_at,
                queued_at=received_at if status == CallStatus.QUEUED else None,
                recovered=seen.recovered,
            )
    except IntegrityError:
        raise _Repeated from None
    facts = {"call_id": str(call.pk), "channel": call.channel}
    if seen.trunk:
        facts["trunk"] = seen.trunk
    log.record("call.received", calls=[call.pk], facts=facts)
    if known.has_reports:
        for report in selectors.unjoined_reports(caller, since=reports_since):
            _join(log, report, call)
    for hint in hints.of_number(
        caller,
        city=seen.city,
        postcode=seen.postcode,
        is_known=known.earlier_calls > 0 or known.has_history,
        now=received_at,
    ):
        add_location(log, call, hint)
    channel = str(call.channel)
    log.after_commit(lambda: metrics.CALLS_RECEIVED.labels(channel).inc())
    return call


# --- messages ----------------------------------------------------------------------------------


def receive_message(seen: SeenMessage, *, now: datetime) -> UUID:
    """Store a message in the open conversation of its sender, or open one; answers the conversation's id."""
    for _ in range(ATTEMPTS_MAX):
        known = selectors.message_by_sid(seen.provider, seen.sid[:SID_CHARS_MAX])
        if known is not None:
            return known.call_id
        try:
            with change(by=Actor.system(seen.provider), now=now) as log:
                return _receive_message(log, seen).call_id
        except _Repeated:
            continue
    raise AssertionError("a repeated message must be found after its conflict")


def _receive_message(log: Change, seen: SeenMessage) -> Message:
    call = _conversation(log, seen)
    try:
        with transaction.atomic():
            message = Message.objects.create(
                call=call,
                direction="in",
                text=limited(seen.text, TEXT_CHARS_MAX),
                channel=seen.channel,
                at=seen.offered_at or log.now,
                recovered=seen.recovered,
                provider=seen.provider,
                provider_sid=storable(seen.sid)[:SID_CHARS_MAX],
            )
    except IntegrityError:
        raise _Repeated from None
    if call.last_inbound_at is None or call.last_inbound_at < message.at:
        call.last_inbound_at = message.at
        call.save(update_fields=["last_inbound_at"])
    media.expect(message, seen.media[:MEDIA_MAX])
    log.record(
        "call.message_received",
        calls=[call.pk],
        facts={"call_id": str(call.pk), "message_id": str(message.pk)},
    )
    for evidence in seen.evidence:
        add_location(log, call, replace(evidence, message_id=message.pk))
    channel = str(seen.channel)
    log.after_commit(lambda: metrics.MESSAGES_RECEIVED.labels(channel).inc())
    return message


def _conversation(log: Change, seen: SeenMessage) -> Call:
    """The sender's open conversation. One whose incident is closed is over: nobody would see the new message."""
    address = address_of(seen.from_raw)
    party = _number(seen.from_raw) or address.text
    if party:
        _one_at_a_time(party)
        call = (
            selectors.open_conversation(seen.channel, party)
            .select_for_update(
                of=("self",)
            )  # no join: it would be read before the wait for the lock
            .first()
        )
        if call is not None and (call.incident is None or call.incident.status != "closed"):
            if seen.sender_name and not call.caller_name:
                call.caller_name = limited(seen.sender_name, NAME_CHARS_MAX)
                call.save(update_fields=["caller_name"])
            return call
        if call is not None:
            end(log, call, status=CallStatus.ENDED)
    return _new_call(
        log,
        SeenCall(
            sid="",
            from_raw=seen.from_raw,
            to=seen.to,
            caller_name=seen.sender_name,
            provider=seen.provider,
            channel=seen.channel,
            status=CallStatus.QUEUED,
            offered_at=seen.offered_at,
            recovered=seen.recovered,
        ),
        party=party,
    )


# --- AML ---------------------------------------------------------------------------------------


def receive_aml(
    report: Aml, *, from_raw: str, route: str, raw: str, sid: str = "", now: datetime
) -> str:
    """Keep a telephone's own report; it joins the call of the same number or device, now or when that comes."""
    number = _number(report.number or from_raw)
    with change(by=Actor.system("aml"), now=now) as log:
        _one_at_a_time(number)
        _one_at_a_time(report.imei)
        if sid and AmlReport.objects.filter(provider_sid=sid[:SID_CHARS_MAX]).exists():
            return "nothing_new"
        position = position_or_none(report.lat, report.lng)
        try:
            with transaction.atomic():
                row = AmlReport.objects.create(
                    number=number,
                    imei=report.imei,
                    received_at=now,
                    measured_at=report.at,
                    point=Point(position.lng, position.lat, srid=4326) if position else None,
                    radius_m=report.radius_m,
                    confidence=report.confidence,
                    method=report.method,
                    warnings=list(report.warnings),
                    route=route,
                    provider_sid=storable(sid)[:SID_CHARS_MAX],
                    raw=limited(raw, TEXT_CHARS_MAX),
                )
        except IntegrityError:
            return "nothing_new"
        call = selectors.call_of_number(
            number, imei=report.imei, between=(now - AML_AFTER_CALL, now + AML_BEFORE_CALL)
        )
        if call is None:
            return "kept_unjoined"
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        _join(log, row, call)
    return "joined"


def _join(log: Change, report: AmlReport, call: Call) -> None:
    report.call = call
    report.save(update_fields=["call"])
    if report.imei and not call.imei:
        call.imei = report.imei
        call.save(update_fields=["imei"])
        # Now the telephone has a call: what it said by another way without its number belongs here, too.
        around = (call.received_at - AML_BEFORE_CALL, call.received_at + AML_AFTER_CALL)
        unjoined = AmlReport.objects.filter(imei=report.imei, call=None, received_at__range=around)
        for earlier in unjoined.order_by("received_at"):
            _join(log, earlier, call)
    if report.point is None:
        return
    position = position_or_none(report.point.y, report.point.x)
    assert position is not None, "the report was stored with a valid position or none"
    # A telephone whose clock is ahead must not make a position look newer than it can be.
    clock_wrong = "clock" in report.warnings or report.measured_at is None
    at = report.received_at if clock_wrong else report.measured_at
    add_location(
        log,
        call,
        Evidence(
            position=position,
            source=LocationSource.AML,
            at=at,
            radius_m=report.radius_m,
            confidence=report.confidence,
            method=report.method,
            warnings=tuple(report.warnings),
        ),
    )


# --- inside ------------------------------------------------------------------------------------


def _history(number: str, known: known_numbers.KnownOfNumber, *, now: datetime) -> dict[str, Any]:
    if not known.has_history:
        return {}
    return reputation.history(known_numbers.judged_calls(number), now=now).wire()


def _number(raw: str) -> str:
    address = address_of(raw)
    if address.kind != AddressKind.NUMBER:
        return ""
    return e164(address.text, region=settings.PHONE_REGION)


def _one_at_a_time(who: str) -> None:
    """A call and its AML report may be stored at the same instant; without this lock neither sees the other."""
    if who:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 112))", [who])
