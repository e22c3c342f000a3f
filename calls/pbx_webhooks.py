"""What a telephone exchange tells us over HTTP, in the same frame as everything that comes from outside."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from calls import exchange_intake, notices
from calls.exchange import ExchangeEvent, event_of
from calls.provider_request import ProviderRequest as Request
from calls.signed_json import NotUnderstood, fields_of, text_of
from calls.signed_webhooks import signed_webhook
from calls.telephony.pbx import CREW_ACCEPT_KEY

KEY = "PBX_HMAC_KEY"
NOTICE_WORDS = ("ringing", "in-progress", "completed", "busy", "no-answer", "failed")


def _event(request: Request) -> ExchangeEvent:
    return event_of(request.body, now=request.now)


@signed_webhook(exchange_intake.KIND, key=KEY, read=_event)
def pbx_calls(event: ExchangeEvent, request: Request) -> str:
    return exchange_intake.receive(event, now=request.now)


@dataclass(frozen=True, slots=True)
class NoticeReport:
    """How a call to a crew goes, or the key that the crew has pressed."""

    notice_id: UUID
    status: str
    key: str


def _notice(request: Request) -> NoticeReport:
    fields = fields_of(request.body)
    try:
        notice_id = UUID(text_of(fields, "notice_id"))
    except ValueError:
        raise NotUnderstood("notice_id", "must be the one of the act call_crew") from None
    report = NoticeReport(notice_id, text_of(fields, "status"), text_of(fields, "key"))
    if not report.key and report.status not in NOTICE_WORDS:
        words = ", ".join(NOTICE_WORDS)
        raise NotUnderstood("status", f"must be one of {words}; or send key, what was pressed")
    return report


@signed_webhook("pbx_notices", key=KEY, read=_notice)
def pbx_notices(report: NoticeReport, request: Request) -> str:
    if not report.key:
        return notices.report(notice_id=report.notice_id, status=report.status)
    if report.key != CREW_ACCEPT_KEY:
        return "another_key"
    accepted = notices.accept(notice_id=report.notice_id, now=request.now)
    return "accepted" if accepted else "settled"
