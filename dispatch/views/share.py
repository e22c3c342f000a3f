"""The page on which a citizen shares the position: no sign-in, no cookie; whoever has the code may send, and see a word.

Everything the page needs is in its first answer. It is shown also when the database does not answer: the telephone
begins to measure, keeps what it has, and sends it when somebody takes it.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from calls import share, shared_pictures
from calls.pictures import PICTURE_BYTES_MAX
from calls.rates import WINDOW_S, Rates
from calls.sharing import code_written
from dispatch.selectors.help import help_state
from dispatch.selectors.share_words import LANGUAGES, words
from realtime.protocol import Rejected, stamp
from realtime.registry import words_for
from realtime.reserve import is_away
from realtime.views import body_of, refusal

REQUESTS_PER_MIN_MAX = (
    90  # of one code: four telephones that send every five seconds, and their photos
)
GUESSES_PER_MIN_MAX = (
    30  # codes that are none, of one address; a whole telephone network may share it
)
CODES_KNOWN_MAX = 10_000
SHARE_BODY_BYTES_MAX = 64 * 1024
SCRIPTS = ("memory.js", "outbox.js", "watch.js", "photo.js", "page.js")

# Browsers of the time before nonces obey 'unsafe-inline'; those that know nonces take no notice of it beside one.
INLINE = (NONCE, "'unsafe-inline'")
POLICY = {
    "default-src": [NONE],
    "script-src": list(INLINE),
    "style-src": list(INLINE),
    "img-src": ["blob:", "data:"],  # data: the icon that is none, so that no other request is made
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}

_requests = Rates(REQUESTS_PER_MIN_MAX)
_guesses = Rates(GUESSES_PER_MIN_MAX)
# Codes that this process has seen open: whoever shares goes on while somebody behind the same address guesses.
_known: set[str] = set()

Answers = Callable[..., HttpResponse]


# --- the page ----------------------------------------------------------------------------------


@never_cache
@csp(POLICY)
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """For who was told the code on the telephone and has typed the address."""
    code = code_written(request.GET.get("code", ""))
    if code:
        return redirect("share", code=code)
    return _page(request, {"screen": "code"}, status=200)


@csrf_exempt
@never_cache
@csp(POLICY)
def share_page(request: HttpRequest, code: str) -> HttpResponse:
    """GET: the page. POST: positions."""
    if request.method == "POST":
        return positions(request, code=code)
    facts: dict[str, Any] = {"path": request.path.rstrip("/"), "screen": "ask"}
    try:
        facts["help"] = _admitted(request, code, _state)
        return _page(request, facts, status=200)
    except Rejected as error:
        screens = {"share_over": "over", "share_too_many": "busy"}
        screen = screens.get(error.code, "unknown")
        return _page(request, {**facts, "screen": screen}, status=error.status)
    except Error as error:
        if not is_away(error):
            raise
        return _page(request, facts, status=200)


def _page(request: HttpRequest, facts: dict[str, Any], *, status: int) -> HttpResponse:
    language = _language(request)
    with translation.override(language):
        context = {
            "facts": {
                **facts,
                "language": language,
                "words": {one: words(one) for one in LANGUAGES},
            },
            "words": words(language),
            "language": language,
            "city": settings.CITY_NAME,
            "screen": facts["screen"],
            "style": _file("page.css"),
            "script": "\n".join(_file(name) for name in SCRIPTS),
        }
        answer = render(request, "dispatch/share.html", context, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    answer["Content-Language"] = language
    return answer


@functools.cache
def _file(name: str) -> str:
    found = finders.find(f"dispatch/share/{name}")
    assert found, f"dispatch/share/{name} belongs to the application"
    return Path(str(found)).read_text()


def _language(request: HttpRequest) -> str:
    """The first of the browser's that we speak; Indonesian without any. `in` is its old name."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        primary = wanted.partition("-")[0]
        if primary == "in":
            return "id"
        if primary in LANGUAGES:
            return primary
    return "id"


# --- what it sends -----------------------------------------------------------------------------


def told(*methods: str) -> Callable[[Answers], Answers]:
    """An answer in JSON: at most so many a minute for one code, refusals in words, 503 when the database is away."""

    def decorate(view: Answers) -> Answers:
        @csrf_exempt
        @never_cache
        @functools.wraps(view)
        def answer(request: HttpRequest, *, code: str) -> HttpResponse:
            with translation.override(_language(request)):
                if request.method not in methods:
                    return refusal(405, "method_not_allowed", "")
                try:
                    taken = _admitted(request, code, functools.partial(view, request))
                    return JsonResponse({"ok": True, "taken": taken, "help": _state(code)})
                except Rejected as error:
                    return _refused(error)
                except ValueError as error:
                    return refusal(422, "share_not_understood", str(error))
                except Error as error:
                    if not is_away(error):
                        raise
                    return _refused(Rejected("share_try_again", status=503))

        return answer

    return decorate


@told("POST")
def positions(request: HttpRequest, code: str) -> Any:
    return share.receive_positions(code, _json(request), now=timezone.now())


@told("POST")
def words_written(request: HttpRequest, code: str) -> Any:
    return share.receive_words(code, _json(request), now=timezone.now())


@told("POST")
def stopped(request: HttpRequest, code: str) -> Any:
    return share.stop(code, _json(request), now=timezone.now())


@told("GET")
def state(_request: HttpRequest, code: str) -> Any:
    share.opened(code, now=timezone.now())


@told("POST")
def picture(request: HttpRequest, code: str) -> Any:
    """The bytes of the file themselves. A type of picture in the head, which no form of another site can send."""
    if not (request.content_type or "").startswith("image/"):
        raise Rejected("picture_unreadable", status=415)
    data = request.read(PICTURE_BYTES_MAX + 1)
    key = request.GET.get("key", "")
    return shared_pictures.receive_picture(code, key=key, data=data, now=timezone.now())


def _json(request: HttpRequest) -> Any:
    """JSON and nothing else: a form of another site cannot send it, and there is no cookie that it could use."""
    if request.content_type != "application/json":
        raise Rejected("share_not_understood", status=415)
    return body_of(request, bytes_max=SHARE_BODY_BYTES_MAX)


def _admitted(request: HttpRequest, code: str, answer: Callable[[str], Any]) -> Any:
    """The answer, within what one code may ask and one address may guess."""
    now_s, address = time.monotonic(), request.META.get("REMOTE_ADDR", "")
    if not _requests.admits(code, now_s=now_s):
        raise Rejected("share_too_many", status=429)
    if code not in _known and _guesses.is_spent(address, now_s=now_s):
        raise Rejected("share_too_many", status=429)
    try:
        answered = answer(code)
    except Rejected as error:
        if error.code == "share_unknown":
            _guesses.admits(address, now_s=now_s)
        raise
    if len(_known) >= CODES_KNOWN_MAX:
        _known.clear()
    _known.add(code)
    return answered


def _state(code: str) -> dict[str, Any]:
    """How far help is."""
    now = timezone.now()
    link = share.opened(code, now=now)
    return {**help_state(link.incident_id, now=now), "expires_at": stamp(link.expires_at)}


def _refused(error: Rejected) -> HttpResponse:
    answer = refusal(error.status, error.code, words_for(error))
    if error.status in {429, 503}:
        answer["Retry-After"] = str(round(WINDOW_S) if error.status == 429 else 2)
    return answer
