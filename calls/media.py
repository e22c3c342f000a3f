"""What citizens send besides words: expected with the message, fetched and made harmless by a job, shown, removed in time."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from calls import media_files, metrics
from calls.domain import LocationSource, limited
from calls.media_fetch import Refused, Source, Unreachable, fetch
from calls.models import URL_CHARS_MAX, Call, Media, Message
from calls.services import Evidence, add_location
from maps.geo import position_or_none
from realtime.eventlog import Change, Done, change
from realtime.jobs import defer
from realtime.protocol import Actor, Rejected
from realtime.registry import Context

logger = logging.getLogger(__name__)

FETCH_MEDIA = "calls.fetch_media"
QUEUE_MEDIA = "calls.queue_media"
ACTOR = Actor.system("media")
TYPE_CHARS_MAX = 100
PROBLEM_CHARS_MAX = 30
TRIES_MAX = 4
WAITS_S = (5, 30, 300)
FULL_DISK_WAIT_S = 300
# Re-coding takes a processor for a while: so many at once over all workers, whatever comes in.
AT_ONCE = 2
SWEEP_ROWS_MAX = 200
PURGE_ROWS_MAX = 500
LEFT_ALONE_S = 120  # a job that long without a result was lost with its worker


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that may be shown, and to whose incident it belongs."""

    id: UUID
    call_id: UUID
    incident_id: UUID | None
    path: Path
    content_type: str


def expect(message: Message, found: Iterable[tuple[str, str]]) -> None:
    """Note what came with a message and have it fetched, inside the change that stores the message."""
    rows = [
        Media(
            message=message,
            url=limited(url, URL_CHARS_MAX),
            content_type=limited(content_type, TYPE_CHARS_MAX),
            next_try_at=message.at,
        )
        for url, content_type in found
    ]
    Media.objects.bulk_create(rows)
    for one in rows:
        queue(one.pk)


def queue(media_id: Any) -> None:
    lane = UUID(str(media_id)).int % AT_ONCE
    defer(FETCH_MEDIA, lock=f"media-{lane}", media_id=str(media_id))


