"""The disk of PostgreSQL's write-ahead log is full: the database stops, callers are heard, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from realtime import storage
from tests.failure.disks import fill, small_disk
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack, wait_for

pytestmark = [pytest.mark.failure, pytest.mark.long, pytest.mark.timeout(400)]

HEARD_WITHIN_S = 3.0
REPLAYED_WITHIN_S = 10.0
NOTICED_WITHIN_S = 20.0
WAL_MB = 384  # the seed's own log has to fit in before it is recycled
CALLERS = 6


@pytest.fixture
def wal(homes: Path) -> Iterator[Path]:
    with small_disk(homes / "wal", megabytes=WAL_MB) as disk:
        yield disk


def test_with_a_full_wal_callers_are_held_and_are_calls_once_when_there_is_room(
    wal: Path, start_stack: Callable[..., Stack], provider: Provider
) -> None:
    stack = start_stack(provider=provider, own_postgres=True, wal_disk=wal, workers=2)
    before = [provider.rings(f"+6281292000{number:03d}") for number in range(CALLERS)]
    filler = fill(wal)
    assert [disk.level for disk in storage.read(stack.places.home, folders=("pg/pg_wal",))] == [
        "critical"
    ]
    # What is left of the file in use is given up, so that the next commit needs a new one.
    wait_for(
        lambda: stack.ask_postgres("select pg_switch_wal()") is None,
        NOTICED_WITHIN_S,
        what="PostgreSQL cannot go on",
    )

    during = [provider.rings(f"+6281292100{number:03d}") for number in range(CALLERS)]

    for leg in during:
        document = leg.documents[0]
        assert document.is_good
        assert document.took_s < HEARD_WITHIN_S
        assert "<Redirect" in document.body
    filler.unlink()
    assert stack.postgres is not None
    if not stack.postgres.is_running:
        stack.start_postgres()  # as the supervisor does
    legs = {leg.from_ for leg in (*before, *during)}

    def stored() -> list[str]:
        if stack.ask_postgres("select 1") is None:
            return []
        return [row[0] for row in stack.rows("SELECT caller FROM calls_call ORDER BY caller")]

    wait_for(
        lambda: stored() == sorted(legs), REPLAYED_WITHIN_S, what="every caller is a call, once"
    )
