"""Notices to crews: written with their cause, sent once, withdrawn when nobody needs them any more.

Lock order: an assignment before its notices. Whoever handles a notice locks it alone, or after the assignment.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from calls.domain import Channel, limited
from calls.models import NOTICE_CHARS_MAX, SID_CHARS_MAX, Notice
from realtime.eventlog import Change, change
from realtime.jobs import defer
from realtime.protocol import Actor
from realtime.registry import react_to

SEND_NOTICE = "calls.send_notice"
STATUS_CHARS_MAX = 30
# A report that comes late must not take a notice back.
_ENDS = frozenset(
    {"completed", "busy", "no-answer", "failed", "canceled", "delivered", "undelivered"}
)


def send(log: Change, *, key: str, channel: Channel, to: str, text: str, subject_id: str) -> None:
    """Ask for a notice, inside the change that causes it; the same key again changes nothing."""
    assert channel in {Channel.SMS, Channel.VOICE}
    notice, created = Notice.objects.get_or_create(
        key=key,
        defaults={
            "channel": channel,
            "to": to,
            "text": limited(text, NOTICE_CHARS_MAX),
            "subject_id": subject_id,
            "created_at": log.now,
        },
    )
    if created:
        defer(SEND_NOTICE, notice_id=str(notice.pk))


def withdraw(log: Change, *, subject_id: str) -> None:
    """What has not been sent is not sent any more; who answers a call hears that it is settled."""
    open_ones = Notice.objects.filter(subject_id=subject_id, withdrawn_at=None)
    open_ones.update(withdrawn_at=log.now)


def taken(*, notice_id: Any, provider: str, sid: str, now: datetime) -> None:
    """The provider has it: from now on a repeated job sends nothing."""
    Notice.objects.filter(pk=notice_id).update(
        provider=provider, provider_sid=sid[:SID_CHARS_MAX], taken_at=now
    )


def report(*, notice_id: Any, status: str) -> str:
    word = limited(status, STATUS_CHARS_MAX)
    found = Notice.objects.filter(pk=notice_id).exclude(provider_status__in=_ENDS)
    return "noted" if word and found.update(provider_status=word) else "old_news"


def accept(*, notice_id: Any, now: datetime) -> bool:
    """The crew has pressed the key; False when there is nothing to accept any more."""
    notice = Notice.objects.filter(pk=notice_id, channel=Channel.VOICE).first()
    if notice is None:
        return False
    with change(by=Actor.system("crew_call"), now=now) as log:
        react_to("notice.accepted", log, subject_id=notice.subject_id)
        if log.result.get("accepted"):
            Notice.objects.filter(pk=notice.pk, answered_at=None).update(answered_at=now)
    return bool(log.done.result.get("accepted"))
