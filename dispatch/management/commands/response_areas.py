"""Check the response areas of the agencies for gaps and overlaps, or draw a first draft from where their stations stand.

manage.py response_areas check [--agency DAMKAR]      ends with 1 when something was found
manage.py response_areas draft --agency DAMKAR --ranks 2
"""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext, ngettext

import units.area_drafts
import units.coverage
import units.selectors
from realtime.protocol import Rejected
from units.coverage import Finding


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["check", "draft"])
        parser.add_argument("--agency", metavar="CODE")
        parser.add_argument(
            "--ranks", type=int, default=2, choices=range(1, units.area_drafts.RANKS_MAX + 1)
        )
        languages = [code for code, _ in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)

    def handle(
        self, *_args: Any, act: str, agency: str | None, language: str, **options: Any
    ) -> None:
        with translation.override(language):
            known = [row["code"] for row in units.selectors.agency_rows()]
            if agency is not None and agency not in known:
                sentence = gettext("There is no agency %(code)s. There are: %(known)s.")
                raise CommandError(sentence % {"code": agency, "known": ", ".join(known)})
            if act == "check":
                self._check(agency)
            elif agency is None:
                raise CommandError(gettext("Name the agency: --agency CODE."))
            else:
                self._draft(agency, options["ranks"])

    def _check(self, agency: str | None) -> None:
        bound = sorted(units.coverage.agencies_with_areas())
        if not bound:
            self.stdout.write(gettext("No agency has response areas: each answers everywhere."))
            return
        found = units.coverage.check(agency)
        for finding in found:
            self.stdout.write(_line(finding))
        if found:
            raise SystemExit(1)
        self.stdout.write(gettext("No gaps and no overlaps."))

    def _draft(self, agency: str, ranks: int) -> None:
        try:
            count = units.area_drafts.draft(agency, ranks=ranks)
        except Rejected:
            sentence = gettext(
                "%(code)s has areas already. Delete them first, or edit them in the admin."
            )
            raise CommandError(sentence % {"code": agency}) from None
        sentence = ngettext("%(count)d area drafted.", "%(count)d areas drafted.", count)
        self.stdout.write(sentence % {"count": count})


def _line(finding: Finding) -> str:
    words = {
        "gap": gettext("%(agency)s: gap of %(km2).2f km² around %(lat).5f, %(lng).5f"),
        "overlap": gettext(
            "%(agency)s: %(areas)s overlap by %(km2).2f km² around %(lat).5f, %(lng).5f"
        ),
    }[finding.kind]
    return words % {
        "agency": finding.agency,
        "areas": " / ".join(finding.areas),
        "km2": finding.km2,
        "lat": finding.middle.lat,
        "lng": finding.middle.lng,
    }
