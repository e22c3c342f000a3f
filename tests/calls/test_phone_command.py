"""manage.py phone refuses to play citizens where real ones ring, and says what to do."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

EMULATOR = "http://127.0.0.1:8001"


@pytest.fixture
def home(settings, tmp_path: Path) -> Path:
    """As deploy/up has left it."""
    settings.HOME = tmp_path
    settings.TELEPHONY = "emulator"
    settings.TWILIO_API_BASE_URL = EMULATOR
    made = {"account_sid": settings.TWILIO_ACCOUNT_SID, "auth_token": settings.TWILIO_AUTH_TOKEN}
    content = {"base_url": "http://127.0.0.1:1", "twilio": made, "users": []}
    (tmp_path / "credentials.json").write_text(json.dumps(content))
    return tmp_path


def refused(*words: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as raised:
        call_command("phone", *words, stdout=StringIO())
    return raised.value.returncode, str(raised.value)


@pytest.mark.parametrize("act", ["serve", "run"])
@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("TELEPHONY", "twilio", "TELEPHONY is twilio: citizens are real here"),
        ("TELEPHONY", "pbx", "TELEPHONY is pbx: citizens are real here"),
        ("TWILIO_API_BASE_URL", "", "TWILIO_API_BASE_URL is not set"),
        ("TWILIO_API_BASE_URL", "https://api.twilio.com", "runs on this machine alone"),
        ("TWILIO_API_BASE_URL", "http://127.0.0.1.evil.example", "runs on this machine alone"),
        ("TWILIO_ACCOUNT_SID", "AC" + "9" * 32, "look like a real account"),
        ("TWILIO_AUTH_TOKEN", "a-real-token", "look like a real account"),
    ],
)
def test_it_does_not_run_beside_a_real_provider(home, settings, act, setting, value, said) -> None:
    setattr(settings, setting, value)

    status, sentence = refused(act, "answered")

    assert status == 78
    assert said in sentence


def test_a_story_that_does_not_exist_or_cannot_be_read(home, tmp_path) -> None:
    assert "phone list names the stories" in refused("run", "nothing")[1]
    assert refused("run")[1] == "Which story? manage.py phone list names them."
    file = tmp_path / "bad.toml"
    file.write_text('title = "x"\n[[steps]]\ndo = "fly"\n')
    status, sentence = refused("run", str(file))
    assert status == 2
    assert "step 1 (nobody, fly): cannot be done; what can: pause, storm" in sentence


def test_the_stories_are_listed_also_where_none_may_run(settings) -> None:
    settings.TELEPHONY = "twilio"
    out = StringIO()

    call_command("phone", "list", stdout=out)

    assert "whatsapp " in out.getvalue()
    assert "prank_storm" in out.getvalue()


def test_a_story_whose_service_is_away_did_not_come_out(home) -> None:
    """In a thread of its own, as the browser tests leave an event loop in this one."""
    out = StringIO()
    with ThreadPoolExecutor(max_workers=1) as thread:
        running = thread.submit(call_command, "phone", "run", "aml_without", stdout=out)
        assert isinstance(running.exception(), SystemExit)
    assert "nobody answers at 127.0.0.1" in out.getvalue()
