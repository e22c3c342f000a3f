"""One program of the product as a child of the test: started, stopped, killed, frozen, thawed."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass

from deploy.machine import processes
from deploy.machine.logfiles import open_log
from deploy.machine.supervisor import Service

STOP_S = 10.0


@dataclass
class Child:
    service: Service
    process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def output(self) -> str:
        path = self.service.log
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        assert not self.is_running, f"{self.name} is running already"
        service, log = self.service, open_log(self.service.log)
        own = service.account
        try:
            self.process = subprocess.Popen(
                list(service.argv),
                env=dict(service.env),
                cwd=service.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=service.keep_fds,
                start_new_session=True,
                # Between fork and exec it only sets signals, which is safe beside other threads.
                preexec_fn=processes.child_setup(  # noqa: PLW1509
                    parent=os.getpid(), dies_with=signal.SIGKILL
                ),
                user=own.uid if own else None,
                group=own.gid if own else None,
                extra_groups=[] if own else None,
            )
        finally:
            os.close(log)

    def stop(self) -> None:
        """As at a deploy: asked with its own signal, killed when it does not listen."""
        if self.process is None:
            return
        self._signal(signal.SIGCONT)
        self._signal(self.service.stop_signal)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> int:
        """kill -9; answers the number of the process that was."""
        pid = self.pid
        self._signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(STOP_S)
        self.process = None
        return pid

    def freeze(self) -> None:
        """Alive for everybody who asks the system, and answering nobody."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _signal(self, number: int) -> None:
        if self.is_running:
            os.kill(self.pid, number)
