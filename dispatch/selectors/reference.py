"""Reference data for the screens, named in the language that is active."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

import calls.conversations
import calls.selectors
import units.selectors
from dispatch.engine.incidents import PRIORITIES
from dispatch.models import IncidentType

# Seconds after which a screen shows a figure as over its limit. Data for now of the whole city: answer time as in
# NENA-STA-020.1 (15 s), processing as in NFPA 1225 (60 s), acknowledgement as asked of the crews.
LIMITS = {"answer_s": 15, "assign_s": 60, "acknowledge_s": 60, "position_stale_s": 600}

CALL_DISPOSITIONS = {
    "emergency": _("Emergency"),
    "non_emergency_transferred": _("Not an emergency, transferred"),
    "information": _("Information"),
    "prank": _("Prank"),
    "ghost": _("Silent"),
    "abandoned": _("Abandoned"),
    "misdial": _("Misdial"),
    "duplicate": _("Duplicate"),
    "test": _("Test"),
}
INCIDENT_DISPOSITIONS = {
    "handled": _("Handled"),
    "transported": _("Patient transported"),
    "handed_over": _("Handed over to another agency"),
    "refused": _("Help refused"),
    "cancelled_before_arrival": _("Cancelled before arrival"),
    "cancelled_by_caller": _("Cancelled by the caller"),
    "unfounded": _("Nothing found"),
    "false_alarm_good_intent": _("False alarm, well meant"),
    "false_alarm_malicious": _("False alarm, malicious"),
    "duplicate": _("Duplicate"),
}


def _contacts() -> list[dict[str, Any]]:
    """Whom a dispatcher can bring into a call: the phone book, then the agencies that have entered a number."""
    agencies = [
        {"id": row["code"], "name": row["name"], "phone": row["phone"], "note": None}
        for row in units.selectors.agency_rows()
        if row["phone"]
    ]
    return [*calls.selectors.contact_rows(), *agencies]


def reference_data() -> dict[str, Any]:
    indonesian = (get_language() or "id").startswith("id")
    return {
        "city": {"name": settings.CITY_NAME, "time_zone": settings.TIME_ZONE},
        "incident_types": [
            {
                "key": kind.key,
                "name": kind.name_id if indonesian else kind.name_en,
                "icon": kind.icon,
                "default_priority": kind.default_priority,
            }
            for kind in IncidentType.objects.filter(is_active=True)
        ],
        "priorities": list(PRIORITIES),
        "agencies": units.selectors.agency_rows(),
        "contacts": _contacts(),
        "stations": units.selectors.station_rows(),
        "call_dispositions": _named(CALL_DISPOSITIONS),
        "incident_dispositions": _named(INCIDENT_DISPOSITIONS),
        "limits": LIMITS,
        "quick_replies": calls.conversations.quick_replies(),
        "message_templates": calls.conversations.templates(),
    }


def _named(names: dict[str, Any]) -> list[dict[str, str]]:
    return [{"key": key, "name": str(name)} for key, name in names.items()]
