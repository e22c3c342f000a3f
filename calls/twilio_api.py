"""How the provider's REST API is asked: one client, and its failures in the centre's words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from calls.domain import ProviderError

API_TIMEOUT_S = 10.0
RATE_LIMITED = 429
LIST_PAGE_ROWS = 200  # of each request; all pages are read

T = TypeVar("T")


class _StandInHttpClient(TwilioHttpClient):
    """Twilio's own client with another host: a stand-in of the provider in tests."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        base, parts = urlsplit(settings.TWILIO_API_BASE_URL), urlsplit(url)
        return super().request(
            method,
            urlunsplit((base.scheme, base.netloc, parts.path, parts.query, "")),
            *args,
            **kwargs,
        )


def client(key: str = "", secret: str = "") -> Client:
    """As the account, or by a key of it."""
    kind = _StandInHttpClient if settings.TWILIO_API_BASE_URL else TwilioHttpClient
    return Client(
        key or settings.TWILIO_ACCOUNT_SID,
        secret or settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_ACCOUNT_SID,
        http_client=kind(timeout=API_TIMEOUT_S),
    )


def asked(act: Callable[[], T]) -> T:
    """What the provider answered, or a ProviderError that says whether a second try is worth it."""
    try:
        return act()
    except TwilioRestException as error:
        raise _refused(error.status, error.code) from None
    except TwilioException as error:  # a page of a list: the bare exception with the response
        status = next((one.status_code for one in error.args if hasattr(one, "status_code")), 0)
        raise _refused(status) from None
    except json.JSONDecodeError:  # something between us and the provider has answered in its place
        raise ProviderError("answer is no JSON") from None
    except requests.RequestException as error:
        raise ProviderError(
            type(error).__name__, timed_out=isinstance(error, requests.Timeout)
        ) from None


def _refused(status: int, code: int | None = None) -> ProviderError:
    permanent = 400 <= status < 500 and status != RATE_LIMITED
    note = f"status {status}" + (f" code {code}" if code else "")  # the text may hold the number
    return ProviderError(note, permanent=permanent, status=status, code=code or 0)
