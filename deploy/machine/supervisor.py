"""Keeps the servers and workers of one home running, and stops all of them.

One thread. Every signal is blocked and taken by `sigtimedwait`, so there is no handler that could run in the middle of
anything. A child that dies is started again at once; one that dies again and again, after a growing pause. Children
end when this process ends, even by kill -9; what a child leaves behind all the same, the next start ends (`take_over`).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.machine import processes, say
from deploy.machine.commands import HEARTBEAT_S, Failed
from deploy.machine.credentials import write_private
from deploy.machine.logfiles import open_log, rotate
from deploy.machine.processes import Identity
from deploy.machine.rights import Account

PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0)
STEADY_AFTER_S = 10.0
ROTATE_EVERY_S = 10.0
TURN_S = 0.1
SIGNALS = frozenset({signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
KILLED_GRACE_S = 2.0
# A child that has shown signs of life and shows none for this long is ended; it renews them once a second.
SILENT_S_MAX = 4.0
# When we ourselves come late by more than this, the machine is busy, and a child's silence says nothing.
LATE_S_MAX = 0.5
LEFT_OVER_S = 8.0


class Stopped(Exception):
    """Somebody asked us to stop."""


def _at_once() -> bool:
    return True


class Heartbeat:
    """A line every ten seconds of a long step: who waits must see that it has not stopped."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started_s = self._spoken_s = time.monotonic()

    def beat(self) -> None:
        now_s = time.monotonic()
        if now_s - self._spoken_s >= HEARTBEAT_S:
            self._spoken_s = now_s
            say.line(f"  … {self._what}, {now_s - self._started_s:.0f} s so far")


