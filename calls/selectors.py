"""Questions about calls. A fixed number of queries for any number of rows; nothing depends on the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet, prefetch_related_objects

from calls import conference_wires, conversation, conversations, enclosures, evidence
from calls.domain import (
    LIVE,
    NOT_REACHED,
    OVER,
    PAPER,
    TEXT_CHANNELS,
    CallStatus,
    Channel,
    ProviderState,
)
from calls.messaging.port import OutgoingMessage
from calls.models import (
    AmlReport,
    Call,
    Contact,
    Location,
    Message,
    Notice,
    WebhookRecord,
)
from calls.telephony.port import Leg
from realtime import prepared
from realtime.protocol import Role, stamp

MESSAGES_ON_BOARD_MAX = 20
LOCATIONS_ON_BOARD_MAX = 20
WORDS_ON_BOARD_MAX = 20
TAKES_CALLS = (Role.DISPATCHER, Role.SUPERVISOR)
REJECTED_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CallSummary:
    """The calls of one incident: which, when the first came, when one was first answered."""

    call_ids: list[UUID]
    received_at: datetime
    answered_at: datetime | None


def _listed(words: Iterable[str]) -> str:
    """Our own constants as a list of SQL, so that the planner sees that a partial index has them all."""
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"


# Calls that still concern somebody: live, without disposition, or of an incident that is open. Each part has an index
# of its own; as one condition over the whole history the database would read all of it.
_ON_BOARD = (
    # A conversation in messages rests with its closed incident; somebody on the line is never put away.
    f"call.status IN {_listed(LIVE)}"
    f" AND (incident.status IS DISTINCT FROM 'closed' OR call.channel NOT IN {_listed(TEXT_CHANNELS)})",
    "call.incident_id IS NULL AND call.disposed_at IS NULL",
    "incident.status = 'open'",
)
# Written out and prepared: Django takes longer to compile this query, and PostgreSQL to plan it, than to answer it.
_FROM = " FROM calls_call AS call LEFT JOIN dispatch_incident AS incident ON incident.id = call.incident_id"
_FIELDS = [field.attname for field in Call._meta.concrete_fields]  # noqa: SLF001 - public, says Django
_COLUMNS = ", ".join(f"call.{name}" for name in _FIELDS)
_CALLS = (
    f"SELECT {_COLUMNS},"  # noqa: S608 - built from constants
    " EXISTS (SELECT FROM calls_message WHERE call_id = call.id) AS has_messages,"
    " EXISTS (SELECT FROM calls_location WHERE call_id = call.id) AS has_locations,"
    f" ({enclosures.HAS_ANY}) AS has_enclosures{_FROM}"
)
_ORDER = " ORDER BY call.received_at, call.id"
_SOME_ON_BOARD = (
    f"{_CALLS} WHERE call.id = ANY(%s) AND ({' OR '.join(f'({part})' for part in _ON_BOARD)})"
)
_ALL_ON_BOARD = (
    f"{_CALLS} WHERE call.id IN"
    f" ({' UNION '.join(f'SELECT call.id{_FROM} WHERE {part}' for part in _ON_BOARD)})"
)


def wires(ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Calls on the board in wire form, oldest first; of `ids` only those that are still on it."""
    if ids is None:
        return [_wire(call) for call in _with_parts(_ALL_ON_BOARD)]
    return [_wire(call) for call in _with_parts(_SOME_ON_BOARD, [[UUID(str(id_)) for id_ in ids]])]


def words(incident_ids: Iterable[Any]) -> dict[UUID, list[dict[str, Any]]]:
    """Callers' own written words for each incident, the newest, in the order in which they were said."""
    said: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = (
        Message.objects.filter(call__incident__in=list(incident_ids), direction="in")
        .exclude(text="")
        .order_by("at", "id")
        .values_list("call__incident_id", "at", "text", "call__channel")
    )
    for incident_id, at, text, channel in rows:
        said[incident_id].append({"at": stamp(at), "text": text, "channel": channel})
    return {incident_id: rows[-WORDS_ON_BOARD_MAX:] for incident_id, rows in said.items()}


