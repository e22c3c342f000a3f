"""What is still taken on a disk that fills up: media go first, calls last."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from realtime import storage
from realtime.storage import Disk, Matter

SHARES = st.floats(0, 1)
SMALL = 4 * 1024**2


def disk(share: float, *, free: int = SMALL) -> Disk:
    return Disk(("media",), bytes_free=free, used_share=share)


def test_the_order_in_which_things_are_refused_as_a_disk_fills_up():
    seen = [(share, storage.refused([disk(share / 100)])) for share in range(101)]
    first = {}
    for share, words in seen:
        for word in words:
            first.setdefault(word, share)

    assert first == {"media": 86, "traces": 96}


def test_the_alarm_comes_at_eighty_and_gets_loud_at_ninety():
    assert [disk(share).level for share in (0.79, 0.80, 0.89, 0.90, 1.0)] == [
        None,
        "warning",
        "warning",
        "critical",
        "critical",
    ]


@given(share=SHARES, free=st.integers(0, 2**50))
def test_calls_are_always_tried_and_media_are_never_taken_where_traces_are_not(share, free):
    one = disk(share, free=free)
    assert one.takes(Matter.CALLS)
    assert one.takes(Matter.TRACES) or not one.takes(Matter.MEDIA)


@given(fuller=SHARES, emptier=SHARES)
def test_a_fuller_disk_never_takes_more(fuller, emptier):
    fuller, emptier = max(fuller, emptier), min(fuller, emptier)
    for matter in Matter:
        assert disk(emptier).takes(matter) or not disk(fuller).takes(matter)


@given(share=SHARES)
def test_an_alarm_does_not_come_and_go_at_its_limit(share):
    """Never due and cleared at once; and a little below the limit it stays as it is."""
    for level in ("warning", "critical"):
        assert not (disk(share).level == level and disk(share).may_clear(level))
    assert disk(0.79).level is None
    assert not disk(0.79).may_clear("warning")
    assert disk(0.77).may_clear("warning")


def test_a_big_disk_with_much_room_refuses_nothing_but_still_alarms():
    roomy = disk(0.97, free=storage.ROOMY_BYTES_MIN)
    assert storage.refused([roomy]) == []
    assert roomy.level == "critical"


def test_folders_of_one_file_system_are_one_disk_and_a_missing_one_is_left_out(tmp_path: Path):
    (tmp_path / "journal").mkdir()
    (tmp_path / "media").mkdir()

    disks = storage.read(tmp_path)

    assert [one.folders for one in disks] == [("journal", "media")]
    assert 0 < disks[0].used_share < 1
    assert disks[0].bytes_free > 0
    assert storage.read(tmp_path / "nowhere") == []