@dataclass(frozen=True)
class Service:
    """One program to keep running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path
    account: Account | None = None
    keep_fds: tuple[int, ...] = ()
    stop_signal: int = signal.SIGTERM
    stop_s: float = 6.0
    last_stage: bool = False  # stopped after the others, because they need it to finish their work
    may_start: Callable[[], bool] = _at_once  # asked before every start, until it says yes
    sign_of_life: Path | None = None  # a file that it touches while it is well


@dataclass
class _Child:
    service: Service
    process: subprocess.Popen[bytes] | None = None
    started_at_s: float = 0.0
    due_at_s: float | None = None
    quick_deaths: int = 0
    starts: int = 0
    shown_ns: int | None = (
        None  # the newest sign of life of this process, and when we first saw it
    )
    seen_at_s: float = 0.0


@dataclass
class Supervisor:
    state: Path
    _children: dict[str, _Child] = field(default_factory=dict)
    _rotated_at_s: float = 0.0
    _looked_at_s: float = 0.0
    _lock: int | None = None

    # --- life ----------------------------------------------------------------------------------

    def open(self, *, what: str) -> None:
        """Become the only supervisor of this home; end what a killed one left behind."""
        self._lock = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = (
                (self.state / "pid").read_text().strip()
                if (self.state / "pid").exists()
                else "unknown"
            )
            raise Failed(
                f"{what} runs already for this home (process {owner}). Stop it, or choose another --home."
            ) from error
        (self.state / "pid").write_text(f"{os.getpid()}\n")
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self._take_over()

    def add(self, service: Service) -> None:
        self._children[service.name] = _Child(service=service, due_at_s=0.0)
        self.turn(0)

    def turn(self, timeout_s: float = TURN_S) -> None:
        """Take the signals that came, start what is due. Raises Stopped when one of them asks us to stop."""
        info = signal.sigtimedwait(SIGNALS, timeout_s)
        if info is not None and info.si_signo != signal.SIGCHLD:
            raise Stopped
        now_s = time.monotonic()
        late_s = now_s - self._looked_at_s - timeout_s
        self._looked_at_s = now_s
        for child in self._children.values():
            if late_s > LATE_S_MAX:
                child.seen_at_s += late_s
            self._notice_silence(child, now_s=now_s)
            self._notice_death(child, now_s=now_s)
            self._start_if_due(child, now_s=now_s)
        if now_s - self._rotated_at_s > ROTATE_EVERY_S:
            self._rotated_at_s = now_s
            rotate({child.service.log for child in self._children.values()})

    def watch(self) -> None:
        """Keep everything running until somebody asks us to stop."""
        while True:
            self.turn(self._next_due_s())

    def wait_for(self, is_true: Callable[[], bool], *, timeout_s: float, what: str) -> bool:
        """`what` is what the person is told every ten seconds while it is not yet true."""
        deadline_s, heartbeat = time.monotonic() + timeout_s, Heartbeat(what)
        while not is_true():
            if time.monotonic() > deadline_s:
                return False
            self.turn()
            heartbeat.beat()
        return True

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path | None = None,
        what: str = "",
    ) -> int:
        """Run a program to its end while everything else is kept running; its exit status.

        One that speaks into a log is silent on the screen, so a heartbeat says that `what` still goes on.
        """
        output = open_log(log) if log else None
        process = subprocess.Popen(
            [str(word) for word in argv],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=processes.child_setup(parent=os.getpid(), dies_with=signal.SIGTERM),
        )
        if output is not None:
            os.close(output)
        heartbeat = Heartbeat(what) if log else None
        try:
            while process.poll() is None:
                self.turn(0.5)
                if heartbeat:
                    heartbeat.beat()
        except Stopped:
            _end_group(process, ask=signal.SIGINT, patience_s=5.0)
            raise
        return process.returncode

    def is_running(self, name: str) -> bool:
        process = self._children[name].process
        return process is not None and process.poll() is None

    def starts(self, name: str) -> int:
        """How often it was started: 1 means that it has never died."""
        return self._children[name].starts

    def close(self) -> None:
        """Stop everything: first what uses the servers, then the servers. About ten seconds at most."""
        children = list(self._children.values())
        for last_stage in (False, True):
            self._stop([child for child in children if child.service.last_stage is last_stage])
        self._children.clear()
        (self.state / "children.json").unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # --- one child -----------------------------------------------------------------------------

    def _start_if_due(self, child: _Child, *, now_s: float) -> None:
        if child.due_at_s is None or now_s < child.due_at_s or not child.service.may_start():
            return
        service = child.service
        if service.sign_of_life is not None:
            service.sign_of_life.unlink(missing_ok=True)  # the one before us is dead
            child.shown_ns = None
        log = open_log(service.log)
        own = service.account
        try:
            child.process = subprocess.Popen(
                list(service.argv),
                env=dict(service.env),
                cwd=service.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=service.keep_fds,
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop things in order
                preexec_fn=processes.child_setup(
                    parent=os.getpid(), dies_with=service.stop_signal
                ),
                user=own.uid if own else None,
                group=own.gid if own else None,
                extra_groups=[] if own else None,
            )
        except OSError as error:
            say.line(f"{service.name} cannot be started: {error.strerror or error}")
            self._plan_next(child, now_s=now_s)
            return
        finally:
            os.close(log)
        child.started_at_s, child.due_at_s, child.starts = now_s, None, child.starts + 1
        if child.starts > 1:
            say.line(f"{service.name} started again (process {child.process.pid}).")
        self._write_down()

    def _notice_silence(self, child: _Child, *, now_s: float) -> None:
        """End a child that runs and does nothing: stopped, stuck or starved. Its clock is not ours, so only changes count."""
        file = child.service.sign_of_life
        if file is None or child.process is None or child.process.poll() is not None:
            return
        try:
            shown_ns = file.stat().st_mtime_ns
        except OSError:
            return  # it is still starting
        if shown_ns != child.shown_ns:
            child.shown_ns, child.seen_at_s = shown_ns, now_s
        elif now_s - child.seen_at_s > SILENT_S_MAX:
            say.line(
                f"{child.service.name} (process {child.process.pid}) runs but does nothing for"
                f" {now_s - child.seen_at_s:.0f} s; killing it"
            )
            child.process.kill()
            child.seen_at_s = now_s

    def _notice_death(self, child: _Child, *, now_s: float) -> None:
        if child.process is None or child.process.poll() is None:
            return
        status = child.process.returncode
        how = (
            f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        )
        if now_s - child.started_at_s >= STEADY_AFTER_S:
            child.quick_deaths = 0
        pid, child.process = child.process.pid, None
        pause_s = self._plan_next(child, now_s=now_s)
        when = f"in {pause_s:g} s" if pause_s else "at once"
        say.line(
            f"{child.service.name} (process {pid}) ended: {how}. Starting it again {when}; see {child.service.log}"
        )

    def _plan_next(self, child: _Child, *, now_s: float) -> float:
        pause_s = PAUSES_S[min(child.quick_deaths, len(PAUSES_S) - 1)]
        child.quick_deaths += 1
        child.due_at_s = now_s + pause_s
        return pause_s

    def _next_due_s(self) -> float:
        pending = [child for child in self._children.values() if child.due_at_s is not None]
        return TURN_S if pending else 1.0

    def _stop(self, children: Sequence[_Child]) -> None:
        running = [
            child
            for child in children
            if child.process is not None and child.process.poll() is None
        ]
        for child in running:
            assert child.process is not None
            child.process.send_signal(child.service.stop_signal)
        started_s = time.monotonic()
        for child in running:
            assert child.process is not None
            left_s = max(0.1, child.service.stop_s - (time.monotonic() - started_s))
            _wait_or_kill(child.process, patience_s=left_s)

    # --- what outlives us ----------------------------------------------------------------------

    def _write_down(self) -> None:
        """The children's identities, for whoever starts after a kill -9 of this process."""
        alive = {
            name: child.process.pid
            for name, child in self._children.items()
            if child.process is not None
        }
        known = {name: processes.identify(pid) for name, pid in alive.items()}
        rows = {
            name: {
                "pid": who.pid,
                "started_ticks": who.started_ticks,
                "stop": int(self._children[name].service.stop_signal),
            }
            for name, who in known.items()
            if who
        }
        try:
            write_private(self.state / "children.json", json.dumps(rows, indent=1))
        except OSError as error:  # a full disk must not stop what is running
            say.line(f"children.json cannot be written: {error.strerror}")

    def _take_over(self) -> None:
        path = self.state / "children.json"
        try:
            rows = json.loads(path.read_text())
        except (OSError, ValueError):
            return
        left = {}
        for name, row in rows.items():
            who = Identity(pid=row["pid"], started_ticks=row["started_ticks"])
            if who.is_alive():
                say.line(
                    f"{name} (process {who.pid}) is left over from an earlier start; ending it"
                )
                left[who] = row["stop"]
        processes.end(left, patience_s=LEFT_OVER_S)
        path.unlink()


def _end_group(process: subprocess.Popen[bytes], *, ask: int, patience_s: float) -> None:
    os.killpg(process.pid, ask)
    _wait_or_kill(process, patience_s=patience_s)


def _wait_or_kill(process: subprocess.Popen[bytes], *, patience_s: float) -> None:
    try:
        process.wait(timeout=patience_s)
    except subprocess.TimeoutExpired:
        say.line(f"Process {process.pid} does not stop; killing it")
    # The process, or what it left behind in its session.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=KILLED_GRACE_S)