def summaries(incident_ids: Iterable[Any]) -> dict[UUID, CallSummary]:
    rows: dict[UUID, list[tuple[UUID, datetime, datetime | None]]] = defaultdict(list)
    for incident_id, call_id, received_at, answered_at in (
        Call.objects.filter(incident__in=list(incident_ids))
        .order_by("received_at", "id")
        .values_list("incident_id", "id", "received_at", "answered_at")
    ):
        rows[incident_id].append((call_id, received_at, answered_at))
    return {
        incident_id: CallSummary(
            call_ids=[call_id for call_id, _, _ in calls],
            received_at=calls[0][1],
            answered_at=min((at for _, _, at in calls if at is not None), default=None),
        )
        for incident_id, calls in rows.items()
    }


def incident_ids(call_ids: Iterable[Any]) -> set[UUID]:
    """The incidents these calls are attached to."""
    found = prepared.rows(
        "SELECT DISTINCT incident_id FROM calls_call"
        " WHERE id = ANY(%s) AND incident_id IS NOT NULL",
        [[UUID(str(id_)) for id_ in call_ids]],
    )
    return {incident_id for (incident_id,) in found}


def leg(call_id: Any, *, act_id: str = "") -> Leg | None:
    """The caller's side of a call, for the telephone provider."""
    call = Call.objects.select_related("answered_by").filter(pk=call_id).first()
    if call is None:
        return None
    return Leg(
        call_id=call.pk,
        provider_sid=call.provider_sid,
        caller=call.caller,
        to_number=call.to_number,
        live=call.status in LIVE,
        provider=call.provider,
        seat=call.answered_by.username if call.answered_by is not None else "",
        act_id=act_id,
    )


def answered_by(call_id: Any) -> str | None:
    found = Call.objects.filter(pk=call_id, status="answered").values_list("answered_by_id")
    return next((str(person) for (person,) in found), None)


def is_returned(call_id: Any) -> bool:
    """Whether the caller waits because whoever had the call was lost."""
    return Call.objects.filter(pk=call_id, returned_at__isnull=False).exists()


def outgoing(message_id: Any) -> OutgoingMessage | None:
    message = (
        Message.objects.select_related("call", "template")
        .filter(pk=message_id, direction="out")
        .first()
    )
    if message is None:
        return None
    call = message.call
    return OutgoingMessage(
        message_id=message.pk,
        # A caller who spoke is written to by SMS; messages of the version before do not say it themselves.
        channel=message.channel
        or (call.channel if call.channel in TEXT_CHANNELS else Channel.SMS),
        to=call.caller or call.party,
        text=message.text,
        sent=bool(message.provider_sid),
        content_sid=message.template.content_sid if message.template is not None else "",
        variables=message.variables,
        call_id=call.pk,
    )


def notice(notice_id: Any) -> Notice | None:
    return Notice.objects.filter(pk=notice_id).first()


def call_by_sid(provider: str, sid: str) -> Call | None:
    return Call.objects.filter(provider=provider, provider_sid=sid).first() if sid else None


def person_at_seat(name: str) -> Any:
    """The key of the person who signs in with this name and may take calls; None: nobody."""
    people = get_user_model().objects.filter(username=name, is_active=True, role__in=TAKES_CALLS)
    return people.values_list("pk", flat=True).first()


def name_of(user_id: Any) -> str:
    person = get_user_model().objects.filter(pk=user_id).first()
    return (person.get_full_name() or person.username) if person is not None else ""


def is_done(kind: str, *, sid: str, event_id: str) -> bool:
    """Whether this event of the provider has been acted on already."""
    seen = WebhookRecord.objects.filter(provider_sid=sid, idempotency_token=event_id, kind=kind)
    return seen.filter(verified=True).exclude(outcome__in=("", "error")).exists()


def open_conversation(channel: str, party: str) -> QuerySet[Call]:
    return Call.objects.filter(channel=channel, party=party, status__in=sorted(LIVE))


def message_by_sid(provider: str, sid: str) -> Message | None:
    if not sid:
        return None
    return Message.objects.filter(provider=provider, provider_sid=sid).first()


