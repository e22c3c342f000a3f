"""Pictures that citizens send by the share link: written anew, kept under the home, shown with the call."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import uuid6
from django.conf import settings

from calls import share, sharing
from calls.models import SharedPicture
from calls.pictures import Unsafe, safe_jpeg
from realtime import storage
from realtime.eventlog import change
from realtime.protocol import Rejected
from realtime.storage import Matter

PICTURES_MAX = 20  # of one link
STATUSES = {"picture_too_large": 413, "picture_unreadable": 415, "picture_busy": 503}
FOLDER = "pictures"


def receive_picture(code: str, *, key: str, data: bytes, now: datetime) -> None:
    """Take one picture; the same again is not a second. Rejected says why it is not taken, in a word for the page."""
    key = sharing.key_of(key)
    if not key:
        raise Rejected("share_not_understood", status=422)
    share.opened(code, now=now)
    if not storage.has_room(Matter.MEDIA, home=settings.HOME, folder="media"):
        raise Rejected("picture_no_room", status=507)
    try:
        picture = safe_jpeg(data)
    except Unsafe as error:
        raise Rejected(error.code, status=STATUSES[error.code]) from None
    except OSError:
        raise Rejected("picture_no_room", status=507) from None
    id_ = uuid6.uuid7()
    path = path_of(id_, at=now)
    stored = False
    try:
        with change(by=share.CITIZEN, now=now) as log:
            link, call = share.locked_open(code, now=now)
            known = link.pictures.all()
            if known.filter(client_key=key).exists():
                return
            if known.count() >= PICTURES_MAX:
                raise Rejected("share_too_much", status=429)
            row = SharedPicture.objects.create(
                id=id_,
                call=call,
                link=link,
                client_key=key,
                at=now,
                width=picture.width,
                height=picture.height,
                size_bytes=len(picture.jpeg),
                sha256=hashlib.sha256(picture.jpeg).hexdigest(),
            )
            # Before the commit: a row whose file is missing would promise what nobody can see.
            _write(path, picture.jpeg)
            log.record(
                "call.picture_received",
                calls=[call.pk],
                facts={"call_id": str(call.pk), "picture_id": str(row.pk)},
            )
        stored = True
    except OSError:
        raise Rejected("picture_no_room", status=507) from None
    finally:
        if not stored:
            path.unlink(missing_ok=True)


def stored(picture_id: Any) -> tuple[Any, bytes] | None:
    """(its call, its bytes); None when there is none, or its file is gone."""
    row = SharedPicture.objects.filter(pk=picture_id).first()
    if row is None:
        return None
    try:
        return row.call_id, path_of(row.pk, at=row.at).read_bytes()
    except OSError:
        return None


def path_of(id_: Any, *, at: datetime) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{at:%Y-%m}" / f"{id_}.jpg"


def _write(path: Path, data: bytes) -> None:
    """For the service's account alone, and on the disk before the row says so."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
