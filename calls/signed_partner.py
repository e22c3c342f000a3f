"""Asks a partner's machine over HTTP to do one act: signed, within a time, and believed only with its own signature."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from django.utils import timezone

from calls.domain import ProviderError
from calls.signed_json import SIGNATURE_HEADER, Proof, fields_of, proof, sign
from realtime.protocol import stamp

CONNECT_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 5.0  # between two parts of an answer
ANSWER_S_MAX = 10.0  # for the whole of it
ANSWER_BYTES_MAX = 1_000_000
PASSING = frozenset({408, 425, 429})  # of the 4xx those that are worth another try


@dataclass(frozen=True, slots=True)
class Partner:
    """We sign with the first key; its answers may be signed with any of them."""

    url: str
    keys: tuple[str, ...]

    def ask(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """What it answers to `fields`, which name their `act_id`; ProviderError for everything but a proved yes."""
        now = timezone.now()
        act_id = str(fields["act_id"])
        body = json.dumps({**fields, "at": stamp(now)}).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": act_id,
            SIGNATURE_HEADER: sign(body, key=self.keys[0], at_s=int(now.timestamp())),
        }
        timeout = httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        try:
            with (
                httpx.Client(timeout=timeout, trust_env=False) as client,
                client.stream("POST", self.url, content=body, headers=headers) as answer,
            ):
                said = _bounded(answer)
        except httpx.HTTPError as error:
            raise ProviderError(type(error).__name__) from None
        if not answer.is_success:
            raise _refused(answer.status_code)
        return self._proved(said, answer.headers.get(SIGNATURE_HEADER, ""), act_id=act_id)

    def _proved(self, said: bytes, signature: str, *, act_id: str) -> Mapping[str, Any]:
        """A page of some other server also says 200; the signed number of the act says that this one was done."""
        judged = proof(said, signature, keys=self.keys, now_s=timezone.now().timestamp())
        if judged is not Proof.GOOD:
            note = f"the answer is not proved: signature {judged.name.lower()}"
            raise ProviderError(note)
        try:
            fields = fields_of(said)
        except ValueError:
            raise ProviderError("the answer is not understood") from None
        if fields.get("act_id") != act_id:
            raise ProviderError("the answer belongs to another act")
        return fields


def _bounded(answer: httpx.Response) -> bytes:
    """One that drips or floods must not hold the job worker."""
    parts, size, until_s = [], 0, time.monotonic() + ANSWER_S_MAX
    for part in answer.iter_raw():
        parts.append(part)
        size += len(part)
        if size > ANSWER_BYTES_MAX:
            raise ProviderError("the answer is too large")
        if time.monotonic() > until_s:
            raise ProviderError("the answer takes too long")
    return b"".join(parts)


def _refused(status: int) -> ProviderError:
    permanent = 300 <= status < 500 and status not in PASSING
    return ProviderError(f"status {status}", permanent=permanent)
