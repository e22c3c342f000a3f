#!/usr/bin/env python3
"""Django's command line for Siaga 112."""

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def take_settings_of_this_machine() -> None:
    """What deploy/up has started the service with, so that a command typed beside it needs nothing more.

    Whoever says SECRET_KEY says everything: a production's settings are never mixed with those of a trial.
    """
    if os.environ.get("SECRET_KEY"):
        return
    kept = Path(os.environ.get("SIAGA_HOME") or HERE / ".siaga") / "settings.json"
    try:
        found = json.loads(kept.read_text())
    except (OSError, ValueError):
        return
    for name, value in found.items():
        os.environ.setdefault(name, value)


def close_pools() -> None:
    """A pool's threads that live until the interpreter ends keep it waiting for them, and sometimes from ending at all."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")
    take_settings_of_this_machine()
    # Only now: settings are read, and time zones looked for, when these are imported.
    from django.conf import settings
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    finally:
        if settings.configured:
            close_pools()


if __name__ == "__main__":
    main()
