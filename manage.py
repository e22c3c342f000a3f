#!/usr/bin/env python3
"""Django's command line for Siaga 112."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connections


def close_pools() -> None:
    """A pool's threads that live until the interpreter ends keep it waiting for them, and sometimes from ending at all."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")
    try:
        execute_from_command_line(sys.argv)
    finally:
        if settings.configured:
            close_pools()
