from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def homes() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="siaga-up-"))
    folder.chmod(0o711)  # as root, the database runs under another account, which must get through
    yield folder
    shutil.rmtree(folder)
