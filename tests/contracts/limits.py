"""Every bound in the code, found by reading the code: for the page that lists them, and for the test of the page."""

from __future__ import annotations

import ast
import functools
import gc
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "deploy/LIMITS.md"
PACKAGES = ("realtime", "calls", "units", "maps", "dispatch", "deploy")
# A name with one of these words says where something ends.
WORDS = re.compile(
    r"(?:^|_)(?:MAX|MIN|S|MS|DAYS|DEFAULT|FAILURE_LIMIT|KEPT|AHEAD|BACKLOG|RESERVE|AFTER|BEFORE|WINDOW|EVERY|SHOWN|AGE"
    r"|TIME|THREADS|PARALLEL|ONCE|GRACE|LINES|ROWS|TIMES|BALLAST|CONNECTIONS|MARGIN|TIMEOUT)(?:_|$)"
)
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
JS_CONSTANT = re.compile(
    r"^(?:export )?(?:const|var) (?P<name>[A-Z][A-Z0-9_]*) = (?P<value>\[[\d\s_,.]+\]|-?\d[^;\n]*);",
    re.MULTILINE,
)
ROW = re.compile(r"^\| `(?P<name>\w+)` \| `(?P<value>[^`]+)` \| (?P<past>.+?) \|$")
COLUMNS = re.compile(r"^\| `(?P<model>[\w.]+)` \| (?P<columns>[\w ,*]+) \| (?P<past>.+?) \|$")
HEADING = re.compile(r"^### `(?P<path>[^`]+)`$")
BOUNDING_ARGUMENTS = frozenset({"limit", "maxsize", "maxlen", "timeout", "max_workers"})
SQL_LIMIT = re.compile(r"\bLIMIT ([2-9]|\d{2,})\b")  # LIMIT 1 asks for one
SLICE_MIN = 10  # a shorter slice takes a form apart: two digits of a code, the head of a list


@dataclass(frozen=True, order=True)
class Bound:
    path: str
    name: str
    value: str


def is_bound(name: str) -> bool:
    return bool(CONSTANT.fullmatch(name)) and bool(WORDS.search(name))


