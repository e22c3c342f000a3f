"""House rules a reader would otherwise have to look for."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LINES_MAX = 500
LINES_JS_MAX = 220
CODE = {".py", ".js", ".html", ".css", ".sh"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


FILES = tracked()
CODE_FILES = [path for path in FILES if path.suffix in CODE and "migrations" not in path.parts]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    found = []
    for path in files:
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def test_nothing_that_is_made_here_is_kept_in_the_repository():
    """A link to another machine's environment was once: whoever cloned it had a .venv that led nowhere."""
    kept = subprocess.run(
        ["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    ignored = subprocess.run(
        ["git", "ls-files", "-ci", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    links = [line for line in kept.stdout.splitlines() if line.startswith("120000")]
    assert (links, ignored.stdout.splitlines()) == ([], [])


def test_nothing_is_left_for_later():
    assert lines_with(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError", CODE_FILES) == []


def test_no_markup_is_made_from_text_in_the_browser():
    scripts = [path for path in FILES if path.suffix == ".js" and "static" in path.parts]
    assert scripts
    assert lines_with(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", scripts) == []


def test_tests_do_not_sleep():
    tests = [path for path in CODE_FILES if "tests" in path.parts and "load" not in path.parts]
    assert (
        lines_with(
            r"time\.sleep\((?!POLL_S\)|600\))|wait_for_timeout|pytest\.mark\.(flaky|skip\b)", tests
        )
        == []
    )


def test_no_file_names_a_machine_or_a_registry():
    texts = [path for path in FILES if path.suffix not in {".png", ".mo"}]
    hosts = "|".join(
        ("pypi\\.org", "registry\\.npmjs", "files\\.pythonhosted", "deb\\.debian\\.org")
    )
    assert lines_with(rf"/work/|/tmp/siaga|{hosts}", texts) == []


@pytest.mark.parametrize(("suffix", "limit"), [(".py", LINES_MAX), (".js", LINES_JS_MAX)])
def test_files_stay_small(suffix, limit):
    long = {
        str(path.relative_to(ROOT)): count
        for path in CODE_FILES
        if path.suffix == suffix
        and (suffix == ".py" or "static" in path.parts)
        and (count := len(path.read_text().splitlines())) > limit
    }
    assert long == {}


def test_packages_carry_no_code_in_their_init():
    """Tables apart: Django asks a package's `models` for all of them, so there the names are brought together."""
    inits = [
        path for path in CODE_FILES if path.name == "__init__.py" and path.read_text().strip()
    ]
    assert [str(path.relative_to(ROOT)) for path in inits if path.parent.name != "models"] == []
    assert {
        type(statement)
        for path in inits
        for statement in ast.parse(path.read_text()).body[1:-1]  # a sentence first, __all__ last
    } <= {ast.ImportFrom}


def test_every_picture_and_font_that_a_style_sheet_names_is_there():
    """One that is missing stops collectstatic, and with it the building of the image."""
    sheets = [path for path in FILES if path.suffix == ".css" and "static" in path.parts]
    missing = [
        f"{sheet.relative_to(ROOT)}: {name}"
        for sheet in sheets
        for name in re.findall(r"""url\(["']?([^"')]+)""", sheet.read_text())
        if not name.startswith(("data:", "#", "http")) and not (sheet.parent / name).is_file()
    ]
    assert sheets
    assert missing == []