def provider_states(provider: str, sids: Iterable[str]) -> dict[str, ProviderState]:
    """What we know of these calls of the provider; unknown ones are left out."""
    rows = Call.objects.filter(provider=provider, provider_sid__in=list(sids)).values_list(
        "provider_sid", "status", "provider_status", "provider_sequence"
    )
    return {
        sid: ProviderState(CallStatus(status), provider_status, sequence)
        for sid, status, provider_status, sequence in rows
    }


def known_messages(provider: str, sids: Iterable[str]) -> set[str]:
    """Which of these messages we have, as words of a citizen or as a position of a telephone."""
    wanted = list(sids)
    said = Message.objects.filter(provider=provider, provider_sid__in=wanted)
    measured = AmlReport.objects.filter(provider_sid__in=wanted)
    return {
        *said.values_list("provider_sid", flat=True),
        *measured.values_list("provider_sid", flat=True),
    }


def sent_statuses(provider: str, sids: Iterable[str]) -> dict[str, str]:
    rows = Message.objects.filter(provider=provider, direction="out", provider_sid__in=list(sids))
    return dict(rows.values_list("provider_sid", "provider_status"))


def is_being_called(number: str) -> bool:
    """Whether the centre has a call of its own to this number."""
    return Call.objects.filter(caller=number, direction="out", status=CallStatus.ANSWERED).exists()


def unjudged_repeats(call_id: Any, *, most: int) -> list[UUID]:
    """Other calls of the same number that are over, belong to nothing and were not judged: the newest."""
    number = Call.objects.filter(pk=call_id).values_list("caller", flat=True).first()
    if not number:
        return []
    found = Call.objects.filter(
        caller=number, disposed_at=None, incident=None, status__in=sorted(OVER)
    ).exclude(pk=call_id)
    return list(found.order_by("-received_at").values_list("pk", flat=True)[:most])


def call_of_number(
    number: str, *, imei: str = "", between: tuple[datetime, datetime]
) -> Call | None:
    """The call to which a position of this telephone belongs; a spoken one before a written one."""
    who = Q()
    if number:
        who |= Q(caller=number)
    if imei:
        who |= Q(imei=imei)
    if not who:
        return None
    found = Call.objects.filter(who, received_at__range=between).order_by("-received_at")
    spoken = found.exclude(channel__in=sorted(TEXT_CHANNELS))
    return spoken.first() or found.first()


def unjoined_reports(number: str, *, since: datetime) -> QuerySet[AmlReport]:
    if not number:
        return AmlReport.objects.none()
    return AmlReport.objects.filter(number=number, call=None, received_at__gte=since)


def contact_rows() -> list[dict[str, Any]]:
    """The phone book, in its order."""
    return [
        {"id": str(one.pk), "name": one.name, "phone": one.phone, "note": one.note or None}
        for one in Contact.objects.filter(is_active=True)
    ]


def rejected_webhooks(*, now: datetime) -> int:
    return WebhookRecord.objects.filter(verified=False, at__gt=now - REJECTED_WINDOW).count()


# --- wire form ---------------------------------------------------------------------------------


_NEWEST_MESSAGES = (
    "SELECT part.* FROM unnest(%s::uuid[]) AS call(id) CROSS JOIN LATERAL (SELECT * FROM calls_message"
    " WHERE call_id = call.id ORDER BY at DESC, id DESC LIMIT %s) AS part"
)
_NEWEST_LOCATIONS = (
    "SELECT part.* FROM unnest(%s::uuid[]) AS call(id) CROSS JOIN LATERAL (SELECT * FROM calls_location"
    # Of a telephone that reports every few seconds the newest; what a person has decided stays in any case.
    " WHERE call_id = call.id ORDER BY (verdict = 'confirmed' OR source = 'operator') DESC, received_at DESC,"
    " id DESC LIMIT %s) AS part"
)


