from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.failure.harness import stack as stacks
from tests.failure.harness.background import Background, seed_of_this_run
from tests.failure.harness.bots import Bot, ConsoleBot, CrewBot
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Plan, Prepared, Stack

SEED = seed_of_this_run()


def pytest_report_header() -> str:
    return f"SIAGA_SEED={SEED}"


@pytest.fixture(scope="module")
def homes() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="siaga-up-"))
    folder.chmod(0o711)  # as root, the database runs under another account, which must get through
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def seed() -> int:
    """What all chance of a test is drawn from; a failed test shows it, SIAGA_SEED repeats it."""
    print(f"SIAGA_SEED={SEED}")
    return SEED


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    with closing(Background()) as running:
        yield running


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Migrated and seeded once; every stack gets a copy."""
    base = os.environ["DATABASE_URL"]
    name = f"{urlsplit(base).path.lstrip('/')}_failure"
    home = tmp_path_factory.mktemp("prepared")
    yield stacks.prepare(stacks.create_empty(base, name), home)
    stacks.drop(base, name)


@pytest.fixture(scope="module")
def provider(background: Background) -> Iterator[Provider]:
    """It learns the public address from the stack that it is given to."""
    with closing(Provider(background, public_base_url="", seed=SEED)) as running:
        yield running


@pytest.fixture(scope="module")
def start_stack(
    background: Background, prepared: Prepared, homes: Path
) -> Iterator[Callable[..., Stack]]:
    """Start a stack: start_stack(workers=2, through={"redis"}, provider=…, settings={…})."""
    with ExitStack() as running:
        count = 0

        def start(*, provider: Provider | None = None, **plan: Any) -> Stack:
            nonlocal count
            count += 1
            plan["through"] = frozenset(plan.get("through", ()))
            stack = Stack(
                home=homes / f"stack-{count}",
                background=background,
                prepared=prepared,
                plan=Plan(**plan),
                provider=provider,
            )
            running.enter_context(closing(stack))
            stack.start()
            return stack

        yield start


@pytest.fixture
def console(background: Background) -> Iterator[Callable[..., ConsoleBot]]:
    """Open a console on a stack: console(stack, username="dispatcher1", url=…)."""
    with ExitStack() as opened:

        def open_one(stack: Stack, username: str = "dispatcher1", url: str = "") -> ConsoleBot:
            bot = ConsoleBot(background, url or stack.base_url, stack.token(username))
            _open(opened, bot)
            return bot

        yield open_one


@pytest.fixture
def tablet(background: Background) -> Iterator[Callable[..., CrewBot]]:
    with ExitStack() as opened:

        def open_one(
            stack: Stack, callsign: str, *, obedient: bool = True, url: str = ""
        ) -> CrewBot:
            token = stack.crew_of(callsign)["token"]
            bot = CrewBot(background, url or stack.base_url, token, obedient=obedient)
            _open(opened, bot)
            return bot

        yield open_one


def _open(opened: ExitStack, bot: Bot) -> None:
    opened.enter_context(closing(bot))
    bot.start()
