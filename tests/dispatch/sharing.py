"""What a citizen's telephone sends by the share page, for the tests of it."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from unittest.mock import patch

from django.test import Client
from django.utils import timezone
from PIL import Image

from realtime import eventlog, registry

HERE = {"lat": 0.9186, "lng": 104.4665, "accuracy": 12, "age_ms": 0}


def post(code, body, way="", **headers):
    return Client(raise_request_exception=False).post(
        f"/l/{code}{way}", json.dumps(body), content_type="application/json", headers=headers
    )


def shares(code, *points, device="phone", page="page"):
    rows = [{"n": n, **HERE, **point} for n, point in enumerate(points or ({},), 1)]
    return post(code, {"device": device, "page": page, "points": rows})


def on_board(person, call_id):
    return next(row for row in registry.snapshot(person.viewer)["calls"] if row["id"] == call_id)


def events(name):
    return [event for event in eventlog.events_after(0) if event.name == name]


def later(**delta):
    """Everything of the page happens so much later."""
    moment = timezone.now() + timedelta(**delta)
    return patch("dispatch.views.share.timezone.now", return_value=moment)


def jpeg(size=(60, 40), **save):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, "JPEG", **save)
    return out.getvalue()


def sends_picture(code, data, key="k1", content_type="image/jpeg"):
    return Client(raise_request_exception=False).post(
        f"/l/{code}/picture?key={key}", data, content_type=content_type
    )
