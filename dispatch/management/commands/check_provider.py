"""Compare the provider's settings (webhooks, fallbacks, methods) with what this deployment needs, and say what to change.

Ends with 0 when all is right or there is no provider to check, with 1 when something is wrong or could not be asked.
"""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext, ngettext

from calls import provider_check, provider_setup
from calls.domain import ProviderError
from calls.provider_setup import Row, State
from dispatch.management import provider_words as words

Written = dict[str, dict[str, str]]


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--fix",
            action="store_true",
            help="write the number's own addresses and methods, only those that differ, then check again",
        )
        languages = [code for code, _ in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)

    def handle(self, *_args: Any, language: str, **options: Any) -> None:
        with translation.override(language):
            self._handle(as_json=options["json"], fix=options["fix"])

    def _handle(self, *, as_json: bool, fix: bool) -> None:
        if settings.TELEPHONY != "twilio":
            sentence = gettext("TELEPHONY is %(name)s: there is no provider to check.") % {
                "name": settings.TELEPHONY
            }
            self.stdout.write(_as_json(note=sentence, ok=True) if as_json else sentence)
            return
        try:
            rows, written = self._look(fix=fix)
        except (ProviderError, provider_check.NumberUnknown, _NotSafe) as error:
            sentence = _sentence(error)
            if as_json:
                self.stdout.write(_as_json(note=sentence, ok=False))
                raise SystemExit(1) from None
            raise CommandError(sentence) from None
        right = provider_setup.is_right(rows)
        if as_json:
            self.stdout.write(_as_json(note="", ok=right, rows=rows, written=written))
        else:
            self._show(rows, written)
        if not right:
            raise SystemExit(1)

    def _look(self, *, fix: bool) -> tuple[list[Row], Written]:
        look = provider_check.look()
        changes = provider_check.safe_corrections(look.rows) if fix else {}
        if not changes:
            return look.rows, {}
        if not provider_setup.provider_can_reach(settings.PUBLIC_BASE_URL):
            raise _NotSafe
        provider_check.correct(look.number_sid, changes)
        before = {row.setting: row.found for row in look.rows if row.setting in changes}
        written = {name: {"from": before[name], "to": changes[name]} for name in changes}
        return provider_check.look().rows, written

    def _show(self, rows: list[Row], written: Written) -> None:
        for name, change in written.items():
            sentence = gettext("Written: %(name)s, before: %(before)s, now: %(now)s")
            before = change["from"] or gettext("(nothing)")
            self.stdout.write(sentence % {"name": name, "before": before, "now": change["to"]})
        width = max(len(row.setting) for row in rows)
        for heading, of_place in groupby(rows, key=words.heading):
            self.stdout.write(f"\n{heading}")
            for row in of_place:
                self._show_row(row, width)
        self.stdout.write(f"\n{self._verdict(rows)}")

    def _show_row(self, row: Row, width: int) -> None:
        state = str(words.STATES[row.state])
        margin = max(len(str(one)) for one in words.STATES.values())
        paint = {
            State.RIGHT: self.style.SUCCESS,
            State.WRONG: self.style.ERROR,
            State.BY_HAND: self.style.WARNING,
        }.get(row.state, str)
        begin = f"  {paint(state.ljust(margin))}  {row.setting.ljust(width)}  "
        indent = " " * (len(state.ljust(margin)) + width + 6)
        if row.state == State.RIGHT:
            self.stdout.write(f"{begin}{words.found_words(row)}")
            return
        needs = provider_check.needs()
        advice = words.advice(
            row, messages_url=needs.messages_url, fallback_url=needs.messages_fallback_url
        )
        if row.state == State.NOT_NEEDED:
            self.stdout.write(f"{begin}{advice}")
            return
        lines = [
            (gettext("found"), words.found_words(row) if row.state == State.WRONG else row.found),
            (gettext("wanted"), row.wanted),
            (gettext("to do"), advice),
        ]
        label = max(len(name) for name, _ in lines) + 1
        told = [f"{name + ':':<{label}} {text}" for name, text in lines if text]
        self.stdout.write(f"{begin}{f'{chr(10)}{indent}'.join(told)}")

    def _verdict(self, rows: list[Row]) -> str:
        wrong = sum(row.state == State.WRONG for row in rows)
        by_hand = sum(row.state == State.BY_HAND for row in rows)
        said = [
            ngettext("%(count)d setting is wrong.", "%(count)d settings are wrong.", wrong)
            % {"count": wrong}
            if wrong
            else gettext("All that can be read is right.")
        ]
        if by_hand:
            said.append(
                ngettext(
                    "%(count)d thing must be looked at by hand.",
                    "%(count)d things must be looked at by hand.",
                    by_hand,
                )
                % {"count": by_hand}
            )
        return " ".join(said)


class _NotSafe(Exception):  # noqa: N818 - an answer
    """The number must not be sent to an address that the provider cannot ask."""


def _sentence(error: Exception) -> str:
    if isinstance(error, ProviderError):
        return words.trouble(error)
    if isinstance(error, _NotSafe):
        return gettext(
            "Nothing was written: the provider cannot ask %(address)s, and every call would be lost. Set PUBLIC_BASE_URL"
            " to the public address first."
        ) % {"address": settings.PUBLIC_BASE_URL}
    return words.number_unknown()


def _as_json(
    *, note: str, ok: bool, rows: list[Row] | None = None, written: Written | None = None
) -> str:
    """`checked` false: nothing could be, or had to be, compared; `note` says why."""
    content = {
        "checked": rows is not None,
        "ok": ok,
        "note": note,
        "written": written or {},
        "rows": [dataclasses.asdict(row) for row in rows or []],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)
