"""Emulated citizens, a dispatcher and crews make the demo city live, through the webhooks and the API alone."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dispatch.training.access import NoAccess, read_access
from dispatch.training.city import Plan, live

SPEED_MAX = 5.0  # a faster engine would be taken for a broken tracker


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.HOME / "credentials.json"
        parser.add_argument("--credentials", type=Path, default=default, metavar="PATH")
        parser.add_argument("--base-url", help="where the service is; else as the credentials say")
        parser.add_argument("--per-minute", type=_between(0.1, 120), default=4.0)
        parser.add_argument(
            "--speed",
            type=_between(0.2, SPEED_MAX),
            default=3.0,
            help="how many times faster than real crews work and drive",
        )
        parser.add_argument("--seed", type=int, help="the same seed draws the same citizens")
        parser.add_argument("--minutes", type=_between(0.05, 100_000), help="else until stopped")
        parser.add_argument(
            "--without",
            nargs="*",
            default=["DAMKAR-1"],
            metavar="CALLSIGN",
            help="units left to people, DAMKAR-1 if nothing is said",
        )

    def handle(self, *_args: Any, credentials: Path, **options: Any) -> None:
        try:
            access = read_access(credentials, base_url=options["base_url"])
            access.dispatcher_token("")
        except NoAccess as error:
            raise CommandError(str(error)) from None
        plan = Plan(
            per_minute=options["per_minute"],
            speed=options["speed"],
            seed=options["seed"],
            minutes=options["minutes"],
            without=frozenset(options["without"]),
        )
        self.stdout.write(f"Demo traffic for {access.base_url}; Ctrl-C or SIGTERM ends it.")
        asyncio.run(_until_told(live(access, plan)))


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run until it ends, or until SIGINT or SIGTERM ends it cleanly."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _between(low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            sentence = f"“{text}” is not a number from {low} to {high}"
            raise argparse.ArgumentTypeError(sentence)
        return value

    return number
