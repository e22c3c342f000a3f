"""uvicorn under cProfile (the event loop's thread: hub and sockets). Started by bench_fanout --profile."""

from __future__ import annotations

import cProfile
import signal
import sys

import uvicorn

if __name__ == "__main__":
    statistics, *arguments = sys.argv[1:]
    # uvicorn ends itself with the signal it was ended with; the default would leave no time to write.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    profile = cProfile.Profile()
    profile.enable()
    try:
        uvicorn.main(arguments, standalone_mode=False)
    finally:
        profile.disable()
        profile.dump_stats(statistics)
