"""The share link: made for a call, opened on a citizen's telephone, closed again. What the page sends comes in here.

Positions are evidence of the call: one row for each telephone, which moves. Of what comes in only news are recorded
(calls/sharing.py), so that a telephone that lies still for an hour does not fill the log.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point as Geometry
from django.db import IntegrityError, transaction

from calls import conversation, enclosures, sharing
from calls.domain import LIVE, SPOKEN_CHANNELS, Channel, LocationSource, limited
from calls.estimate import Verdict
from calls.models import (
    Call,
    Location,
    Message,
    SharedPhone,
    ShareLink,
)
from calls.replies import write
from calls.services import add_location
from calls.telephony.numbers import takes_sms
from calls.written_places import places_in
from maps.geo import LatLng
from realtime.eventlog import Change, Done, change
from realtime.protocol import Actor, Rejected
from realtime.registry import Context

PROVIDER = "share_link"
CITIZEN = Actor.system(PROVIDER)
SEND_AGAIN_AFTER = timedelta(seconds=20)  # a second click is a second click, not a second message
CODE_ATTEMPTS_MAX = 5
WORDS_CHARS_MAX = 1_000
WORDS_MAX = 50  # messages of one link

# The alphabet of SMS alone: one letter more and it would be sent in two parts.
MESSAGE = {
    "id": "112 {city}: tekan tautan ini agar petugas tahu lokasi Anda. {url} Kami tidak pernah meminta uang.",
    "en": "112 {city}: tap this link so that we see where you are. {url} We never ask for money.",
}

logger = logging.getLogger(__name__)


# --- commands ----------------------------------------------------------------------------------


def make_link(ctx: Context, *, call_id: UUID) -> Done:
    """The call's link, sent to the caller where that is possible; the same one again while it is open."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = _locked(call_id)
        if not _may_begin(call, now=ctx.now):
            raise Rejected("call_over")
        link = _current(call)
        if link is not None and not is_open(link, call, now=ctx.now):
            _close(link, at=min(ctx.now, link.expires_at), by="")
            link = None
        if link is None:
            link = _made(call, by=ctx.viewer.user_id, now=ctx.now)
        channel = reached_by(call, now=ctx.now)
        lately = link.sent_at is not None and ctx.now - link.sent_at < SEND_AGAIN_AFTER
        if channel and not lately:
            _send(log, ctx, call, link, channel)
        log.record(
            "call.share_link_made",
            calls=[call.pk],
            facts={"call_id": str(call.pk), "sent_by": link.sent_by},
        )
        log.result = {
            "call_id": str(call.pk),
            "code": link.code,
            "spoken": sharing.spoken(link.code),
            "url": enclosures.address(link.code),
            "sent_by": link.sent_by or None,
        }
    return log.done


