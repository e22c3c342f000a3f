"""The emulated provider in a thread of its own, so that tests may ask it from theirs; what it offers is put into a journal.

What it does, and how, is the product's own emulator (`calls.telephony.emulator`).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import uvicorn

from calls.telephony.emulator.api import Fault
from calls.telephony.emulator.page import Page, router
from calls.telephony.emulator.phones import Phones
from calls.telephony.emulator.provider import Account, Emulator, Manner
from calls.telephony.emulator.records import Document, Leg, Text
from calls.telephony.emulator.requests import Disorder, Hook
from tests.failure.harness.background import Background, chance
from tests.failure.harness.journal import Journal

START_S = 10.0


class Provider(Emulator):
    """Public methods named in the third person may be called from any thread."""

    def __init__(
        self,
        background: Background,
        *,
        public_base_url: str,
        seed: int = 0,
        calls_per_s: float = 1.0,
        pace: float = 0.02,
        disorder: Disorder | None = None,
    ) -> None:
        account = Account("AC" + "1" * 32, "provider-token-of-the-tests", "+622155500112")
        super().__init__(
            account,
            Manner(calls_per_s=calls_per_s, pace=pace, lively=False, disorder=disorder),
            public_base_url=public_base_url,
            chance=chance(seed, "provider"),
        )
        self.background = background
        self.journal = Journal()
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = int(listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            self.application(), ws="none", lifespan="off", log_level="critical", access_log=False
        )
        self._server = uvicorn.Server(config)
        self.background.ask(self._start(listener))

    def application(self) -> Any:
        """The API, and the telephones that people hold."""
        phones = Page(Phones(self), document=lambda _language: ("", ""), files={})
        return router(self.api, phones)

    def close(self) -> None:
        self.background.ask(self._stop())

    def offered(self, kind: str, sid: str, document: Document) -> None:
        self.journal.note(kind, sid, accepted=document.is_good)

    # --- what the test makes happen ------------------------------------------------------------

    def rings(
        self, caller: str, *, hook: Hook | None = None, at: datetime | None = None, **params: str
    ) -> Leg:
        """A citizen rings; comes back when the first document was heard, or nothing could be. `at`: as if then."""
        return self.background.ask(self.ring(caller, hook=hook, at=at, **params))

    def writes(self, sender: str, text: str, **how: Any) -> Text:
        return self.background.ask(self.messages.write(sender, text, **how))

    def hangs_up(self, leg: Leg) -> None:
        """The person on this leg puts the receiver down."""
        self.background.ask(self.hang_up(leg))

    def says(self, leg: Leg, words: str) -> int:
        return self.background.ask(self._says(leg, words))

    def pressed(self, leg: Leg, keys: str) -> bool:
        return self.background.ask(self._pressed(leg, keys))

    def tells_status(self, leg: Leg, status: str, sequence: int) -> Document:
        return self.background.ask(self.tell_status(leg, status, sequence=sequence))

    def tells_statuses_in_any_order(self, leg: Leg, statuses: Sequence[str]) -> list[str]:
        """One callback for each, numbered in the order given, sent in an order drawn from the seed; answers that."""
        numbered = list(enumerate(statuses))
        self.chance.shuffle(numbered)
        for sequence, status in numbered:
            self.tells_status(leg, status, sequence)
        return [status for _, status in numbered]

    def repeats(
        self, path: str, params: dict[str, str], *, base_urls: Sequence[str]
    ) -> list[Document]:
        """The same request, with the same token, to all addresses at the same instant."""
        return self.background.ask(self.out.repeat(path, params, base_urls))

    def fails(self, path: str = "", **how: Any) -> Fault:
        """The API fails in this way for paths that contain `path`, until `recovers`."""
        fault = Fault(path=path, **how)
        self.api.faults.append(fault)
        return fault

    def recovers(self) -> None:
        self.api.faults.clear()

    # --- inside --------------------------------------------------------------------------------

    async def _says(self, leg: Leg, words: str) -> int:
        return self.listening.says(leg, words)

    async def _pressed(self, leg: Leg, keys: str) -> bool:
        return self.presses(leg, keys)

    async def _start(self, listener: socket.socket) -> None:
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        async with asyncio.timeout(START_S):
            while not self._server.started:  # noqa: ASYNC110 - uvicorn has a flag, no event
                await asyncio.sleep(0.01)

    async def _stop(self) -> None:
        await self.shut_down()
        self._server.should_exit = True
        self._server.force_exit = True
        await self._serving
