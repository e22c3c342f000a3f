"""A citizen's call as the provider reports it to a server process: really signed, over HTTP."""

from __future__ import annotations

import urllib.request

from calls.signing import form, signature
from tests.load.serving import Service

PROVIDER_S = 15  # so long Twilio waits for an answer
PATH = "/twilio/voice/incoming"


def ring(service: Service, number: int) -> tuple[int, str]:
    """The answer's status and document."""
    pairs = [
        ("CallSid", f"CA{number:032d}"),
        ("From", f"+62812701{number:04d}"),
        ("To", "+62771112"),
        ("CallStatus", "ringing"),
    ]
    url = f"{service.base_url}{PATH}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": signature(token=service.auth_token, url=url, pairs=pairs),
    }
    request = urllib.request.Request(url, data=form(pairs), headers=headers)
    with urllib.request.urlopen(request, timeout=PROVIDER_S) as answer:
        return answer.status, answer.read().decode()