def python_files() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def script_files() -> list[Path]:
    return [
        path for package in PACKAGES for path in sorted((ROOT / package).glob("static/**/*.js"))
    ]


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Without the garbage collector: what it ends in the middle confuses the parser of Python 3.11 (SystemError)."""
    gc.disable()
    try:
        return ast.parse(path.read_text())
    finally:
        gc.enable()


def in_python(path: Path) -> Iterator[Bound]:
    source = path.read_text()
    for target, given in _assignments(tree_of(path)):
        if isinstance(target, ast.Name) and is_bound(target.id) and _is_quantity(given):
            value = ast.get_source_segment(source, given) or ""
            yield Bound(_name(path), target.id, " ".join(value.split()))


def _assignments(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each name and what it is given; `A, B = 1, 2` are two."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                yield from zip(target.elts, value.elts, strict=False)
            else:
                yield target, value


def in_script(path: Path) -> Iterator[Bound]:
    for match in JS_CONSTANT.finditer(path.read_text()):
        if is_bound(match["name"]):
            yield Bound(_name(path), match["name"], " ".join(match["value"].split()))


def in_code() -> set[Bound]:
    return {bound for path in python_files() for bound in in_python(path)} | {
        bound for path in script_files() for bound in in_script(path)
    }


def on_page() -> dict[Bound, str]:
    """Every row of the page, and what happens past it."""
    rows, where = {}, ""
    for line in PAGE.read_text().splitlines():
        if heading := HEADING.match(line):
            where = heading["path"]
        elif row := ROW.match(line):
            rows[Bound(where, row["name"], row["value"])] = row["past"]
    return rows


# What the files of deploy/ say to other programs.
SERVER_FILES = {
    "deploy/nginx/siaga.conf": re.compile(
        r"^\s*(?P<name>client_max_body_size|\w+_timeout|keepalive|limit_req_zone|limit_req) +(?P<value>[^;$]*[^;]*);",
        re.MULTILINE,
    ),
    "deploy/systemd/siaga-web.service": re.compile(
        r"^(?P<name>Limit\w+|RestartSec|Timeout\w+)=(?P<value>.+)$", re.MULTILINE
    ),
    "deploy/systemd/siaga-jobs.service": re.compile(
        r"^(?P<name>Limit\w+|RestartSec|Timeout\w+)=(?P<value>.+)$", re.MULTILINE
    ),
    "deploy/compose.yaml": re.compile(
        r"^\s*(?P<name>max-size|max-file|shm_size|max-buffer-size): (?P<value>.+)$|-c (?P<name2>max_connections)=(?P<value2>\d+)",
        re.MULTILINE,
    ),
}


def in_server_files() -> set[Bound]:
    found = set()
    for name, pattern in SERVER_FILES.items():
        for match in pattern.finditer((ROOT / name).read_text()):
            parts = match.groupdict()
            key = parts["name"] or parts["name2"]
            value = parts["value"] or parts["value2"]
            found.add(Bound(name, key.replace("-", "_"), value.strip().strip('"')))
    return found


def columns_of_models() -> dict[str, str]:
    """`app.Model` -> "name 60, code 20", for all models of ours."""
    ours = [app for app in apps.get_app_configs() if Path(app.path).is_relative_to(ROOT)]
    found = {}
    for model in (model for app in ours if ".venv" not in app.path for model in app.get_models()):
        widths = [
            f"{field.name} {field.max_length}"
            for field in model._meta.get_fields()
            if getattr(field, "max_length", None)
            and field.model is model
            and not isinstance(field, models.UUIDField)
        ]
        if widths:
            found[f"{model._meta.app_label}.{model.__name__}"] = ", ".join(widths)
    return found


def columns_on_page() -> dict[str, str]:
    return {
        row["model"]: row["columns"]
        for line in PAGE.read_text().splitlines()
        if (row := COLUMNS.match(line))
    }


def without_a_name(path: Path) -> Iterator[str]:
    """Bare numbers that cut something off: `[:300]`, `limit=5`, `ThreadPoolExecutor(6)`."""
    for node in ast.walk(tree_of(path)):
        number: object = None
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            lower, upper = node.slice.lower, node.slice.upper
            value = _number(upper if lower is None else None)
            number = value if value is not None and abs(value) >= SLICE_MIN else None
        elif isinstance(node, ast.keyword) and node.arg in BOUNDING_ARGUMENTS:
            number = _number(node.value)
        elif isinstance(node, ast.Call) and "PoolExecutor" in ast.unparse(node.func):
            number = next(
                (found for one in node.args if (found := _number(one)) is not None), None
            )
        elif isinstance(node, ast.arguments):
            pairs = zip(reversed(node.args), reversed(node.defaults), strict=False)
            named = [*pairs, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
            number = next(
                (
                    _number(value)
                    for one, value in named
                    if one.arg in BOUNDING_ARGUMENTS and _number(value) is not None
                ),
                None,
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = SQL_LIMIT.search(node.value)
            number = int(found[1]) if found else None
        if number is not None:
            yield f"{_name(path)}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"


def without_a_name_in_script(path: Path) -> Iterator[str]:
    cuts = re.compile(r"\.slice\((?:0, )?-?(\d{2,})\)|set(?:Timeout|Interval)\([^;]*, (\d{2,})\)")
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if cuts.search(line):
            yield f"{_name(path)}:{number}: {line.strip()}"


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _number(node: ast.expr | None) -> float | None:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return None if isinstance(node.value, bool) else node.value
    return None


def _is_quantity(node: ast.expr) -> bool:
    """Numbers, sums of them, rows of them and spans of time; not what is read from the environment or computed."""
    parts = list(ast.walk(node))
    calls = [part for part in parts if isinstance(part, ast.Call)]
    if any(getattr(call.func, "id", "") != "timedelta" for call in calls):
        return False
    if any(isinstance(part, ast.Tuple) and part is not node for part in parts):
        return False  # a drawing
    allowed = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.Call, ast.keyword, ast.Name)
    marks = (ast.operator, ast.unaryop, ast.expr_context)
    constants = [part.value for part in parts if isinstance(part, ast.Constant)]
    return (
        all(isinstance(part, (*allowed, *marks)) for part in parts)
        and bool(constants)
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in constants)
    )
