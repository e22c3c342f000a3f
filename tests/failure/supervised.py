"""A supervisor in a process of its own, for the tests: python -m tests.failure.supervised STATE"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.machine.supervisor import Service, Stopped, Supervisor

SLEEPER = "import time; print('alive', flush=True); time.sleep(600)"
FAILING = "raise SystemExit(3)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


GRAY = (
    "import pathlib, sys, threading\n"
    "while not threading.Event().wait(0.2): pathlib.Path(sys.argv[1]).touch()"
)


def main(state: Path) -> None:
    supervisor = Supervisor(state=state)
    supervisor.open(what="the supervisor of the test")
    scripts = {"sleeper": SLEEPER, "failing": FAILING, "stubborn": STUBBORN}
    try:
        for name, script in scripts.items():
            supervisor.add(
                Service(
                    name=name,
                    argv=[sys.executable, "-c", script],
                    env=dict(os.environ),
                    log=state / f"{name}.log",
                    cwd=state,
                    stop_s=0.5,
                )
            )
        alive = state / "gray.alive"
        supervisor.add(
            Service(
                name="gray",
                argv=[sys.executable, "-c", GRAY, str(alive)],
                env=dict(os.environ),
                log=state / "gray.log",
                cwd=state,
                stop_s=0.5,
                sign_of_life=alive,
            )
        )
        supervisor.watch()
    except Stopped:
        pass
    finally:
        supervisor.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
