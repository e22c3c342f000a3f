"""What a telephone exchange tells us becomes a call: the same rows, events and rules as a call by any other provider.

Every event says enough to make the call, so that none of them must come first, and none can take it back.
"""

from __future__ import annotations

from datetime import datetime

from calls import intake, recordings, selectors
from calls.domain import CallStatus, Channel, Happening, step
from calls.exchange import PROVIDER, ExchangeEvent, Told
from calls.intake import SeenCall, SeenStatus
from calls.models import Call, Recording
from calls.services import return_to_queue
from realtime.eventlog import Change, change
from realtime.protocol import Actor

KIND = "pbx_calls"  # of the webhook
ENDED_WORD = "completed"  # how all providers' ends are written in the call


def receive(event: ExchangeEvent, *, now: datetime) -> str:
    """Apply one event; answers what became of it. The same event again changes nothing."""
    if selectors.is_done(KIND, sid=event.call_id, event_id=event.event_id):
        return "nothing_new"
    match event.told:
        case Told.RINGING:
            _know(event, now=now)
            return "received"
        case Told.ENDED:
            return _ended(event, now=now)
        case Told.RECORDING:
            return _recorded(event, now=now)
        case Told.ANSWERED if event.act_id:
            return "confirmed"  # of what a dispatcher did here, which is on the board already
        case Told.ANSWERED:
            return _picked_up(event, now=now)
        case Told.NO_ANSWER | Told.LEFT:
            return _alone(event, now=now)


def _know(event: ExchangeEvent, *, now: datetime) -> None:
    """The call is stored, by whichever of its events comes first; a recording may have been here before it."""
    call_id = intake.receive_call(_seen(event), now=now)
    orphans = Recording.objects.filter(provider=PROVIDER, call_sid=event.call_id, call=None)
    orphans.update(call=call_id)


def _ended(event: ExchangeEvent, *, now: datetime) -> str:
    status = SeenStatus(
        call=_seen(event),
        status=ENDED_WORD,
        sequence=event.sequence,
        at=event.at,
        inbound=True,
        ended_at=event.at,
        cause=event.cause,
    )
    return intake.receive_status(status, now=now)


def _recorded(event: ExchangeEvent, *, now: datetime) -> str:
    seen = {
        "sid": event.recording_id,
        "call_sid": event.call_id,
        "status": event.recording_status,
        "url": event.recording_url,
        "duration_s": event.duration_s,
    }
    return recordings.receive_recording(seen, provider=PROVIDER, now=now)


def _picked_up(event: ExchangeEvent, *, now: datetime) -> str:
    """Somebody took the call at the telephone, without the console: it is on the board as theirs.

    Nobody known: the call stays where everybody sees it waiting. A name invented here would hide a caller.
    """
    _know(event, now=now)
    person = selectors.person_at_seat(event.agent) if event.agent else None
    if person is None:
        return "unknown_agent"
    with change(by=Actor.system(PROVIDER), now=now) as log:
        call = _locked(event)
        over_unanswered = call.status == CallStatus.ABANDONED
        if call.answered_by_id == person:
            return "nothing_new"
        if not over_unanswered and step(CallStatus(call.status), Happening.ANSWER) is None:
            return "taken_by_another"
        call.status = CallStatus.ENDED if over_unanswered else CallStatus.ANSWERED
        call.answered_at = call.answered_at or event.at
        call.answered_by_id = person
        call.save(update_fields=["status", "answered_at", "answered_by"])
        facts = {"call_id": str(call.pk), "channel": call.channel, "answered_by": str(person)}
        log.record("call.answered", calls=[call.pk], facts=facts)
        if over_unanswered:  # its end was here before its answer
            _end_after_all(log, call)
    return "applied"


def _end_after_all(log: Change, call: Call) -> None:
    facts = {"call_id": str(call.pk), "channel": call.channel}
    log.record("call.ended", calls=[call.pk], facts=facts)


def _alone(event: ExchangeEvent, *, now: datetime) -> str:
    """The call is a dispatcher's on the board, but nobody is with the caller: they wait before all others."""
    person = selectors.person_at_seat(event.agent)
    with change(by=Actor.system(PROVIDER), now=now) as log:
        call = _known(event)
        if call is None:
            return "unknown_call"
        if call.status != CallStatus.ANSWERED or call.answered_by_id != person:
            return "nothing_new"  # released, over, or somebody else's by now
        lost = selectors.name_of(person)
        return_to_queue(log, call, status=CallStatus.QUEUED, lost=lost)
    return "returned_to_queue"


def _known(event: ExchangeEvent) -> Call | None:
    found = Call.objects.select_for_update(of=("self",))
    return found.filter(provider=PROVIDER, provider_sid=event.call_id).first()


def _locked(event: ExchangeEvent) -> Call:
    call = _known(event)
    assert call is not None, "it was stored a moment ago, and calls are not deleted"
    return call


def _seen(event: ExchangeEvent) -> SeenCall:
    return SeenCall(
        sid=event.call_id,
        from_raw=event.caller,
        to=event.called,
        caller_name=event.caller_name,
        provider=PROVIDER,
        channel=Channel.PBX,
        trunk=event.trunk,
        offered_at=event.offered_at,
    )
