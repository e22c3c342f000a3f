"""The processes of Siaga 112 itself: their environment, web workers, job worker, demo traffic."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.machine import commands, credentials
from deploy.machine.commands import Failed
from deploy.machine.places import DEBS, PYTHON, REPOSITORY, Places
from deploy.machine.postgres import CONNECTIONS_MAX
from deploy.machine.supervisor import Service

LISTEN_BACKLOG = 1024
SOCKET_FRAME_BYTES_MAX = 65536
GRACEFUL_STOP_S = 3
ANSWER_S = 2.0
EX_CONFIG = 78
EMULATED_NUMBER = "+62771112"  # of the centre, while nobody real can ring it
PHONE_PORTS_TRIED_MAX = 50
# As in dispatch/settings.py and realtime/capacity.py, which cannot be read before the Python environment is made.
DATABASE_POOL_MAX = 20
DATABASE_POOL_MIN = 4
RESERVE_THREADS = 4
SECOND_LINE_THREADS = 1  # as realtime/capacity.py
OTHER_CONNECTIONS = 30


@dataclass(frozen=True)
class Ports:
    service: int
    phones: int | None = None  # of the emulated provider; None: one is found


@dataclass(frozen=True)
class Application:
    places: Places
    address: str
    port: int
    environment: Mapping[str, str]
    phone_port: int = 0  # of the emulated provider and its telephones; 0: a real one is set up

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def check_settings(self) -> None:
        """Refuse a wrong setting before anything is started; settings.py names every one of them."""
        done = subprocess.run(
            [PYTHON, "-c", "import dispatch.settings"],
            env=dict(self.environment),
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(
                done.stderr.strip(), status=done.returncode if done.returncode == EX_CONFIG else 1
            )

    def manage(self, *words: str) -> list[str]:
        return [str(PYTHON), str(REPOSITORY / "manage.py"), *words]

    def listen(self) -> socket.socket:
        """The one listening socket of all web workers: it lives here, so a worker that dies costs no connection."""
        return _listen(self.address, self.port, option="--port")

    def listen_for_phones(self) -> socket.socket:
        """On this machine alone, whoever may reach the service: the page lets everybody ring."""
        return _listen("127.0.0.1", self.phone_port, option="--phone-port")

    def web(self, number: int, listener: socket.socket) -> Service:
        argv = [
            str(PYTHON),
            "-m",
            "dispatch.server",
            "dispatch.asgi:application",
            "--fd",
            str(listener.fileno()),
        ]
        argv += [
            "--ws",
            "realtime.direct:DirectWebSocket",
            "--ws-max-size",
            str(SOCKET_FRAME_BYTES_MAX),
            "--ws-per-message-deflate",
            "false",
        ]
        argv += ["--no-access-log", "--no-server-header", "--log-level", "warning"]
        argv += ["--timeout-graceful-shutdown", str(GRACEFUL_STOP_S)]
        behind_proxy = self.environment.get("BEHIND_PROXY", "").lower() in {
            "1",
            "true",
            "yes",
            "on",
        }
        argv += (
            ["--proxy-headers", "--forwarded-allow-ips", "127.0.0.1"]
            if behind_proxy
            else ["--no-proxy-headers"]
        )
        return self._service(f"web-{number}", argv, keep_fds=(listener.fileno(),), shows_life=True)

    def jobs(self) -> Service:
        return self._service("jobs", self.manage("jobs"), shows_life=True)

    def phone(self, listener: socket.socket) -> Service:
        argv = self.manage("phone", "serve", "--fd", str(listener.fileno()))
        return self._service("phone", argv, keep_fds=(listener.fileno(),))

    @property
    def phone_url(self) -> str:
        return f"http://127.0.0.1:{self.phone_port}" if self.phone_port else ""

    def demo_traffic(self) -> Service:
        return self._service("demo-traffic", self.manage("demo_traffic"))

    def answers(self, path: str) -> bool:
        """Whether a GET of this path is answered with 200 by one of the workers."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        host = "127.0.0.1" if self.address in {"0.0.0.0", ""} else self.address
        try:
            with opener.open(f"http://{host}:{self.port}{path}", timeout=ANSWER_S) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def empty_metrics(self) -> None:
        """The workers add their numbers up through files here; those of an earlier start would be counted again."""
        shutil.rmtree(self._metrics, ignore_errors=True)
        self._metrics.mkdir(mode=0o700)

    @property
    def _metrics(self) -> Path:
        return self.places.state / "metrics"

    def _service(
        self,
        name: str,
        argv: list[str],
        *,
        keep_fds: tuple[int, ...] = (),
        shows_life: bool = False,
    ) -> Service:
        sign_of_life = self.places.state / f"{name}.alive" if shows_life else None
        return Service(
            name=name,
            argv=argv,
            env={
                **self.environment,
                "PROMETHEUS_MULTIPROC_DIR": str(self._metrics),
                **({"SIAGA_SIGN_OF_LIFE": str(sign_of_life)} if sign_of_life else {}),
            },
            sign_of_life=sign_of_life,
            log=self.places.log / f"{name}.log",
            cwd=REPOSITORY,
            keep_fds=keep_fds,
        )


