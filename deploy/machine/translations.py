"""Compile every *.po of the project to the *.mo that Django reads. Needs no gettext on the machine.

.venv/bin/python -m deploy.machine.translations
"""

from __future__ import annotations

import os
from pathlib import Path

import polib

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def compile_all(root: Path) -> int:
    """Compile what is newer than its compiled form; return how many were written."""
    written = 0
    for source in sorted(root.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        # Two commands may compile at once, and a web worker may read: the file appears whole or not at all.
        part = target.with_name(f"{target.name}.{os.getpid()}")
        polib.pofile(str(source), check_for_duplicates=True).save_as_mofile(str(part))
        part.replace(target)
        written += 1
    return written


if __name__ == "__main__":
    print(f"{compile_all(REPOSITORY)} translations compiled")