def withdraw_link(ctx: Context, *, call_id: UUID) -> Done:
    """Nothing more comes by it; what it brought stays."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = _locked(call_id)
        link = _current(call)
        if link is not None:
            _close(link, at=ctx.now, by=ctx.actor.name)
            log.record(
                "call.share_link_withdrawn", calls=[call.pk], facts={"call_id": str(call.pk)}
            )
        log.result = {"call_id": str(call.pk)}
    return log.done


# --- what the page asks and sends --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """An open link, for the page: whose call, until when."""

    call_id: UUID
    incident_id: UUID | None
    expires_at: datetime


def opened(code: str, *, now: datetime) -> Opened:
    """Raises Rejected: share_unknown (404), share_over (410)."""
    link = _link(code)
    if not is_open(link, link.call, now=now):
        raise Rejected("share_over", status=410)
    return Opened(link.call_id, link.call.incident_id, link.expires_at)


def receive_positions(code: str, body: Any, *, now: datetime) -> dict[str, int]:
    """Take what a telephone has measured; the same points again change nothing."""
    batch = sharing.batch_of(body, now=now)
    if batch is None:
        raise Rejected("share_not_understood", status=422)
    with change(by=CITIZEN, now=now) as log:
        link, call = _open(code, now=now)
        phone = _phone(log, link, call, batch.device)
        before = phone.pages.get(batch.page, 0)
        fresh = [point for point in batch.points if point.number > before]
        if fresh:
            _follow(log, call, phone, batch.page, fresh)
    return {"taken": len(batch.points), "new": len(fresh), "left_out": batch.left_out}


def stop(code: str, body: Any, *, now: datetime) -> None:
    """The citizen wants to share no longer. May begin again with the same link."""
    device = sharing.key_of(body.get("device")) if isinstance(body, dict) else ""
    with change(by=CITIZEN, now=now) as log:
        link, call = _open(code, now=now)
        phone = link.phones.filter(device=device, stopped_at=None).first()
        if phone is not None:
            phone.stopped_at = now
            phone.save(update_fields=["stopped_at"])
            log.record("call.share_stopped", calls=[call.pk], facts=_facts(call, phone))


def receive_words(code: str, body: Any, *, now: datetime) -> None:
    """Where the citizen is, written by hand; a message of the call, with the places that it names."""
    fields = body if isinstance(body, dict) else {}
    key, text = sharing.key_of(fields.get("key")), fields.get("text")
    if not key or not isinstance(text, str) or not text.strip():
        raise Rejected("share_not_understood", status=422)
    opened(code, now=now)  # the search for places is dear: not for a code that is over
    words = limited(text.strip(), WORDS_CHARS_MAX)
    places = places_in(words, now=now)
    with change(by=CITIZEN, now=now) as log:
        link, call = _open(code, now=now)
        said = Message.objects.filter(provider=PROVIDER, provider_sid__startswith=f"{link.pk}:")
        if said.count() >= WORDS_MAX:
            raise Rejected("share_too_much", status=429)
        try:
            with transaction.atomic():
                message = Message.objects.create(
                    call=call,
                    direction="in",
                    text=words,
                    channel=Channel.APP,
                    at=now,
                    provider=PROVIDER,
                    provider_sid=f"{link.pk}:{key}",
                )
        except IntegrityError:
            return  # it has come before
        log.record(
            "call.message_received",
            calls=[call.pk],
            facts={"call_id": str(call.pk), "message_id": str(message.pk)},
        )
        for evidence in places:
            add_location(log, call, replace(evidence, message_id=message.pk))


def locked_open(code: str, *, now: datetime) -> tuple[ShareLink, Call]:
    """For what else comes by a link, inside its change."""
    return _open(code, now=now)


def is_open(link: ShareLink, call: Call, *, now: datetime) -> bool:
    return sharing.is_open(
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        over_since=_over_since(call),
        now=now,
    )


def reached_by(call: Call, *, now: datetime) -> str:
    """How the link can be sent to this caller; empty: not at all, it is read aloud."""
    if call.channel == Channel.WHATSAPP:
        ends_at = conversation.window_ends(call.last_inbound_at, call.window_closed_at)
        if not conversation.is_open(ends_at, now=now):
            return ""  # WhatsApp takes no free words any more
    if call.channel in {Channel.SMS, Channel.WHATSAPP}:
        return call.channel if call.status in LIVE else ""
    return Channel.SMS if call.channel in SPOKEN_CHANNELS and takes_sms(call.caller) else ""


# --- inside ------------------------------------------------------------------------------------


def _locked(call_id: Any) -> Call:
    call = Call.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if call is None:
        raise Rejected("call_unknown", status=404)
    return call


def _link(code: str) -> ShareLink:
    written = sharing.code_written(code)
    found = ShareLink.objects.select_related("call__incident").filter(code=written or "").first()
    if found is None:
        raise Rejected("share_unknown", status=404)
    return found


def _open(code: str, *, now: datetime) -> tuple[ShareLink, Call]:
    """Locks the call: two pages that send at once come one after the other."""
    link = _link(code)
    call = _locked(link.call_id)
    link.refresh_from_db(fields=["revoked_at", "expires_at"])
    if not is_open(link, call, now=now):
        raise Rejected("share_over", status=410)
    return link, call


def _current(call: Call) -> ShareLink | None:
    return call.share_links.filter(revoked_at=None).first()


def _over_since(call: Call) -> datetime | None:
    if call.status in LIVE:
        return None
    if call.incident is None:
        return call.ended_at
    if call.incident.status == "open":
        return None
    return max(filter(None, (call.ended_at, call.incident.closed_at)), default=None)


def _may_begin(call: Call, *, now: datetime) -> bool:
    over_since = _over_since(call)
    return over_since is None or now < over_since + sharing.AFTER_END_LASTS


def _made(call: Call, *, by: Any, now: datetime) -> ShareLink:
    for _ in range(CODE_ATTEMPTS_MAX):
        code = sharing.code_of(secrets.randbelow(10**sharing.CODE_DIGITS))
        try:
            with transaction.atomic():
                return ShareLink.objects.create(
                    call=call,
                    code=code,
                    created_at=now,
                    created_by_id=by,
                    expires_at=now + sharing.LINK_LASTS,
                )
        except IntegrityError:
            continue  # the code was used once
    raise AssertionError("one of several codes out of ten thousand million must be unused")


def _send(log: Change, ctx: Context, call: Call, link: ShareLink, channel: str) -> None:
    words = MESSAGE["en" if call.language.lower().startswith("en") else "id"]
    text = words.format(city=settings.CITY_NAME, url=enclosures.address(link.code))
    write(log, ctx, call, kind="text", text=text)
    link.sent_by, link.sent_at = channel, log.now
    link.save(update_fields=["sent_by", "sent_at"])


def _close(link: ShareLink, *, at: datetime, by: str) -> None:
    link.revoked_at, link.revoked_by = at, by
    link.save(update_fields=["revoked_at", "revoked_by"])


def _phone(log: Change, link: ShareLink, call: Call, device: str) -> SharedPhone:
    phones = list(link.phones.select_related("location"))
    known = next((phone for phone in phones if phone.device == device), None)
    if known is None:
        if len(phones) >= sharing.PHONES_MAX:
            raise Rejected("share_phones_full", status=409)
        known = SharedPhone.objects.create(
            link=link, device=device, number=len(phones) + 1, began_at=log.now
        )
        log.record("call.share_began", calls=[call.pk], facts=_facts(call, known))
    elif known.stopped_at is not None:
        known.stopped_at = None
        known.save(update_fields=["stopped_at"])
        log.record("call.share_began", calls=[call.pk], facts=_facts(call, known))
    return known


def _follow(
    log: Change, call: Call, phone: SharedPhone, page: str, fresh: list[sharing.Point]
) -> None:
    """Note that these points were here; show them when they are news."""
    # A page that was opened again stands at the end; the oldest is forgotten first.
    pages = {name: last for name, last in phone.pages.items() if name != page}
    pages[page] = fresh[-1].number
    phone.pages = dict(list(pages.items())[-sharing.PAGES_MAX :])
    fields = ["pages"]
    shown = _shown(phone.location)
    now_at = sharing.newest(shown, fresh)
    assert now_at is not None, "of some points one is shown"
    if now_at is not shown and sharing.is_news(shown, now_at):
        phone.location = _moved(call, phone, now_at, now=log.now)
        phone.trail = sharing.trail(phone.trail, fresh)
        fields += ["location", "trail"]
        log.record("call.location_shared", calls=[call.pk], facts=_facts(call, phone))
    phone.save(update_fields=fields)


def _shown(location: Location | None) -> sharing.Point | None:
    if location is None:
        return None
    position = LatLng(location.point.y, location.point.x)
    return sharing.Point(0, position, location.at, location.radius_m)


def _moved(call: Call, phone: SharedPhone, to: sharing.Point, *, now: datetime) -> Location:
    """The one piece of evidence that this telephone is; it moves and does not multiply."""
    location = phone.location or Location(call=call, source=LocationSource.SHARE_LINK)
    shown = _shown(phone.location)
    if location.verdict == Verdict.CONFIRMED and shown and sharing.has_moved(shown, to):
        # It was said of the place where the telephone was. That it is the wrong telephone stays true wherever it goes.
        location.verdict, location.judged_at, location.judged_by = Verdict.NONE, None, None
    location.point = Geometry(to.position.lng, to.position.lat, srid=4326)
    location.radius_m = to.radius_m
    location.at, location.received_at = to.at, now
    location.warnings = list(to.warnings)
    # Somebody else's telephone, or a second one: both may be right, and a person decides.
    location.label = f"#{phone.number}" if phone.number > 1 else ""
    location.save()
    return location


def _facts(call: Call, phone: SharedPhone) -> dict[str, Any]:
    return {
        "call_id": str(call.pk),
        "phone": phone.number,
        "source": str(LocationSource.SHARE_LINK),
    }
