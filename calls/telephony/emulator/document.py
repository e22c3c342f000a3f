"""The page of the telephones: its words in both languages, its files, the drawing of the city on which a pin is set."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from calls.telephony.emulator.phones import Phones

MODULES = ("app", "acts", "bubbles", "call", "card", "dom", "line", "place", "thread")
SHARED = {
    "realtime/icons.js": "#realtime/icons",
    "realtime/sound.js": "#realtime/sound",
}
LOOKS = (
    "dispatch/tokens.css",
    "dispatch/base.css",
    "dispatch/symbols.svg",
    "dispatch/favicon.svg",
)
# People of an invented evening; numbers that the emulated city does not use.
FIRST_PHONES = (("+6281364000001", "Siti"), ("+6281364000002", "Budi"))


class Document:
    def __init__(self, drawing: Mapping[str, Any]) -> None:
        self._drawing = drawing

    def __call__(self, language: str) -> tuple[str, str]:
        """The page, and what a browser may do on it."""
        known = [code for code, _ in settings.LANGUAGES]
        language = language if language in known else settings.LANGUAGE_CODE
        nonce = secrets.token_urlsafe(16)
        lat, lng = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]
        with translation.override(language):
            content = render_to_string(
                "calls/phone.html",
                {
                    "nonce": nonce,
                    "imports": _imports(),
                    "boot": {"words": words(), "centre": [lat, lng], "language": language},
                    "drawing": self._drawing,
                    "console": f"{settings.PUBLIC_BASE_URL}/console/",
                    "city": settings.CITY_NAME,
                    "language": language,
                },
            )
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; connect-src 'self';"
            f" img-src 'self' data:; media-src 'self' {settings.PUBLIC_BASE_URL}; base-uri 'none';"
            " form-action 'none'; frame-ancestors 'none'"
        )
        return content, policy


def files() -> dict[str, Path]:
    """What the page may fetch, by the name behind /phone/static/."""
    own = [f"calls/phone/{name}.js" for name in MODULES]
    names = [*own, "calls/phone/phone.css", *SHARED, *LOOKS]
    return {name: Path(str(finders.find(name))) for name in names}


def first_phones(phones: Phones) -> None:
    for number, name in FIRST_PHONES:
        phones.add(number, name)
    phones.add("")


def words() -> dict[str, str]:
    return {
        "call": gettext("Call 112"),
        "hang_up": gettext("Hang up"),
        "answer": gettext("Answer"),
        "decline": gettext("Decline"),
        "say": gettext("Say"),
        "say_what": gettext("Say something on the line…"),
        "remove": gettext("Put this telephone away"),
        "hidden": gettext("Number hidden"),
        "calls_you": gettext("{who} is calling"),
        "ready": gettext("Not in a call"),
        "ringing": gettext("Ringing"),
        "machine": gettext("A recorded voice speaks"),
        "waiting": gettext("Waiting for a dispatcher"),
        "alone": gettext("Connected, nobody else on the line yet"),
        "talking": gettext("Talking with the centre"),
        "on_hold": gettext("On hold"),
        "rung": gettext("Your telephone rings"),
        "over": gettext("Call ended"),
        "busy": gettext("Busy"),
        "no_answer": gettext("Nobody answered"),
        "press": gettext("The voice asks for a key"),
        "transcribed": gettext("What you say is written down"),
        "recorded": gettext("Recorded"),
        "music": gettext("music"),
        "trouble": gettext("“We are sorry, an application error has occurred.”"),
        "you": gettext("You"),
        "centre": gettext("Centre"),
        "nothing_heard": gettext("What is heard on the line appears here."),
        "no_messages": gettext("No messages yet."),
        "write": gettext("Write a message…"),
        "send": gettext("Send"),
        "pin": gettext("Pin"),
        "photo": gettext("Photo"),
        "aml": gettext("AML"),
        "aml_sent": gettext("The telephone has sent its position (AML)"),
        "pin_sent": gettext("Position sent"),
        "choose_pin": gettext("Click where this person is"),
        "send_pin": gettext("Send position by WhatsApp"),
        "send_aml": gettext("Send position by AML"),
        "close": gettext("Close"),
        "not_taken": gettext("not accepted"),
        "failed": gettext("failed"),
        "delivered": gettext("delivered"),
        "no_number": gettext("A telephone without a number cannot write."),
        "cut": gettext("The emulator does not answer. Trying again …"),
        "latitude": gettext("Latitude"),
        "longitude": gettext("Longitude"),
        "image": gettext("Picture"),
        "attachment": gettext("Attachment"),
        "keypad": gettext("Keypad"),
        "no_key_wanted": gettext("Nobody waits for a key now."),
        "nobody_hears": gettext("Nobody hears it."),
        "too_many_phones": gettext("There are enough telephones on this page."),
        "invalid": gettext("Write the number like +6281234567890."),
        "did_not_work": gettext("That did not work."),
    }


def _imports() -> dict[str, str]:
    own = {f"#phone/{name}": f"static/calls/phone/{name}.js" for name in MODULES}
    return {**own, **{bare: f"static/{name}" for name, bare in SHARED.items()}}
