"""Every alarm a person may see has a page that says what to do, and no page is about an alarm that is gone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.contracts.limits import tree_of

ROOT = Path(__file__).resolve().parent.parent.parent
BOOKS = ROOT / "deploy/runbooks"
ALARMS_JS = ROOT / "dispatch/static/dispatch/console/alarms.js"
PACKAGES = ("realtime", "calls", "units", "maps", "dispatch")
SECTIONS = ("Symptom", "Check", "Act", "Undo")
# Pages for what no alarm of ours can tell: nothing reaches us then, or the screen of the one person says it.
SILENT = {"no_sound", "telephone_network_down"}


def pages() -> dict[str, str]:
    return {path.stem: path.read_text() for path in BOOKS.glob("*.md") if path.stem != "README"}


def kinds() -> set[str]:
    """The first words of every raise_alarm(…, kind=…): a word, a name for one, or a table of them."""
    found: set[str] = set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        tree = tree_of(path)
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _name(node.func) == "raise_alarm"):
                continue
            value = next((word.value for word in node.keywords if word.arg == "kind"), None)
            assert value is not None, f"{path}:{node.lineno}: kind= is missing"
            said = _words(value, tree)
            assert said, f"{path}:{node.lineno}: cannot tell which kinds {ast.unparse(value)} are"
            found |= said
    return found


def _name(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _words(value: ast.expr, tree: ast.Module) -> set[str]:
    """The texts a kind may be: written there, or in constants and tables of the module that carry ALARM in their name."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return _words(value.body, tree) | _words(value.orelse, tree)
    return {
        part.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and "ALARM"
        in ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        for leaf in (node.value.values if isinstance(node.value, ast.Dict) else [node.value])
        for part in ast.walk(leaf)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_every_alarm_has_its_page_and_every_page_its_alarm():
    assert len(kinds()) > 5
    assert set(pages()) - SILENT == kinds()
    assert set(pages()) >= SILENT


@pytest.mark.parametrize("kind", sorted(pages()))
def test_a_page_says_what_is_seen_what_to_check_what_to_do_and_how_to_undo_it(kind):
    text = pages()[kind]
    assert text.startswith("# ")
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert tuple(heads) == SECTIONS
    bodies = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    assert all(len(body.split()) >= 8 for body in bodies), "a section says nothing"
    assert kind in SILENT or "`" + kind + "`" in text, "the page does not name its alarm"


def test_the_overview_leads_to_every_page():
    overview = (BOOKS / "README.md").read_text()
    assert [kind for kind in pages() if f"({kind}.md)" not in overview] == []


def test_the_console_has_words_for_every_alarm():
    words = set(re.findall(r"^  (\w+): \(\) =>", ALARMS_JS.read_text(), re.MULTILINE))
    assert sorted(kinds() - words) == []
    assert sorted(words - kinds()) == [], "words for alarms that are gone"


def test_a_page_leads_only_to_places_that_are_there():
    for path in BOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
            assert target.startswith("http") or (path.parent / target).exists(), (path, target)