def fetch_again(ctx: Context, *, media_id: UUID) -> Done:
    """Try once more to fetch what could not be fetched."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        media = Media.objects.select_for_update(of=("self",)).filter(pk=media_id).first()
        if media is None:
            raise Rejected("media_unknown", status=404)
        if media.state in {"lost", "kept"}:
            media.state, media.problem, media.tries = "waiting", "", 0
            media.save(update_fields=["state", "problem", "tries"])
            queue(media.pk)
            _record(log, media)
        log.result = {"media_id": str(media.pk)}
    return log.done


# --- the job ------------------------------------------------------------------------------------


def bring(media_id: str) -> None:
    """Fetch, re-code, keep. Any number of times; what is settled is left alone."""
    media = Media.objects.filter(pk=media_id, state="waiting").first()
    if media is None:
        return
    if not media_files.has_room():
        _later(media, "disk_full", FULL_DISK_WAIT_S)  # no try is used up: the provider keeps it
        return
    with media_files.workplace() as folder:
        source, made = folder / "source", folder / "made"
        made.mkdir()
        try:
            with source.open("wb") as file:
                size = fetch(media.url, _source(), file)
        except Refused as error:
            _settle(media, state="refused", problem=error.code)
            return
        except Unreachable as error:
            _try_again(media, error.code)
            return
        told = media_files.recode(source, made)
        if problem := told.get("problem"):
            _settle(media, state="refused", problem=str(problem), size_bytes=size)
            return
        stored = media_files.keep(made, media.pk)
    _settle(
        media,
        state="ready",
        problem="shortened" if told.get("shortened") else "",
        size_bytes=size,
        stored_bytes=stored,
        kind=told["kind"],
        told=told,
    )


def _source() -> Source:
    """The hosts of the provider; with an emulated one this machine alone."""
    stand_in = urlsplit(settings.TWILIO_API_BASE_URL)
    own = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    if settings.TELEPHONY == "emulator":
        return Source(frozenset(), {"": own}, any_local_port=True)
    if stand_in.hostname == "127.0.0.1":
        origin = f"http://127.0.0.1:{stand_in.port or 80}"
        return Source(frozenset(), {"": own}, local=frozenset({origin}))
    hosts = frozenset(host.lower() for host in settings.MEDIA_HOSTS)
    # The store to which the provider sends us on has its key in the address: it need not know ours.
    return Source(hosts, {host: own for host in hosts if host.endswith(".twilio.com")})


def _try_again(media: Media, problem: str) -> None:
    if media.tries + 1 >= TRIES_MAX:
        _settle(media, state="lost", problem=problem)
        return
    wait_s = WAITS_S[min(media.tries, len(WAITS_S) - 1)]
    _later(media, problem, wait_s, tries=media.tries + 1)


def _later(media: Media, problem: str, wait_s: float, *, tries: int | None = None) -> None:
    now = timezone.now()
    at = now + timedelta(seconds=wait_s)
    with change(by=ACTOR, now=now) as log:
        changed = {"problem": problem, "next_try_at": at}
        if tries is not None:
            changed["tries"] = tries
        Media.objects.filter(pk=media.pk, state="waiting").update(**changed)
        defer(QUEUE_MEDIA, at=at, media_id=str(media.pk))
        media.problem = problem
        _record(log, media)


def _settle(
    media: Media,
    *,
    state: str,
    problem: str,
    kind: str = "",
    told: dict[str, Any] | None = None,
    **sizes: int,
) -> None:
    now, facts = timezone.now(), told or {}
    with change(by=ACTOR, now=now) as log:
        call = Call.objects.select_for_update(of=("self",)).get(messages__media=media.pk)
        row = Media.objects.select_for_update(of=("self",)).get(pk=media.pk)
        row.state, row.problem, row.kind = state, problem[:PROBLEM_CHARS_MAX], kind
        row.width, row.height = facts.get("width"), facts.get("height")
        row.duration_s, row.settled_at, row.next_try_at = facts.get("duration_s"), now, None
        for name, value in sizes.items():
            setattr(row, name, value)
        row.save()
        _record(log, row)
        if place := facts.get("place"):
            _add_place(log, call, row, place)
        log.after_commit(lambda: metrics.MEDIA.labels(kind or "unknown", problem or state).inc())


def _add_place(log: Change, call: Call, media: Media, place: dict[str, Any]) -> None:
    """A picture says where its camera was; that may be another day and another place, and is marked so."""
    position = position_or_none(place.get("lat"), place.get("lng"))
    if position is None:
        return
    add_location(
        log,
        call,
        Evidence(
            position=position,
            source=LocationSource.TEXT,
            at=log.now,
            label=" ".join(["EXIF", _clean(place.get("taken"))]).strip(),
            method="photo",
            warnings=("photo",),
            message_id=media.message_id,
        ),
    )


def _clean(taken: Any) -> str:
    try:
        return (
            datetime.strptime(str(taken), "%Y:%m:%d %H:%M:%S")
            .replace(tzinfo=UTC)
            .strftime("%Y-%m-%d %H:%M")
        )
    except ValueError:
        return ""


def _record(log: Change, media: Media) -> None:
    call_id = Message.objects.values_list("call_id", flat=True).get(pk=media.message_id)
    log.record(
        "call.media_changed",
        calls=[call_id],
        facts={"call_id": str(call_id), "media_id": str(media.pk), "state": media.state},
    )


# --- to be shown --------------------------------------------------------------------------------


def stored(media_id: UUID, variant: str) -> Stored | None:
    media = (
        Media.objects.select_related("message__call").filter(pk=media_id, state="ready").first()
    )
    entry = media_files.CONTENT_TYPES.get((media.kind, variant)) if media else None
    if media is None or entry is None:
        return None
    name, content_type = entry
    path = media_files.folder_of(media.pk) / name
    if not path.is_file():
        return None
    call = media.message.call
    return Stored(media.pk, call.pk, call.incident_id, path, content_type)


# --- by the clock -------------------------------------------------------------------------------


def sweep(*, now: datetime) -> int:
    """Have those fetched whose job was lost; the newest message's pictures do not wait for them."""
    left = Media.objects.filter(
        state="waiting", next_try_at__lt=now - timedelta(seconds=LEFT_ALONE_S)
    )
    ids = list(left.order_by("next_try_at").values_list("pk", flat=True)[:SWEEP_ROWS_MAX])
    Media.objects.filter(pk__in=ids).update(next_try_at=now)
    for media_id in ids:
        queue(media_id)
    return len(ids)


def purge(*, now: datetime) -> int:
    """Remove what is older than the deployment keeps it; of an open incident nothing goes."""
    if settings.MEDIA_KEEP_DAYS == 0:
        return 0
    old = Media.objects.filter(
        state="ready", settled_at__lt=now - timedelta(days=settings.MEDIA_KEEP_DAYS)
    ).exclude(message__call__incident__status="open")
    rows = list(old.order_by("settled_at")[:PURGE_ROWS_MAX])
    for media in rows:
        media_files.remove(media.pk)
        media.state = "removed"
        media.save(update_fields=["state"])
    if rows:
        logger.info("media_removed", extra={"count": len(rows)})
    return len(rows)
