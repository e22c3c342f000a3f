"""What a machine is told agrees with what the program reads: settings, images, units, the way in."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deploy.machine.places import REPOSITORY

SETTINGS = REPOSITORY / "dispatch/settings.py"
COMPOSE = REPOSITORY / "deploy/compose.yaml"
NGINX = REPOSITORY / "deploy/nginx/siaga.conf"
UNITS = sorted((REPOSITORY / "deploy/systemd").glob("siaga*"))
COMMANDS = ("up", "test", "backup", "restore")
# Read outside settings.py: by the metrics library itself, and only where processes share a machine.
READ_ELSEWHERE = {"PROMETHEUS_MULTIPROC_DIR"}


def read_by_settings() -> set[str]:
    """The names of all settings that settings.py reads: the second argument of every _read(env.x, "NAME", default)."""
    return {
        node.args[1].value
        for node in ast.walk(ast.parse(SETTINGS.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_read"
        and isinstance(node.args[1], ast.Constant)
    }


def documented() -> set[str]:
    return set(
        re.findall(
            r"^#?([A-Z][A-Z0-9_]*)=", (REPOSITORY / ".env.example").read_text(), re.MULTILINE
        )
    )


def read_by_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text()))


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    assert len(read_by_settings()) > 20
    assert documented() == read_by_settings() | READ_ELSEWHERE | read_by_compose()


def test_compose_has_separate_parts_that_come_back_and_name_their_health() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]

    assert set(services) == {"database", "redis", "migrate", "web", "jobs", "nginx"}
    for name in ("database", "redis", "web", "jobs", "nginx"):
        assert services[name]["restart"] == "unless-stopped", name
    for name in ("database", "redis", "web"):
        assert services[name]["healthcheck"]["test"], name
    assert [name for name in services if "ports" in services[name]] == ["nginx"]


def test_compose_sets_only_settings_that_are_read() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    for name in ("migrate", "web", "jobs"):
        assert set(services[name]["environment"]) <= read_by_settings() | READ_ELSEWHERE, name


def test_nginx_upgrades_sockets_unbuffered_and_tells_the_scheme() -> None:
    text = NGINX.read_text()
    assert text.count("{") == text.count("}")
    sockets = re.search(r"location /ws/ \{(.*?)\n    \}", text, re.DOTALL)
    assert sockets
    assert "proxy_set_header Upgrade    $http_upgrade;" in sockets[1]
    assert "proxy_buffering  off;" in sockets[1]
    assert "proxy_set_header   X-Forwarded-Proto $scheme;" in text
    assert "proxy_next_upstream off;" in text


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not on this machine")
def test_nginx_itself_accepts_the_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=112.example.go.id",
    ]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    filled = (
        NGINX.read_text()
        .replace("${SIAGA_HOST}", "112.example.go.id")
        .replace("${SIAGA_WEB}", "127.0.0.1:8000")
    )
    (tmp_path / "siaga.conf").write_text(filled.replace("/etc/siaga/tls", str(tmp_path)))
    main = f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ include {tmp_path}/siaga.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(main)

    checked = subprocess.run(
        ["nginx", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_systemd_unit_can_be_read_and_a_service_is_fenced_in(path: Path) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(path.read_text())

    assert unit["Unit"]["Description"]
    if path.suffix == ".service":
        assert unit["Service"]["User"] == "siaga"
        assert unit["Service"]["NoNewPrivileges"] == "true"
        assert unit["Service"]["ProtectSystem"] == "strict"
        assert unit["Service"]["EnvironmentFile"] == "/etc/siaga/siaga.env"


def test_web_and_job_workers_add_their_metrics_up_in_one_folder_that_both_may_write() -> None:
    units = {path.stem: path.read_text() for path in UNITS}

    for name in ("siaga-web", "siaga-jobs"):
        assert "PROMETHEUS_MULTIPROC_DIR=/run/siaga/metrics" in units[name]
        assert "ReadWritePaths=/run/siaga/metrics" in units[name]
        assert "Requires=siaga-migrate.service" in units[name]
    assert "RuntimeDirectory=siaga siaga/metrics" in units["siaga-migrate"]


def test_the_image_copies_what_exists_and_does_not_run_as_root() -> None:
    lines = (REPOSITORY / "deploy/Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    missing = [
        name
        for names in copied
        if not names[0].startswith("--from")
        for name in names
        if not (REPOSITORY / name).exists()
    ]

    assert len(copied) > 5
    assert missing == []
    assert [line for line in lines if line.startswith("USER ")][-1] == "USER siaga"


def test_the_lock_names_no_registry_and_every_package_has_its_checksum() -> None:
    lock = json.loads((REPOSITORY / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert "://" not in json.dumps([package.get("resolved") for package in packages.values()])


def test_every_python_requirement_is_pinned_exactly() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [
            line.split("#")[0].strip() for line in (REPOSITORY / name).read_text().splitlines()
        ]
        wanted = [line for line in lines if line and not line.startswith("-r ")]
        assert [line for line in wanted if "==" not in line] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_of_deploy_can_be_run_as_it_is(name: str) -> None:
    assert os.access(REPOSITORY / "deploy" / name, os.X_OK)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--port", "99999"], "“99999” is not a number from 1 to 65535"),
        (["--workers", "0"], "“0” is not a number from 1 to 64"),
        (["--seed", "atlantis"], "invalid choice: 'atlantis'"),
        (["--home", "/proc/siaga"], "The folder /proc/siaga cannot be made"),
    ],
)
def test_up_refuses_bad_options_with_a_sentence(words: list[str], sentence: str) -> None:
    done = up(words)

    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that the database's account may enter, too; pytest's own folders are closed to it."""
    with tempfile.TemporaryDirectory(prefix="siaga-home-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_up_refuses_a_bad_setting_before_anything_is_started(home: Path) -> None:
    done = up(["--home", str(home)], TELEPHONY="pigeons")

    assert done.returncode == 78
    assert "TELEPHONY: must be emulator, twilio or pbx" in done.stderr
    assert not (home / "pg").exists()


def test_up_refuses_a_real_account_that_the_emulator_would_leave_unheard(home: Path) -> None:
    done = up(["--home", str(home)], TWILIO_AUTH_TOKEN="of-a-real-account")

    assert done.returncode == 78
    assert "TELEPHONY: is emulator beside a real account (TWILIO_AUTH_TOKEN)" in done.stderr
    assert not (home / "pg").exists()


def up(words: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, REPOSITORY / "deploy/up", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **settings},
    )
