"""What becomes of the centre's messages: reported, or never reported, and told to a person when it did not arrive.

Lock order: the call before its messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from calls import conversation, metrics
from calls.conversation import ARRIVED, NO_RECEIPT, NOT_SENT, WINDOW_CLOSED, Delivery
from calls.domain import Channel, id_or_none, limited, next_message_status, storable
from calls.models import SID_CHARS_MAX, Call, Message, MessageStatus
from calls.services import SEND_MESSAGE
from realtime.clock import wall_now
from realtime.eventlog import Change, change
from realtime.jobs import TIMERS_QUEUE, defer
from realtime.protocol import Actor
from realtime.registry import react_to

CHECK_DELIVERY = "calls.check_delivery"
MESSAGE_STATUS_CHARS_MAX = 30
ERROR_CODE_CHARS_MAX = 20
_CODE = re.compile(r"\bcode (\d{1,10})\b")


def reported(*, provider: str, sid: str, status: str, error_code: str, now: datetime) -> str:
    """Keep what the provider says about a message of ours, in whatever order it says it."""
    sid, status = storable(sid)[:SID_CHARS_MAX], limited(status, MESSAGE_STATUS_CHARS_MAX)
    error_code = storable(error_code)[:ERROR_CODE_CHARS_MAX]
    with change(by=Actor.system(provider), now=now) as log:
        message = _locked(provider=provider, provider_sid=sid) if sid else None
        _, is_new = MessageStatus.objects.get_or_create(
            provider=provider,
            provider_sid=sid,
            status=status,
            defaults={"message": message, "error_code": error_code, "at": now},
        )
        if message is None:
            return "unknown_message"
        _move(log, message, [status], error_code=error_code)
    return "applied" if is_new else "nothing_new"


def accepted(*, message_id: Any, provider: str, sid: str, status: str, now: datetime) -> None:
    """The provider has taken a message of ours. Its first reports may have been here before its answer."""
    with change(by=Actor.system(provider), now=now) as log:
        message = _locked(pk=message_id)
        assert message is not None, "a message of ours is never deleted"
        message.provider, message.provider_sid = provider, sid[:SID_CHARS_MAX]
        message.save(update_fields=["provider", "provider_sid"])
        early = MessageStatus.objects.filter(
            provider=message.provider, provider_sid=message.provider_sid
        )
        words = list(early.values_list("status", "error_code"))
        early.update(message=message)
        code = next((code for _, code in words if code), "")
        _move(log, message, [status, *(word for word, _ in words)], error_code=code)
        within_s = conversation.delivered_within_s(message.channel)
        if within_s is not None and conversation.delivery(message.provider_status) not in ARRIVED:
            defer(
                CHECK_DELIVERY,
                queue=TIMERS_QUEUE,
                at=wall_now() + timedelta(seconds=within_s),
                message_id=str(message.pk),
            )


def check(*, message_id: str, now: datetime) -> None:
    """Its time is up: a message that the provider has taken and not delivered is told to a person."""
    with change(by=Actor.system("delivery"), now=now) as log:
        message = _locked(pk=message_id)
        if message is None:
            return
        stands = conversation.delivery(message.provider_status)
        if stands in {Delivery.QUEUED, Delivery.SENT}:
            _tell(log, message, reason=NO_RECEIPT)


def on_job_given_up(
    log: Change, *, task: str, arguments: Mapping[str, Any], error: str, **_: Any
) -> None:
    """The provider has never taken it: the conversation must not go on saying "waiting"."""
    if task != SEND_MESSAGE:
        return
    message = _locked(pk=id_or_none(arguments.get("message_id")))
    if message is not None and not message.provider_sid:
        code = _CODE.search(error)
        _move(log, message, [NOT_SENT], error_code=code[1] if code else "", tells=False)


def priced(*, provider: str, sid: str, price: str, unit: str) -> None:
    """What a message of ours has cost; providers say it minutes after the delivery, as a negative number."""
    try:
        amount = abs(Decimal(price))
    except InvalidOperation:
        return
    if not amount.is_finite():
        return
    with transaction.atomic():
        mine = Message.objects.filter(provider=provider, provider_sid=sid, price=None)
        mine.filter(direction="out").update(price=amount, price_unit=unit.upper()[:3])


# --- inside ------------------------------------------------------------------------------------


def _locked(**found_by: Any) -> Message | None:
    call_id = Message.objects.filter(**found_by).values_list("call_id", flat=True).first()
    if call_id is None:
        return None
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    message = Message.objects.select_for_update(of=("self",)).filter(**found_by).first()
    if message is not None:
        message.call = call
    return message


def _move(
    log: Change, message: Message, words: list[str], *, error_code: str, tells: bool = True
) -> None:
    before = (message.provider_status, message.error_code)
    stood = conversation.delivery(message.provider_status)
    for word in words:
        message.provider_status = next_message_status(message.provider_status, word)
    message.error_code = message.error_code or error_code
    if (message.provider_status, message.error_code) == before:
        return
    message.save(update_fields=["provider_status", "error_code"])
    stands = conversation.delivery(message.provider_status)
    why = conversation.reason(message.provider_status, message.error_code)
    if why == WINDOW_CLOSED and message.channel == Channel.WHATSAPP:
        message.call.window_closed_at = log.now
        message.call.save(update_fields=["window_closed_at"])
    if stands == stood and why is None:
        return  # another word for the same: no screen needs it
    log.record(
        "call.message_status",
        calls=[message.call_id],
        facts={
            "call_id": str(message.call_id),
            "message_id": str(message.pk),
            "delivery": str(stands),
            **({"reason": why} if why else {}),
        },
    )
    if stands is Delivery.FAILED and tells:
        _tell(log, message, reason=why or NO_RECEIPT)
    elif stands in ARRIVED:
        react_to("message.arrived", log, call_id=str(message.call_id), message_id=str(message.pk))


def _tell(log: Change, message: Message, *, reason: str) -> None:
    channel = message.channel or message.call.channel
    react_to(
        "message.not_delivered",
        log,
        call_id=str(message.call_id),
        message_id=str(message.pk),
        channel=str(channel),
        reason=reason,
        can_ring=bool(message.call.caller),
    )
    log.after_commit(lambda: metrics.MESSAGES_NOT_DELIVERED.labels(str(channel), reason).inc())
