"""A worker that comes up with the usual 1024 files takes as many as it may have."""

from __future__ import annotations

import subprocess
import sys

RAISE = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, min(hard, 4096)))
import django
django.setup()
from realtime.lifespan import raise_file_limit
raise_file_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_a_worker_raises_its_file_limit_to_what_it_may_have(settings):
    environment = {
        "DJANGO_SETTINGS_MODULE": "dispatch.settings",
        "DEBUG": "1",
        "TWILIO_ACCOUNT_SID": "AC0",
        "TWILIO_AUTH_TOKEN": "test",
    }
    done = subprocess.run(
        [sys.executable, "-c", RAISE],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    soft, hard = map(int, done.stdout.split()[-2:])
    assert soft == hard
