"""What manage.py check_provider says to an administrator, in two languages."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from calls.domain import ProviderError
from calls.provider_setup import Advice, Place, Row, State
from calls.second_host import Problem
from calls.twilio_api import API_TIMEOUT_S

SERVER_TROUBLE = 500
RATE_LIMITED = 429
CREDENTIALS_REFUSED = frozenset({401, 403})
ACCOUNT_UNKNOWN = 404

STATES = {
    State.RIGHT: _("right"),
    State.WRONG: _("WRONG"),
    State.BY_HAND: _("LOOK"),
    State.NOT_NEEDED: _("not needed"),
}
PLACES = {
    Place.DEPLOYMENT: _("This deployment (.env)"),
    Place.NUMBER: _(
        "Number %(subject)s (provider's console: Phone Numbers, Manage, Active numbers)"
    ),
    Place.APPLICATION: _(
        "Application %(subject)s (provider's console: Voice, Manage, TwiML apps)"
    ),
    Place.SERVICE: _(
        "Messaging service %(subject)s (provider's console: Messaging, Services, Integration)"
    ),
    Place.SENDER: _(
        "WhatsApp sender %(subject)s (provider's console: Messaging, Senders, WhatsApp senders)"
    ),
    Place.SECOND_HOST: _("Second host: %(subject)s"),
}
ADVICE = {
    Advice.SET: _("Set %(setting)s to the wanted value, letter by letter."),
    Advice.BROWSER_KEY: _(
        "The account refuses this key: no dispatcher can be rung in the browser. Make one (provider's console: API"
        " keys, type Standard) and put both halves into .env."
    ),
    Advice.NO_BROWSER_KEY: _(
        "Without a key dispatchers are rung at a desk phone or a SIP telephone."
    ),
    Advice.NAME_FALLBACK: _(
        "Nothing says what callers get while this machine is silent. Write the documents with manage.py"
        " fallback_documents, put them on a second host, and name them with PROVIDER_FALLBACK_VOICE_URL and"
        " PROVIDER_FALLBACK_MESSAGES_URL."
    ),
    Advice.PUBLIC_ADDRESS: _(
        "The provider cannot ask this address. Set PUBLIC_BASE_URL to the public name, with https://."
    ),
    Advice.REMOVE_TRUNK: _(
        "The trunk takes every call, and nobody here hears it. Take the trunk off the number, then check again: its"
        " webhooks are empty afterwards."
    ),
    Advice.RECEIVE_VOICE: _("The number takes faxes in place of calls. Set it to voice."),
    Advice.NO_VOICE: _("This number cannot take calls. Get one that can."),
    Advice.APPLICATION_GONE: _(
        "The number is given to an application that is gone. Take it out, then check again."
    ),
    Advice.NO_SMS: _("This number takes no SMS; citizens write by WhatsApp."),
    Advice.SERVICES_UNREADABLE: _(
        "The account may not read its messaging services. Look in the provider's console, Messaging, Services:"
        " no service with this number in its pool may answer in its place."
    ),
    Advice.SENDER_MISSING: _(
        "The account has no WhatsApp sender with this number. Is TWILIO_WHATSAPP_NUMBER right? Register it in the"
        " provider's console, Messaging, Senders, WhatsApp senders."
    ),
    Advice.SENDER_SANDBOX: _(
        "The sandbox cannot be read. Look in the provider's console, Messaging, Try it out, Send a WhatsApp message,"
        " Sandbox settings: %(messages_url)s, POST. It is for trials, never for citizens."
    ),
    Advice.SENDER_NONE: _("The account has no WhatsApp sender with this number."),
    Advice.SENDER_UNREADABLE: _(
        "The account may not read its WhatsApp senders. Look in the provider's console, Messaging, Senders, WhatsApp"
        " senders: webhook %(messages_url)s, fallback %(fallback_url)s, both POST."
    ),
    Advice.SENDER_OFFLINE: _(
        "WhatsApp does not hand over messages to this sender. The provider's console says why."
    ),
    Advice.SENDER_NEEDS_POST: _(
        "A WhatsApp sender asks the second host by POST alone. Take a second host that answers POST."
    ),
    Advice.HOST_SILENT: _(
        "The second host does not answer from here. Does it run, are its name and certificate right?"
    ),
    Advice.HOST_METHOD: _(
        "The second host does not answer POST with the file. Use the snippet beside the documents, or, where that is"
        " impossible (stores such as S3), set PROVIDER_FALLBACK_METHOD=GET."
    ),
    Advice.HOST_STATUS: _(
        "The second host must answer with 200 and the document, without a detour."
    ),
    Advice.HOST_TYPE: _("The second host must send the document as text/xml."),
    Advice.HOST_DOCUMENT: _(
        "This is no document that helps a caller. Write it anew with manage.py fallback_documents."
    ),
}
PROBLEMS = {
    Problem.NOT_XML: _("no XML"),
    Problem.NO_RESPONSE: _("does not begin with <Response>"),
    Problem.TOO_LONG: _("longer than the provider reads"),
    Problem.DIALS_NOBODY: _("rings nobody"),
}


def heading(row: Row) -> str:
    return PLACES[row.place] % {"subject": row.subject}


def found_words(row: Row) -> str:
    """What the provider said, with our words for what is wrong with a document."""
    text = row.found
    if row.place == Place.SECOND_HOST:
        for problem, words in PROBLEMS.items():
            text = text.replace(problem, str(words))
    return text or gettext("(nothing)")


def advice(row: Row, *, messages_url: str, fallback_url: str) -> str:
    if not row.advice:
        return ""
    return ADVICE[row.advice] % {
        "setting": row.setting,
        "messages_url": messages_url,
        "fallback_url": fallback_url or gettext("(none is named yet)"),
    }


def trouble(error: ProviderError) -> str:
    """Why the provider could not be asked, and what to do about it."""
    if error.timed_out:
        return gettext(
            "The provider did not answer within %(seconds)d s. Is the way out of this machine slow or shut (firewall, proxy)?"
        ) % {"seconds": API_TIMEOUT_S}
    if not error.status:
        return gettext(
            "The provider cannot be reached (%(word)s): look at the name service, the firewall and the proxy of this"
            " machine. Try: curl -I https://api.twilio.com"
        ) % {"word": str(error)}
    return _refusal(error.status) % {
        "status": error.status,
        "account": settings.TWILIO_ACCOUNT_SID,
        "note": str(error),
    }


def _refusal(status: int) -> str:
    if status in CREDENTIALS_REFUSED:
        return gettext(
            "The provider refuses the credentials (status %(status)d). Is TWILIO_AUTH_TOKEN the token of the account"
            " %(account)s, and was it changed lately?"
        )
    if status == ACCOUNT_UNKNOWN:
        return gettext("The provider knows no account %(account)s. Correct TWILIO_ACCOUNT_SID.")
    if status == RATE_LIMITED:
        return gettext("The provider asks us to wait (status 429). Try again in a minute.")
    if status >= SERVER_TROUBLE:
        return gettext(
            "The provider itself has trouble (status %(status)d). Look at status.twilio.com and try again."
        )
    return gettext("The provider refuses the question (%(note)s).")


def number_unknown() -> str:
    return gettext(
        "The account %(account)s has no number %(number)s. Is TWILIO_NUMBER right, and is the number in this account,"
        " not in a subaccount of it or another one?"
    ) % {"account": settings.TWILIO_ACCOUNT_SID, "number": settings.TWILIO_NUMBER}