def _with_parts(query: str, parameters: Sequence[Any] = ()) -> list[Call]:
    calls, with_messages, with_locations, with_enclosures = [], [], [], []
    for *values, has_messages, has_locations, encloses in prepared.rows(
        query + _ORDER, parameters
    ):
        call = Call.from_db("default", _FIELDS, values)
        calls.append(call)
        if has_messages:
            with_messages.append(call.pk)
        if has_locations:
            with_locations.append(call.pk)
        if encloses:
            with_enclosures.append(call.pk)
    enclosed = enclosures.of(with_enclosures)
    messages: dict[UUID, list[Message]] = defaultdict(list)
    locations = _locations_of(with_locations)
    if with_messages:
        rows = list(Message.objects.raw(_NEWEST_MESSAGES, [with_messages, MESSAGES_ON_BOARD_MAX]))
        for message in conversations.with_parts(rows):
            messages[message.call_id].append(message)
    if any(call.answered_by_id for call in calls):
        prefetch_related_objects(calls, "answered_by")
    participants = conference_wires.participants_of(calls)
    for call in calls:
        call.shown_participants = participants[call.pk]
        call.newest_messages = messages[call.pk]
        call.newest_locations = locations[call.pk]
        call.enclosed = enclosed.get(call.pk, enclosures.NOTHING)
    return calls


def _locations_of(call_ids: list[UUID]) -> dict[UUID, list[Location]]:
    locations: dict[UUID, list[Location]] = defaultdict(list)
    if call_ids:
        found = Location.objects.raw(_NEWEST_LOCATIONS, [call_ids, LOCATIONS_ON_BOARD_MAX])
        for location in found:
            locations[location.call_id].append(location)
    return locations


def _wire(call: Call) -> dict[str, Any]:
    messages = sorted(call.newest_messages, key=lambda one: (one.at, one.pk))
    locations = sorted(call.newest_locations, key=lambda one: (one.received_at, one.pk))
    person = call.answered_by
    pins = conversations.pins_of(locations)
    return {
        "id": str(call.pk),
        "channel": call.channel,
        "caller": call.caller or None,
        "caller_name": call.caller_name or None,
        "status": call.status,
        "received_at": stamp(call.received_at),
        "answered_at": stamp(call.answered_at),
        "ended_at": stamp(call.ended_at),
        "answered_by": {"id": str(person.pk), "name": person.get_full_name() or person.username}
        if person
        else None,
        "disposition": call.disposition or None,
        "disposed_at": stamp(call.disposed_at),
        "incident_id": str(call.incident_id) if call.incident_id else None,
        "messages": [conversations.message_wire(one, pins) for one in messages],
        "window_ends_at": stamp(
            conversation.window_ends(call.last_inbound_at, call.window_closed_at)
        )
        if call.channel == Channel.WHATSAPP
        else None,
        "location_asked_at": stamp(call.location_asked_at),
        "locations": [_location(one) for one in locations],
        "estimate": evidence.wire(locations),
        "direction": call.direction,
        "call_back_of": str(call.call_back_of_id) if call.call_back_of_id else None,
        "left_by_caller": call.left_by_caller,
        "reached": _reached(call),
        "repeats": call.repeats,
        "history": call.history or None,
        "restricted": call.restricted,
        "burst": call.burst,
        "key_pressed": call.key_pressed_at is not None,
        "paper": call.provider == PAPER,
        "recovered": call.recovered,
        **call.enclosed,
        "returned_at": stamp(call.returned_at),
        "returned_from": call.returned_from or None,
        "handed_over_at": stamp(call.handed_over_at),
        "participants": [conference_wires.wire(one) for one in call.shown_participants],
    }


def _reached(call: Call) -> bool | None:
    """Of a call of ours that is over: whether somebody took it. Nothing to say of any other."""
    if call.direction == "in" or call.status in LIVE:
        return None
    return call.provider_status not in NOT_REACHED


def _location(location: Location) -> dict[str, Any]:
    return {
        "id": str(location.pk),
        "lat": location.point.y,
        "lng": location.point.x,
        "radius_m": location.radius_m,
        "source": location.source,
        "at": stamp(location.at),
        "confidence": location.confidence,
        "label": location.label or None,
        "place_id": location.place_id or None,
        "warnings": location.warnings,
        "verdict": location.verdict or None,
    }
