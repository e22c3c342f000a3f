"""Every sentence a person may read has its Indonesian, and no placeholder is lost on the way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("calls", "dispatch", "maps", "realtime", "units")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURALS = {"ngettext", "ngettext_lazy"}
TAGS = re.compile(r"""{%\s*trans(?:late)?\s+(["'])(.+?)\1""")
BLOCKS = re.compile(
    r"{%\s*blocktrans(?:late)?(?P<args>[^%]*)%}(?P<text>.*?){%\s*endblocktrans(?:late)?", re.S
)
SCRIPT = re.compile(r"""\bn?gettext\(\s*(["'`])((?:\\.|(?!\1).)+)\1""", re.S)
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|%%")


def catalogue(domain: str) -> dict[str, polib.POEntry]:
    found = {}
    for app in APPS:
        path = ROOT / app / "locale/id/LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            found |= {entry.msgid: entry for entry in polib.pofile(str(path))}
    return found


def in_python() -> set[str]:
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not (isinstance(node, ast.Call) and node.args):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                if (
                    name in MARKERS | PLURALS
                    and isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                ):
                    found.add(first.value)
    return found


def in_templates() -> set[str]:
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.html"):
            text = path.read_text()
            found |= {match[2] for match in TAGS.finditer(text)}
            for match in BLOCKS.finditer(text):
                body = match["text"].partition("{% plural %}")[0]
                if "trimmed" in match["args"]:
                    body = " ".join(line.strip() for line in body.strip().splitlines())
                found.add(re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", body))
    return found


def in_scripts() -> set[str]:
    found = set()
    for app in APPS:
        for path in (ROOT / app / "static").rglob("*.js"):
            for match in SCRIPT.finditer(path.read_text()):
                found.add(match[2].replace('\\"', '"').replace("\\'", "'"))
    return found


@pytest.mark.parametrize(
    ("domain", "sentences"),
    [("django", in_python() | in_templates()), ("djangojs", in_scripts())],
    ids=["django", "djangojs"],
)
def test_every_sentence_has_its_indonesian(domain, sentences):
    known = catalogue(domain)

    missing = {
        text
        for text in sentences
        if text not in known or not (known[text].msgstr or known[text].msgstr_plural)
    }
    assert sentences
    assert missing == set()


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_no_translation_loses_or_invents_a_placeholder(domain):
    wrong = [
        entry.msgid
        for entry in catalogue(domain).values()
        if entry.msgstr
        and sorted(HOLES.findall(entry.msgid)) != sorted(HOLES.findall(entry.msgstr))
    ]
    assert wrong == []


def test_no_translation_is_fuzzy():
    assert [
        entry.msgid
        for domain in ("django", "djangojs")
        for entry in catalogue(domain).values()
        if entry.fuzzy
    ] == []