def _listen(address: str, port: int, *, option: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        raise Failed(
            f"Port {port} of {address} cannot be used: {error.strerror}. Choose another with {option}."
        ) from error
    listener.listen(LISTEN_BACKLOG)
    listener.settimeout(0)
    return listener


def database_pool(workers: int) -> int:
    """Connections of each web worker: what the person said, else so many that all of them fit under the usual limit."""
    said = os.environ.get("DATABASE_POOL", "")
    if said.isdigit():
        return int(said)
    fits = (CONNECTIONS_MAX - OTHER_CONNECTIONS) // workers - reserve_threads()
    return max(DATABASE_POOL_MIN, min(DATABASE_POOL_MAX, fits))


def database_connections(workers: int) -> int:
    """What our own database must give, so that the pools of all processes together never ask for more."""
    of_one = database_pool(workers) + reserve_threads()
    return max(CONNECTIONS_MAX, workers * of_one + OTHER_CONNECTIONS)


def reserve_threads() -> int:
    """Connections of each web worker that are kept for webhooks, the one for those put off included."""
    said = os.environ.get("RESERVE_THREADS", "")
    return (int(said) if said.isdigit() else RESERVE_THREADS) + SECOND_LINE_THREADS


def describe(
    places: Places,
    *,
    address: str,
    ports: Ports,
    database_url: str,
    redis_url: str,
    workers: int,
) -> Application:
    """The application of this home; makes or completes its credentials.json."""
    _refuse_a_real_account_that_is_not_used()
    port = ports.service
    base_url = f"http://127.0.0.1:{port}"
    public_base_url = os.environ.get("PUBLIC_BASE_URL") or base_url
    emulated = (os.environ.get("TELEPHONY") or "emulator") == "emulator"
    phone_port = _phone_port(ports) if emulated else 0
    phone_url = f"http://127.0.0.1:{phone_port}" if phone_port else ""
    secrets = credentials.ensure(
        places.home, base_url=base_url, public_base_url=public_base_url, phone_url=phone_url
    )
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SIAGA_HOME": str(places.home),
        "WEB_WORKERS": str(workers),
        "DATABASE_POOL": str(database_pool(workers)),
        "SECRET_KEY": credentials.secret_key(places.home),
        "PUBLIC_BASE_URL": public_base_url,
        "TELEPHONY": os.environ.get("TELEPHONY") or "emulator",
        **_twilio(secrets["twilio"]),
        **(
            {"TWILIO_API_BASE_URL": phone_url, "TWILIO_NUMBER": EMULATED_NUMBER}
            if phone_url
            else {}
        ),
        **time_zones(),
    }
    environment = {
        **commands.clean_environment(),
        "DJANGO_SETTINGS_MODULE": "dispatch.settings",
        "PYTHONUNBUFFERED": "1",
        # Threads come and go with the requests; with an arena for each of them the memory of a process creeps up.
        "MALLOC_ARENA_MAX": "2",
        **settings,
    }
    _keep_for_manage_py(places.home, {**_settings_said(), **settings})
    return Application(
        places=places,
        address=address,
        port=port,
        environment=environment,
        phone_port=phone_port,
    )


def _phone_port(ports: Ports) -> int:
    """The one that was asked for, else the first that is free behind the service's."""
    if ports.phones:
        return ports.phones
    for port in range(ports.service + 1, ports.service + 1 + PHONE_PORTS_TRIED_MAX):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return port
    raise Failed(
        f"No port behind {ports.service} is free for the telephones. Choose one with --phone-port."
    )


def _settings_said() -> dict[str, str]:
    """Of the environment what is a setting of ours; .env.example names them all."""
    listed = re.findall(r"^#?([A-Z][A-Z_]+)=", (REPOSITORY / ".env.example").read_text(), re.M)
    return {name: os.environ[name] for name in listed if name in os.environ}


def _keep_for_manage_py(home: Path, settings: Mapping[str, str]) -> None:
    """So that `manage.py replay` and its like, typed in another terminal, find this very service."""
    credentials.write_private(home / "settings.json", json.dumps(settings, indent=2) + "\n")


def _refuse_a_real_account_that_is_not_used() -> None:
    """A forgotten TELEPHONY=twilio looks like a running centre, and every real caller hears nobody."""
    real = [name for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN") if os.environ.get(name)]
    if real and (os.environ.get("TELEPHONY") or "emulator") == "emulator":
        raise Failed(
            f"TELEPHONY: is emulator beside a real account ({', '.join(real)}). "
            "Set TELEPHONY=twilio, or take the account out of the environment.",
            status=EX_CONFIG,
        )


def time_zones() -> dict[str, str]:
    """Where Python finds the time zones on a machine without tzdata, once that was unpacked privately."""
    unpacked = DEBS / "root/usr/share/zoneinfo"
    if Path("/usr/share/zoneinfo/UTC").exists() or not unpacked.is_dir():
        return {}
    return {"PYTHONTZPATH": str(unpacked)}


def _twilio(secrets: Mapping[str, Any]) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": str(secrets["account_sid"]),
        "TWILIO_AUTH_TOKEN": str(secrets["auth_token"]),
    }
