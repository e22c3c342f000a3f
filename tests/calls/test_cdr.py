"""Asterisk's own record of calls as the program beside it reads it: one row a call, whatever else is in the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from deploy.pbx.siaga_pbx import cdr

SINCE = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
EMPTY = [""] * 18


def row(
    call_id: str, start: str, end: str, *, account: str = "siaga112", src: str = "0812"
) -> str:
    fields = list(EMPTY)
    fields[cdr.ACCOUNT], fields[cdr.SRC], fields[cdr.DST] = account, src, "s"
    fields[cdr.START], fields[cdr.END], fields[cdr.UNIQUE_ID] = start, end, call_id
    return ",".join(f'"{field}"' for field in fields)


def read(tmp_path: Path, *lines: str) -> list[dict[str, str]]:
    path = tmp_path / "Master.csv"
    path.write_text("\n".join(lines) + "\n")
    return cdr.calls_since(path, SINCE, account="siaga112")


def test_the_parts_of_one_call_are_one_call_from_its_first_to_its_last_second(
    tmp_path: Path,
) -> None:
    (call,) = read(
        tmp_path,
        row("1.1", "2026-11-28 01:05:10", "2026-11-28 01:05:20"),
        row("1.1", "2026-11-28 01:05:00", "2026-11-28 01:05:10"),
    )

    assert (call["at"], call["ended_at"]) == ("2026-11-28T01:05:00+00:00", "2026-11-28T01:05:20+00:00")  # fmt: skip
    assert (call["call_id"], call["from"], call["status"]) == ("1.1", "0812", "ended")


def test_calls_of_others_older_ones_and_what_is_no_row_are_left_out(tmp_path: Path) -> None:
    assert (
        read(
            tmp_path,
            row("1.1", "2026-11-28 01:05:00", "2026-11-28 01:05:10", account="office"),
            row("1.2", "2026-11-27 01:05:00", "2026-11-27 01:05:10"),
            row("", "2026-11-28 01:05:00", "2026-11-28 01:05:10"),
            row("1.3", "yesterday", "2026-11-28 01:05:10"),
            '"siaga112","0812"',
            "\x00\ufffd",
            "",
        )
        == []
    )


def test_of_a_file_of_years_the_end_is_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(cdr, "TAIL_BYTES_MAX", 2_000)
    lines = [row(f"1.{n}", "2026-11-28 01:05:00", "2026-11-28 01:05:10") for n in range(1_000)]
    found = [call["call_id"] for call in read(tmp_path, *lines)]

    assert 0 < len(found) < 30
    assert found[-1] == "1.999"


def test_without_a_file_there_was_no_call(tmp_path: Path) -> None:
    assert cdr.calls_since(tmp_path / "none.csv", SINCE, account="siaga112") == []
