"""What the centre must hear, on the disk until it has heard it: one file each, sent in order, signed anew at every try."""

from __future__ import annotations

import itertools
import json
import logging
import os
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from siaga_pbx.signing import HEADER, sign

SEND_S_MAX = 5.0
RETRY_S = (1, 2, 5, 10)  # the last one again and again: a centre that is down comes back
ANSWER_BYTES_MAX = 64 * 1024

logger = logging.getLogger("siaga_pbx.spool")


class Spool:
    def __init__(self, folder: Path, centre_url: str, key: str) -> None:
        self._folder, self._centre_url, self._key = folder, centre_url, key
        self._refused = folder / "refused"
        self._refused.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._news = threading.Event()
        self._numbers = itertools.count()
        # Without a proxy: the centre is a machine of the city's own network.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def put(self, path: str, fields: dict[str, object]) -> None:
        """Safe on the disk when this returns."""
        name = f"{time.time_ns():020d}-{next(self._numbers)}.json"
        aside = self._folder / f".{name}"
        with aside.open("w") as file:
            json.dump({"path": path, "fields": fields}, file)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(self._folder / name)
        self._news.set()

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._send_all(stop)
            except Exception:
                logger.exception("what waits cannot be sent")  # a disk in trouble may come back
                stop.wait(RETRY_S[-1])

    def _send_all(self, stop: threading.Event) -> None:
        tries = 0
        while not stop.is_set():
            self._news.clear()
            for path in sorted(self._folder.glob("[0-9]*.json")):
                if not self._sent(path):
                    wait_s = RETRY_S[min(tries, len(RETRY_S) - 1)]
                    tries += 1
                    stop.wait(wait_s)
                    break
                tries = 0
            else:
                self._news.wait(RETRY_S[0])

    def _sent(self, path: Path) -> bool:
        """Whether this one needs no further try."""
        try:
            entry = json.loads(path.read_text())
            where, body = entry["path"], json.dumps(entry["fields"]).encode()
        except (ValueError, KeyError, TypeError):
            logger.error("%s is damaged and set aside", path.name)
            path.rename(self._refused / path.name)
            return True
        status, said = self._post(where, body)
        if 200 <= status < 300:
            if "detail" in said:
                logger.warning("the centre says: %s", said)
            path.unlink()
            return True
        if status in (413, 422):  # it will never be understood; a person must look
            logger.error("the centre does not understand %s: %s", path.name, said)
            path.rename(self._refused / path.name)
            return True
        logger.warning("the centre has not taken %s: %s %s", path.name, status, said)
        return False

    def _post(self, path: str, body: bytes) -> tuple[int, str]:
        headers = {"Content-Type": "application/json", HEADER: sign(body, self._key)}
        request = urllib.request.Request(self._centre_url + path, body, headers)
        try:
            with self._opener.open(request, timeout=SEND_S_MAX) as answer:
                return answer.status, answer.read(ANSWER_BYTES_MAX).decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read(ANSWER_BYTES_MAX).decode("utf-8", "replace")
        except OSError as error:
            return 0, str(error)
