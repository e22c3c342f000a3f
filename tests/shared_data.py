"""Files of the data folder beside the repository. They are real data, not part of the project, and never copied into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def path(name: str) -> Path:
    """The file, or the test is skipped; where CI=true promises the folder, its absence is a failure."""
    file = FOLDER / name
    if file.is_file():
        return file
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"shared data file is missing: {name}")
    pytest.skip(f"no shared data beside the repository: {name}")
