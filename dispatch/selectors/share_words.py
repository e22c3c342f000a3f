"""What the share page says, in both languages at once: it changes its language without asking the service again."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("id", "en")

WORDS = {
    "title": _("Share your position with 112"),
    "official": _("official"),
    "ask": _("112 needs to know where you are"),
    "consent": _(
        "If you press the blue button, your position goes to the 112 centre until you stop; it serves this help alone."
    ),
    "allow": _("Your telephone then asks: choose “Allow”. A call on the line goes on."),
    "go": _("Send my position"),
    "finding": _("Looking for your position…"),
    "finding_more": _("If you can, go near a window or outside."),
    "sent": _("The centre sees where you are"),
    "sent_more": _("Received %(time)s. Leave this page open."),
    "within": _("± %(metres)s m"),
    "sending": _("Sending…"),
    "waiting": _("Not sent yet"),
    "waiting_more": _("There is no connection. Kept on this telephone and sent as soon as there is one."),
    "busy": _("Too much at once. It goes on by itself in a minute."),
    "denied": _("The telephone does not give its position"),
    "denied_more": _("Write below where you are, or tell it on the telephone. To turn it on:"),
    "denied_android": _("Android: Settings, Location, turn on. In the browser: the lock beside the address, Location, Allow."),
    "denied_iphone": _("iPhone: Settings, Privacy, Location Services, turn on, and for Safari “While Using”."),
    "again": _("Try again"),
    "place": _("Where are you?"),
    "place_example": _("example: behind the temple"),
    "place_send": _("Send these words"),
    "place_sent": _("Your words have reached the centre."),
    "photo": _("Send a photo"),
    "photo_sending": _("The photo is being sent…"),
    "photo_waiting": _("The photo is kept and sent as soon as there is a connection."),
    "photo_sent": _("The photo has reached the centre."),
    "photo_refused": _("This photo cannot be taken. Say what can be seen."),
    "stop": _("Stop sharing"),
    "stopped": _("You no longer share your position"),
    "resume": _("Share again"),
    "over": _("This link has ended"),
    "over_more": _("Do you still need help? Call 112. It is free, also without credit."),
    "unknown": _("There is no such link"),
    "unknown_more": _("Look at the number again. If in doubt, call 112."),
    "full": _("Other telephones already use this link"),
    "full_more": _("Call 112 and ask for a link of your own."),
    "call": _("Call 112"),
    "received": _("112 has your report"),
    "assigned": _("Help has been given the order"),
    "on_the_way": _("Help is on the way"),
    "eta": _("about %(minutes)s more minute(s)"),
    "arrived": _("Help has arrived"),
    "note": _("Only for this help; it ends by itself and is passed on to nobody. Who calls you and asks for money is not 112."),
    "no_script": _("This browser cannot do it. Tell 112 on the telephone where you are."),
    "code": _("Type the code that 112 has told you"),
    "code_go": _("Continue"),
}  # fmt: skip


def words(language: str) -> dict[str, str]:
    with translation.override(language):
        return {key: str(text) for key, text in WORDS.items()}
