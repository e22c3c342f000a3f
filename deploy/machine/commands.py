"""Running other programs while a person watches: a heartbeat in long steps, the end of the output when one fails."""

from __future__ import annotations

import collections
import os
import selectors
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.machine import say

HEARTBEAT_S = 10.0
MACHINE_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Who reads which: uv, pip, and node (npm and playwright). Each brings certificates of its own and looks no further.
CERTIFICATE_SETTINGS = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
SELECT_S = 1.0
FAILURE_LINES_MAX = 30
FAILURE_FIRST_LINES = 8


class Failed(Exception):
    """A step that cannot go on. The text is a sentence for the person; `status` is the exit status."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


def run(
    argv: Sequence[str | Path],
    *,
    what: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    progress: Callable[[str], str | None] | None = None,
) -> str:
    """Run to the end and return the output. Says every ten seconds that it is still busy, and with what.

    `progress` gets each line of output and may return a short text about how far it is.
    """
    started = time.monotonic()
    words = [str(word) for word in argv]
    try:
        process = subprocess.Popen(
            words,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise Failed(f"{what}: {words[0]} cannot be run ({error.strerror}).") from error
    output = _follow(process, what=what, progress=progress)
    if process.wait() != 0:
        tail = "\n".join(f"    {text}" for text in _shown(output.splitlines()))
        raise Failed(
            f"{what} failed after {time.monotonic() - started:.0f} s (exit status {process.returncode}):\n{tail}"
        )
    return output


def answer(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str | None:
    """The output of a short question to the machine; None when the program is missing or refuses."""
    try:
        done = subprocess.run(
            [str(word) for word in argv],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def clean_environment() -> dict[str, str]:
    """This process's environment without what would make another Python look in the wrong place."""
    leave_out = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in leave_out}


def download_environment() -> dict[str, str]:
    """The clean environment, for programs that download: what the machine trusts, they trust.

    An office that inspects its traffic adds its certificate to the machine's; without this only apt would accept it.
    """
    environment = clean_environment()
    if not MACHINE_CERTIFICATES.is_file():
        return environment
    return {**dict.fromkeys(CERTIFICATE_SETTINGS, str(MACHINE_CERTIFICATES)), **environment}


def _shown(lines: list[str]) -> list[str]:
    """The beginning and the end: npm says what is wrong first, everybody else last."""
    if len(lines) <= FAILURE_LINES_MAX:
        return lines
    last = FAILURE_LINES_MAX - FAILURE_FIRST_LINES
    return [*lines[:FAILURE_FIRST_LINES], "…", *lines[-last:]]


def _follow(
    process: subprocess.Popen[bytes], *, what: str, progress: Callable[[str], str | None] | None
) -> str:
    assert process.stdout is not None
    started = spoken = time.monotonic()
    lines: collections.deque[str] = collections.deque()
    rest, how_far = b"", ""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=SELECT_S):
                chunk = os.read(process.stdout.fileno(), 65536)
                if not chunk:
                    break
                *whole, rest = (rest + chunk).split(b"\n")
                for raw in whole:
                    text = raw.decode(errors="replace").rstrip()
                    lines.append(text)
                    how_far = (progress(text) if progress else None) or how_far
            if time.monotonic() - spoken >= HEARTBEAT_S:
                spoken = time.monotonic()
                say.line(
                    f"  … {what}, {spoken - started:.0f} s so far{f': {how_far}' if how_far else ''}"
                )
    if rest:
        lines.append(rest.decode(errors="replace"))
    process.stdout.close()
    return "\n".join(lines)
