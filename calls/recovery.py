"""Adds what the provider was offered and the centre never got, through the same doors as everything else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import Error

from calls import aml as aml_rules
from calls import delivery, intake, metrics, selectors
from calls.domain import OVER, Channel, ProviderError
from calls.intake import SeenCall, SeenMessage, SeenStatus
from calls.messaging.port import ListedMessage, Messaging
from calls.models import ERROR_CHARS_MAX, Reconciliation
from calls.reconciliation import (
    WINDOW,
    Difference,
    calls_behind,
    difference,
    is_alarming,
    messages_behind,
    status_of_missing,
)
from calls.telephony.port import ListedCall, Telephony
from calls.written_places import places_in
from realtime.eventlog import change
from realtime.protocol import Actor
from realtime.registry import react_to

logger = logging.getLogger(__name__)

ACTOR = Actor.system("reconciliation")


def reconcile_calls(provider: Telephony, *, now: datetime) -> int:
    """How many calls were missing; ProviderError when the list cannot be read."""
    listed = _list("calls", provider.name, lambda: provider.list_calls(since=now - WINDOW), now)
    if listed is None:
        return 0
    states = selectors.provider_states(provider.name, [one.sid for one in listed])
    found = difference(listed, stored=states, now=now)
    added = _each(found.missing, lambda one: _add_call(provider, one, now=now))
    _each(calls_behind(listed, states), lambda one: _refresh_call(provider.name, one, now=now))
    _conclude("calls", provider.name, found, added=added, now=now)
    return len(found.missing)


def reconcile_messages(provider: Messaging, *, now: datetime) -> int:
    listed = _list(
        "messages", provider.name, lambda: provider.list_messages(since=now - WINDOW), now
    )
    if listed is None:
        return 0
    sids = [one.sid for one in listed]
    found = difference(listed, stored=selectors.known_messages(provider.name, sids), now=now)
    added = _each(found.missing, lambda one: _add_message(provider, one, now=now))
    ours = selectors.sent_statuses(provider.name, sids)
    _each(
        messages_behind(listed, ours),
        lambda one: delivery.reported(
            provider=provider.name,
            sid=one.sid,
            status=one.status,
            error_code=one.error_code,
            now=now,
        ),
    )
    priced = [one for one in listed if not one.inbound and one.price and one.sid in ours]
    _each(
        priced,
        lambda one: delivery.priced(
            provider=provider.name, sid=one.sid, price=one.price, unit=one.price_unit
        ),
    )
    _conclude("messages", provider.name, found, added=added, now=now)
    return len(found.missing)


# --- one of them ---------------------------------------------------------------------------------


def _add_call(provider: Telephony, one: ListedCall, *, now: datetime) -> None:
    seen = SeenCall(
        sid=one.sid,
        from_raw=one.from_raw,
        to=one.to,
        caller_name=one.caller_name,
        provider=provider.name,
        channel=provider.channel,
        offered_at=one.at,
        recovered=True,
        status=status_of_missing(one.status),
    )
    intake.receive_call(seen, now=now)
    if seen.status in OVER:
        _refresh_call(provider.name, one, now=now)


def _refresh_call(provider: str, one: ListedCall, *, now: datetime) -> None:
    call = SeenCall(sid=one.sid, from_raw=one.from_raw, to=one.to, provider=provider)
    status = SeenStatus(call=call, status=one.status, at=one.ended_at, ended_at=one.ended_at)
    intake.receive_status(status, now=now)


def _add_message(provider: Messaging, one: ListedMessage, *, now: datetime) -> None:
    report = aml_rules.from_text(one.text, now=now)
    if report is not None:
        intake.receive_aml(
            report, from_raw=one.from_raw, route="sms", raw=one.text, sid=one.sid, now=now
        )
        return
    whatsapp = one.from_raw.strip().lower().startswith("whatsapp:")
    intake.receive_message(
        SeenMessage(
            sid=one.sid,
            channel=Channel.WHATSAPP if whatsapp else Channel.SMS,
            from_raw=one.from_raw,
            to=one.to,
            text=one.text,
            media=provider.list_media(one.sid) if one.media_count else (),
            evidence=places_in(one.text, now=one.at),
            provider=provider.name,
            offered_at=one.at,
            recovered=True,
        ),
        now=now,
    )


# --- the whole -----------------------------------------------------------------------------------


def _list(what: str, provider: str, ask: Callable[[], Any], now: datetime) -> list[Any] | None:
    """The provider's list; None when it keeps none. A failure is noted, and told to a person when it lasts."""
    try:
        listed: list[Any] | None = ask()
    except ProviderError as error:
        metrics.PROVIDER_ERRORS.labels(
            provider, f"list_{what}", "permanent" if error.permanent else "temporary"
        ).inc()
        logger.warning("list_%s failed (%s): %s", what, provider, error)
        _note_failure(what, provider, error, now=now)
        raise
    return listed


def _note_failure(what: str, provider: str, error: ProviderError, *, now: datetime) -> None:
    tried = {"tried_at": now, "error": str(error)[:ERROR_CHARS_MAX]}
    row, _ = Reconciliation.objects.update_or_create(
        provider=provider,
        what=what,
        defaults=tried,
        create_defaults={**tried, "began_at": now},
    )
    good_until = row.succeeded_at or row.began_at
    if is_alarming(permanent=error.permanent, good_until=good_until, now=now):
        with change(by=ACTOR, now=now) as log:
            react_to("reconciliation.failed", log, provider=provider, what=what, error=str(error))


def _each(found: Iterable[Any], act: Callable[[Any], object]) -> int:
    """Do it for each; one that cannot be stored must not keep back the others and is tried again in a minute."""
    done = 0
    for one in found:
        try:
            act(one)
        except (Error, ProviderError) as error:
            logger.error("not_recovered", extra={"sid": one.sid, "error": type(error).__name__})
        else:
            done += 1
    return done


def _conclude(
    what: str, provider: str, found: Difference[Any], *, added: int, now: datetime
) -> None:
    went = {
        "tried_at": now,
        "succeeded_at": now,
        "offered": found.offered,
        "missing": len(found.missing) - added,
        "error": "",
    }
    Reconciliation.objects.update_or_create(
        provider=provider, what=what, defaults=went, create_defaults={**went, "began_at": now}
    )
    metrics.RECOVERED.labels(what).inc(added)
    with change(by=ACTOR, now=now) as log:
        react_to(
            "reconciliation.done",
            log,
            provider=provider,
            what=what,
            offered=found.offered,
            missing=len(found.missing),
            added=added,
        )
