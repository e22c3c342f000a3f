"""Asterisk's manager interface (AMI): one connection, kept up, with answers to what is asked and a stream of events."""

from __future__ import annotations

import contextlib
import itertools
import logging
import queue
import socket
import threading
from collections.abc import Callable

CONNECT_S_MAX = 5.0
ANSWER_S_MAX = 4.0
RECONNECT_S = 1.0
PING_S = 10.0  # a connection that says nothing for so long is asked whether it is alive
LINE_BYTES_MAX = 64 * 1024

Message = dict[str, str]
logger = logging.getLogger("siaga_pbx.ami")


class Unreachable(Exception):
    """Asterisk is not there, or does not answer in time: worth another try."""


class Ami:
    """`on_connect` runs in a thread of its own after every sign-in; `on_event` in the order of Asterisk's events."""

    def __init__(
        self,
        address: tuple[str, int],
        user: str,
        secret: str,
        *,
        on_connect: Callable[[], None],
        on_event: Callable[[Message], None],
    ) -> None:
        self._address, self._user, self._secret = address, user, secret
        self._on_connect, self._on_event = on_connect, on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[str, queue.Queue[Message]] = {}
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._live(stop)
            except (OSError, EOFError, Unreachable) as error:
                logger.warning("no connection to Asterisk: %s", error or type(error).__name__)
            except Exception:
                logger.exception("connected anew")  # one odd message must not make us deaf
            stop.wait(RECONNECT_S)

    def ask(self, action: str, **fields: str) -> Message:
        """The answer to one action; Unreachable without one in time."""
        return self._exchange(action, fields)[0]

    def list(self, action: str, **fields: str) -> list[Message]:
        """The events with which a list is answered."""
        return self._exchange(action, fields, is_list=True)

    def close(self) -> None:
        connection = self._socket
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    # --- inside --------------------------------------------------------------------------------

    def _live(self, stop: threading.Event) -> None:
        with socket.create_connection(self._address, CONNECT_S_MAX) as connection:
            reader = connection.makefile("rb")
            banner = reader.readline(LINE_BYTES_MAX)
            if not banner.startswith(b"Asterisk Call Manager"):
                raise Unreachable("this is no manager interface of Asterisk")
            connection.settimeout(None)  # whether it is alive is asked by _tend
            self._socket, lost = connection, threading.Event()
            threading.Thread(target=self._tend, args=(lost,), daemon=True).start()
            try:
                while not stop.is_set():
                    self._hand_out(_read(reader))
            finally:
                self._socket = None
                lost.set()

    def _tend(self, lost: threading.Event) -> None:
        """Sign in, look at what is there, then see to it that a connection that is dead is not taken for a quiet one."""
        try:
            answer = self.ask("Login", Username=self._user, Secret=self._secret)
            if answer.get("Response") != "Success":
                raise Unreachable("the sign-in is refused: check [asterisk] user and secret")
            self._on_connect()
            while not lost.wait(PING_S):
                self.ask("Ping")
        except Unreachable as error:
            logger.warning("%s", error)
            self.close()
        except Exception:
            logger.exception("connected anew")
            self.close()

    def _hand_out(self, message: Message) -> None:
        waiting = self._waiting.get(message.get("ActionID", ""))
        # The outcome of an Originate bears its ActionID too, and may be here before the answer has been taken.
        if waiting is not None and message.get("Event") != "OriginateResponse":
            waiting.put(message)
        elif "Event" in message:
            self._on_event(message)

    def _exchange(self, action: str, fields: Message, *, is_list: bool = False) -> list[Message]:
        number = fields.pop("ActionID", "") or f"ask-{next(self._numbers)}"
        answers = self._waiting[number] = queue.Queue()
        try:
            self._send(action, number, fields)
            found = [answers.get(timeout=ANSWER_S_MAX)]
            if not is_list or found[0].get("Response") != "Success":
                return found if not is_list else []
            while found[-1].get("EventList") != "Complete":
                found.append(answers.get(timeout=ANSWER_S_MAX))
            return found[1:-1]
        except (OSError, queue.Empty):
            raise Unreachable(f"Asterisk does not answer to {action}") from None
        finally:
            del self._waiting[number]

    def _send(self, action: str, number: str, fields: Message) -> None:
        connection = self._socket
        if connection is None:
            raise Unreachable("Asterisk is not connected")
        pairs = [("Action", action), ("ActionID", number), *fields.items()]
        # A line break inside a value would begin another header, or another action.
        text = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in pairs) + "\r\n"
        with self._lock:
            connection.sendall(text.encode())


def _one_line(value: str) -> str:
    return "".join(sign for sign in value if sign.isprintable())


def _read(reader: object) -> Message:
    message: Message = {}
    while True:
        line = reader.readline(LINE_BYTES_MAX)  # type: ignore[attr-defined]
        if not line:
            raise EOFError("Asterisk has closed the connection")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            if message:
                return message
            continue
        name, _, value = text.partition(":")
        message.setdefault(
            name.strip(), value.strip()
        )  # what a caller wrote comes last, and overrides nothing
