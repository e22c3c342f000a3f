"""A wrong setting is refused before anything starts, by name, and a right one is not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from deploy.machine.places import REPOSITORY
from dispatch.configuration import problems

GOOD = {
    "PUBLIC_BASE_URL": "https://112.example.go.id",
    "ALLOWED_HOSTS": ["112.example.go.id", "127.0.0.1"],
    "CSRF_TRUSTED_ORIGINS": ["https://112.example.go.id"],
    "SOCKET_ORIGINS": ["https://112.example.go.id"],
    "BASEMAP_URL": "",
    "VALHALLA_URL": "",
    "TWILIO_API_BASE_URL": "",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "DATABASE_POOL": 20,
    "DATABASE_POOL_MIN": 4,
    "WEB_WORKERS": 2,
    "RESERVE_THREADS": 4,
    "RESERVE_THREADS_MAX": 32,
    "TESTING": False,
    "LOG_LEVEL": "INFO",
    "STATIC_ROOT": "/",
    "STATIC_COLLECTED": True,
    "COLLECTING": False,
    "TELEPHONY": "twilio",
    "DEBUG": False,
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_NUMBER": "+62771123456",
    "TWILIO_WHATSAPP_NUMBER": "",
    "TWILIO_AUTH_TOKEN": "token",
    "PBX_HMAC_KEY": "",
    "PBX_HMAC_KEY_SECONDARY": "",
    "PBX_CONTROL_URL": "",
    "PBX_RECORDINGS_URL": "",
    "TRANSCRIPTION_LANGUAGE": "id-ID",
    "SMS_GATEWAY_KEY": "",
    "SMS_GATEWAY_KEY_SECONDARY": "",
    "SMS_GATEWAY_URL": "",
    "PROVIDER_FALLBACK_VOICE_URL": "https://second.example.net/voice.xml",
    "PROVIDER_FALLBACK_MESSAGES_URL": "",
    "PROVIDER_FALLBACK_METHOD": "POST",
    "TIME_ZONE": "Asia/Jakarta",
    "PHONE_REGION": "ID",
}


def test_settings_as_in_production_are_accepted() -> None:
    assert problems(GOOD, words={"BEHIND_PROXY": "1", "DEBUG": "0"}) == []


def test_the_emulator_of_a_demo_is_accepted() -> None:
    demo = {
        **GOOD,
        "TELEPHONY": "emulator",
        "TWILIO_NUMBER": "",
        "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
        "REDIS_URL": "unix:///home/siaga/run/redis.sock",
        "STATIC_COLLECTED": False,
        "DEBUG": True,
    }
    assert problems(demo, words={}) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_the_emulator_has_a_number_of_its_own(host: str) -> None:
    asked = {**GOOD, "TELEPHONY": "emulator", "TWILIO_API_BASE_URL": f"http://{host}:8001"}
    assert problems(asked, words={}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_BASE_URL", "112.example.go.id"),
        ("PUBLIC_BASE_URL", "https://112.example.go.id:port"),
        ("PUBLIC_BASE_URL", "https://112.example.go.id/app"),
        ("PUBLIC_BASE_URL", "https://112.example.go.id?x=1"),
        ("PUBLIC_BASE_URL", "https://[112"),
        ("ALLOWED_HOSTS", []),
        ("ALLOWED_HOSTS", ["other.example"]),
        ("ALLOWED_HOSTS", ["*"]),
        ("CSRF_TRUSTED_ORIGINS", ["112.example.go.id"]),
        ("SOCKET_ORIGINS", ["112.example.go.id"]),
        ("BASEMAP_URL", "tiles"),
        ("VALHALLA_URL", "localhost"),
        ("BASEMAP_URL", "javascript:alert(1)"),
        ("TWILIO_API_BASE_URL", "stand-in"),
        ("TWILIO_API_BASE_URL", "https://api.twilio.com"),
        ("TWILIO_API_BASE_URL", "http://127.0.0.1.evil.example:8001"),
        ("TWILIO_API_BASE_URL", "http://10.0.0.5:8001"),
        ("TWILIO_API_BASE_URL", "ftp://127.0.0.1"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", ""),
        ("DATABASE_POOL", 0),
        ("DATABASE_POOL", 3),
        ("WEB_WORKERS", 0),
        ("RESERVE_THREADS", 0),
        ("RESERVE_THREADS", 33),
        ("LOG_LEVEL", "LOUD"),
        ("STATIC_COLLECTED", "/nowhere"),
        ("TELEPHONY", "pigeons"),
        ("TELEPHONY", "emulator"),
        ("DEBUG", True),
        ("TWILIO_ACCOUNT_SID", "SK123"),
        ("TWILIO_NUMBER", ""),
        ("TWILIO_NUMBER", "0812345"),
        ("TWILIO_NUMBER", "+62771١٢٣٤٥٦"),
        ("TWILIO_WHATSAPP_NUMBER", "whatsapp:+62"),
        ("PROVIDER_FALLBACK_VOICE_URL", "second.example.net/voice.xml"),
        ("PROVIDER_FALLBACK_VOICE_URL", "https://second.example.net:x/voice.xml"),
        ("PROVIDER_FALLBACK_VOICE_URL", "https://a:b@second.example.net/voice.xml"),
        ("PROVIDER_FALLBACK_VOICE_URL", "https://second.example.net/voice.xml#rc=2"),
        ("PROVIDER_FALLBACK_VOICE_URL", "https://112.example.go.id/voice.xml"),
        ("PROVIDER_FALLBACK_MESSAGES_URL", "https://112.EXAMPLE.go.id:8443/messages.xml"),
        ("PROVIDER_FALLBACK_METHOD", "PUT"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../etc/passwd"),
        ("PHONE_REGION", "ZZZ"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: object) -> None:
    wrong = {**GOOD, name: value}
    if name == "STATIC_COLLECTED":
        wrong = {**GOOD, "STATIC_ROOT": value}

    found = problems(wrong, words={})

    assert [text for text in found if text.startswith(f"{name}: ")], found


A_KEY = "k" * 32
EXCHANGE = {"PBX_HMAC_KEY": A_KEY, "PBX_CONTROL_URL": "http://10.0.0.5:8113/acts"}
NO_TWILIO = {"TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": "", "TWILIO_NUMBER": ""}
SMS = {"SMS_GATEWAY_KEY": A_KEY, "SMS_GATEWAY_URL": "https://sms.example.co.id/send"}


@pytest.mark.parametrize(
    "exchange",
    [
        {**EXCHANGE},  # beside Twilio
        {**EXCHANGE, "TELEPHONY": "pbx"},  # messages by Twilio
        {**EXCHANGE, **NO_TWILIO, **SMS, "TELEPHONY": "pbx"},
        {**EXCHANGE, "PBX_HMAC_KEY_SECONDARY": "l" * 32},
    ],
)
def test_an_exchange_is_accepted_beside_twilio_and_without_it(exchange: dict[str, str]) -> None:
    assert problems({**GOOD, **exchange}, words={}) == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PBX_HMAC_KEY", {**EXCHANGE, "PBX_HMAC_KEY": "short"}),
        ("PBX_HMAC_KEY_SECONDARY", {**EXCHANGE, "PBX_HMAC_KEY_SECONDARY": "short"}),
        ("PBX_HMAC_KEY_SECONDARY", {"PBX_HMAC_KEY_SECONDARY": A_KEY}),
        ("PBX_HMAC_KEY", {"PBX_CONTROL_URL": EXCHANGE["PBX_CONTROL_URL"]}),
        ("PBX_HMAC_KEY", {"TELEPHONY": "pbx"}),
        ("PBX_CONTROL_URL", {"PBX_HMAC_KEY": A_KEY}),
        ("PBX_CONTROL_URL", {**EXCHANGE, "PBX_CONTROL_URL": "10.0.0.5:8113"}),
        ("PBX_CONTROL_URL", {**EXCHANGE, "PBX_CONTROL_URL": "http://10.0.0.5:eight/"}),
        ("SMS_GATEWAY_URL", {"SMS_GATEWAY_KEY": A_KEY}),
        ("SMS_GATEWAY_KEY", {"SMS_GATEWAY_URL": SMS["SMS_GATEWAY_URL"]}),
        ("SMS_GATEWAY_URL", {**EXCHANGE, **NO_TWILIO, "TELEPHONY": "pbx"}),
        ("TELEPHONY", {**EXCHANGE, **NO_TWILIO, "TELEPHONY": "emulator"}),
        ("DEBUG", {**EXCHANGE, "TELEPHONY": "pbx", "DEBUG": True}),
    ],
)
def test_half_an_exchange_is_refused(name: str, wrong: dict[str, str]) -> None:
    found = problems({**GOOD, **wrong}, words={})

    assert [text for text in found if text.startswith(f"{name}: ")], found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRANSCRIPTION_LANGUAGE", "Indonesian"),
        ("TRANSCRIPTION_LANGUAGE", ""),
        ("PBX_RECORDINGS_URL", "10.0.0.5/recordings"),
    ],
)
def test_a_wrong_setting_of_what_is_kept_is_named(name: str, value: str) -> None:
    found = problems({**GOOD, name: value}, words={})

    assert [text for text in found if text.startswith(f"{name}: ")], found


@pytest.mark.parametrize(
    "name", ["DEBUG", "BEHIND_PROXY", "STATIC_COLLECTED", "RECORD_CALLS", "TRANSCRIBE_CALLS"]
)
def test_a_flag_that_is_neither_yes_nor_no_is_not_taken_for_no(name: str) -> None:
    assert problems(GOOD, words={name: "perhaps"}) == [f"{name}: must be 1 or 0"]


def test_the_process_names_every_wrong_setting_at_once_and_ends_with_78() -> None:
    done = subprocess.run(
        [sys.executable, REPOSITORY / "manage.py", "check"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "short",
            "PUBLIC_BASE_URL": "https://[112",
            "DATABASE_URL": "nonsense",
            "DATABASE_POOL": "many",
            "TELEPHONY": "twilio",
        },
    )

    assert done.returncode == 78
    for name in (
        "SECRET_KEY",
        "PUBLIC_BASE_URL",
        "DATABASE_URL",
        "DATABASE_POOL",
        "TWILIO_NUMBER",
        "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
    ):
        assert f"  - {name}: " in done.stderr
    assert "Traceback" not in done.stderr
