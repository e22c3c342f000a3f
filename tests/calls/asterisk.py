"""Asterisk for tests: the real one where it is installed, and a stand-in that speaks its manager interface everywhere.

SIAGA_ASTERISK names a folder into which Debian's packages of Asterisk were unpacked; else `asterisk` on the path counts.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.machine.places import REPOSITORY

PBX = REPOSITORY / "deploy/pbx"
USER, SECRET = "siaga", "change-me"
POLL_S = 0.02
READY_S = 20.0
SEATS = {"ada": "Local/ada@seats", "bo": "Local/bo@seats"}  # ada picks up, bo lets it ring


def wait_for(question: Callable[[], Any], what: str, seconds: float = 15.0) -> Any:
    until_s = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < until_s, f"{what}: not within {seconds:g} s"
        time.sleep(POLL_S)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- the real one --------------------------------------------------------------------------------


def installed() -> tuple[str, Path] | None:
    """(the program, the root of its files), if there is one."""
    root = os.environ.get("SIAGA_ASTERISK", "")
    if root:
        return f"{root}/usr/sbin/asterisk", Path(root)
    found = shutil.which("asterisk")
    return (found, Path("/")) if found else None


class Asterisk:
    """Debian's Asterisk with the files of deploy/pbx, and two desks that are no telephones but extensions."""

    def __init__(self, phones: str = "") -> None:
        self.phones = phones
        # Short: its socket lies there, and the name of a socket has 107 letters at most.
        self.home, self.port = Path(tempfile.mkdtemp(prefix="siaga-ast-")), free_port()
        found = installed()
        assert found is not None
        self.program, self.root = found
        self.cdr = self.home / "log/cdr-csv/Master.csv"
        self._write()
        libraries = ":".join(str(self.root / name) for name in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib"))  # fmt: skip
        here = {} if self.root == Path("/") else {"LD_LIBRARY_PATH": libraries}
        self.environment = {**os.environ, **here}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "-C", str(self.home / "etc/asterisk.conf"), "-f"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._answers, "Asterisk answers", READY_S)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(READY_S)
        shutil.rmtree(self.home)

    def rings(self, caller: str, name: str = "") -> None:
        """A citizen dials 112, and stays on the line."""
        self._cli(f"dialplan set global CITIZEN_NAME {quote(name)}")
        self._cli(f"channel originate Local/{caller}@citizen application Wait 600")

    def hangs_up(self, call_id: str) -> None:
        self._cli(f"channel request hangup {self._channel_of(call_id)}")

    def seat_hangs_up(self, seat: str) -> None:
        self._cli(f"channel request hangup {self._channel_at(SEATS[seat])}")

    def conference_of(self, call_id: str) -> int:
        """How many are in it."""
        lines = self._cli(f"confbridge list siaga-{call_id}").splitlines()
        return sum("Local/" in line for line in lines)

    def is_on_the_line(self, call_id: str) -> bool:
        return bool(self._channel_of(call_id))

    def where(self, call_id: str) -> str:
        """The context in which the caller is."""
        return next((row[1] for row in self._rows() if row[-1] == call_id), "")

    def _channel_of(self, call_id: str) -> str:
        return next((row[0] for row in self._rows() if row[-1] == call_id), "")

    def _channel_at(self, device: str) -> str:
        found = [row[0] for row in self._rows() if row[0].startswith(device)]
        return next((name for name in found if name.endswith(";1")), "")

    def _rows(self) -> list[list[str]]:
        text = self._cli("core show channels concise")
        return [line.split("!") for line in text.splitlines() if line.count("!") > 5]

    def _answers(self) -> bool:
        return "Asterisk" in self._cli("core show version") and self._listens()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _cli(self, command: str) -> str:
        done = subprocess.run(
            [self.program, "-C", str(self.home / "etc/asterisk.conf"), "-rx", command],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def _write(self) -> None:
        etc = self.home / "etc"
        for folder in (etc, *(self.home / name for name in ("run", "log/cdr-csv", "spool", "db", "moh", "var"))):  # fmt: skip
            folder.mkdir(parents=True, exist_ok=True)
        self._make_data()
        folders = {
            "astetcdir": etc,
            "astmoddir": self.root / "usr/lib/asterisk/modules",
            "astvarlibdir": self.home / "var",
            "astdbdir": self.home / "db",
            "astkeydir": self.home / "var",
            "astdatadir": self.home / "data",
            "astagidir": self.home / "var",
            "astspooldir": self.home / "spool",
            "astrundir": self.home / "run",
            "astlogdir": self.home / "log",
        }
        files = {
            "asterisk": "[directories]\n" + "".join(f"{k} => {v}\n" for k, v in folders.items()),
            "modules": "[modules]\nautoload=yes\n" + "".join(f"noload => {m}.so\n" for m in ("chan_sip", "chan_pjsip", "res_pjsip", "res_hep")),
            "manager": f"[general]\nenabled=yes\nport={self.port}\nbindaddr=127.0.0.1\n#include {PBX}/manager_siaga.conf\n",
            "confbridge": f"[general]\n#include {PBX}/confbridge_siaga.conf\n",
            "cdr": "[general]\nenable=yes\nunanswered=yes\n[csv]\nusegmtime=yes\nloguniqueid=yes\n",
            "musiconhold": f"[default]\nmode=files\ndirectory={self.home}/moh\n",
            "extensions": f"""[general]
{self._dialplan()}
[citizen]
exten => _[+0-9].,1,Set(CALLERID(num)=${{EXTEN}})
 same => n,Set(CALLERID(name)=${{URIDECODE(${{CITIZEN_NAME}})}})
 same => n,Goto(siaga-112,112,1)
[seats]
exten => ada,1,Answer()
 same => n,Wait(600)
exten => bo,1,Ringing()
 same => n,Wait(600)
[citizens-telephone]
exten => _X.,1,Answer()
 same => n,Wait(1)
 same => n,SendDTMF(1)
 same => n,Wait(5)
""",
        }  # fmt: skip
        for name, text in files.items():
            (etc / f"{name}.conf").write_text(text)

    def _dialplan(self) -> str:
        """The file as it is, with the telephones for the hour without the centre filled in when a test wants them."""
        text = (PBX / "extensions_siaga.conf").read_text()
        if not self.phones:
            return text
        text = text.replace("Set(SIAGA_PHONES=)", f"Set(SIAGA_PHONES={self.phones})")
        return text.replace("Set(SIAGA_ALONE_AFTER=3)", "Set(SIAGA_ALONE_AFTER=1)")

    def _make_data(self) -> None:
        """Asterisk's own data, with the sounds of deploy/pbx beside them, in which nobody speaks."""
        data, its_own = self.home / "data", self.root / "usr/share/asterisk"
        (data / "sounds/siaga").mkdir(parents=True)
        for one in its_own.iterdir():
            if one.name != "sounds":
                (data / one.name).symlink_to(one)
        for name in ("notice", "thanks"):
            with wave.open(str(data / f"sounds/siaga/{name}.wav"), "wb") as sound:
                sound.setparams((1, 2, 8_000, 0, "NONE", ""))
                sound.writeframes(bytes(16_000))


# --- the stand-in ------------------------------------------------------------------------------


class StandIn:
    """Speaks as much of the manager interface as the program beside Asterisk uses, in Asterisk's words."""

    def __init__(self) -> None:
        self.channels: dict[str, dict[str, str]] = {}  # channel -> what is known of it
        self.conferences: dict[str, set[str]] = {}
        self.cdr: Path | None = None
        self._numbers = itertools.count(1)
        self._writers: list[Any] = []
        self._lock = threading.RLock()
        outer = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]

    def start(self) -> None:
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        self.cut_off()
        self.server.shutdown()
        self.server.server_close()

    def cut_off(self) -> None:
        """Every manager connection breaks; the telephones talk on."""
        with self._lock:
            for writer in self._writers:
                with contextlib.suppress(OSError):  # gone already
                    writer.connection.shutdown(socket.SHUT_RDWR)
            self._writers.clear()

    # --- telephones ----------------------------------------------------------------------------

    def rings(self, caller: str, name: str = "") -> None:
        number = next(self._numbers)
        call_id = f"{int(time.time())}.{number}"
        channel = f"Local/{caller}@citizen-{number:08x};2"
        self.channels[channel] = {"Uniqueid": call_id, "AccountCode": "siaga112", "Context": "siaga-wait",
                                  "CallerIDNum": caller, "CallerIDName": name}  # fmt: skip
        self._say(Event="UserEvent", Channel=channel, UserEvent="SiagaRinging", Call=call_id, To="112",
                  Trunk="Local/112", From=quote(caller), Name=quote(name))  # fmt: skip

    def hangs_up(self, call_id: str) -> None:
        self._gone(self._channel_of(call_id), cause="Normal Clearing")

    def seat_hangs_up(self, seat: str) -> None:
        self._gone(next(one for one in self.channels if one.startswith(SEATS[seat])))

    def conference_of(self, call_id: str) -> int:
        return len(self.conferences.get(f"siaga-{call_id}", ()))

    def is_on_the_line(self, call_id: str) -> bool:
        return bool(self._channel_of(call_id))

    def where(self, call_id: str) -> str:
        return self.channels.get(self._channel_of(call_id), {}).get("Context", "")

    def _channel_of(self, call_id: str) -> str:
        found = (name for name, one in self.channels.items() if one["Uniqueid"] == call_id)
        return next(found, "")

    def _gone(self, channel: str, cause: str = "") -> None:
        with self._lock:
            known = self.channels.pop(channel)
            self._leave(channel)
        self._say(
            Event="Hangup",
            Channel=channel,
            Uniqueid=known["Uniqueid"],
            **{"Cause": "16", "Cause-txt": cause},
        )

    def _leave(self, channel: str) -> None:
        for members in self.conferences.values():
            members.discard(channel)

    # --- the manager interface -----------------------------------------------------------------

    def serve(self, session: Any) -> None:
        session.wfile.write(b"Asterisk Call Manager/5.0.4\r\n")
        signed_in = False
        try:
            while fields := _message(session.rfile):
                action = fields.get("Action", "")
                if action == "Login":
                    signed_in = (fields.get("Username"), fields.get("Secret")) == (USER, SECRET)
                    if signed_in:
                        self._writers.append(session)
                if not signed_in:
                    self._answer(session, fields, "Error", Message="Authentication failed")
                    return
                getattr(self, f"_do_{action.lower()}", self._do_ping)(session, fields)
        except OSError:  # the program was ended in the middle of a word
            return
        finally:
            with self._lock:
                self._writers = [one for one in self._writers if one is not session]

    def _do_ping(self, session: Any, fields: dict[str, str]) -> None:
        self._answer(session, fields, "Success")

    def _do_coreshowchannels(self, session: Any, fields: dict[str, str]) -> None:
        self._answer(session, fields, "Success", EventList="start")
        for name, one in list(self.channels.items()):
            self._write(session, {"Event": "CoreShowChannel", "ActionID": fields["ActionID"], "Channel": name, **one})  # fmt: skip
        self._write(session, {"Event": "CoreShowChannelsComplete", "ActionID": fields["ActionID"], "EventList": "Complete"})  # fmt: skip

    def _do_redirect(self, session: Any, fields: dict[str, str]) -> None:
        channel = fields["Channel"]
        if channel not in self.channels:
            self._answer(session, fields, "Error", Message="Channel does not exist")
            return
        self._leave(channel)
        self.channels[channel]["Context"] = fields["Context"]
        if fields["Context"] == "siaga-join":
            self._join(self.channels[channel]["Uniqueid"], channel)
        self._answer(session, fields, "Success")

    def _do_hangup(self, session: Any, fields: dict[str, str]) -> None:
        if fields["Channel"] not in self.channels:
            self._answer(session, fields, "Error", Message="No such channel")
            return
        self._answer(session, fields, "Success")
        self._gone(fields["Channel"], cause="Normal Clearing")

    def _do_originate(self, session: Any, fields: dict[str, str]) -> None:
        self._answer(session, fields, "Success", Message="Originate successfully queued")
        device, number = fields["Channel"], next(self._numbers)
        variables = dict(one.split("=", 1) for one in fields["Variable"].split(","))
        if device == SEATS["bo"]:
            self._say(
                Event="OriginateResponse",
                ActionID=fields["ActionID"],
                Response="Failure",
                Reason="3",
            )
            return  # fmt: skip
        channel = f"{device}-{number:08x};1"
        self.channels[channel] = {"Uniqueid": f"{time.time():.0f}.{number}", "AccountCode": "", "Context": fields["Context"]}  # fmt: skip
        if fields["Context"] == "siaga-crew":
            notice = variables["SIAGA_NOTICE"]
            self._say(
                Event="UserEvent", UserEvent="SiagaNotice", Notice=notice, Status="in-progress"
            )
            self._say(Event="UserEvent", UserEvent="SiagaKey", Notice=notice, Key="1")
            return
        call_id = variables["SIAGA_CALL"]
        self._join(call_id, channel)
        self._say(Event="UserEvent", Channel=channel, UserEvent="SiagaAnswered", Call=call_id,
                  Seat=variables["SIAGA_SEAT"], Act=variables["SIAGA_ACT"])  # fmt: skip

    def _join(self, call_id: str, channel: str) -> None:
        self.conferences.setdefault(f"siaga-{call_id}", set()).add(channel)

    def _answer(self, session: Any, fields: dict[str, str], response: str, **more: str) -> None:
        self._write(
            session, {"Response": response, "ActionID": fields.get("ActionID", ""), **more}
        )

    def _say(self, **fields: str) -> None:
        with self._lock:
            for session in self._writers:
                self._write(session, fields)

    def _write(self, session: Any, fields: dict[str, str]) -> None:
        text = "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
        with self._lock:
            session.wfile.write(text.encode())


def _message(reader: Any) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in reader:
        text = line.decode().strip()
        if not text:
            return fields
        name, _, value = text.partition(": ")
        fields[name] = value
    return {}


@contextmanager
def running(exchange: Any) -> Iterator[Any]:
    try:
        exchange.start()
        yield exchange
    finally:
        exchange.stop()
