"""The browser's modules without a page: `node --test` over this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_browser_modules_pass_their_own_tests():
    beside_python = Path(sys.executable).with_name("node")  # where deploy/test puts it
    node = shutil.which("node") or (str(beside_python) if beside_python.exists() else None)
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is not installed, the browser's modules were not tested")
        pytest.skip("node is not installed")
    files = sorted(str(path) for path in Path(__file__).parent.glob("*.test.js"))
    assert files
    run = subprocess.run(
        [node, "--test", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
