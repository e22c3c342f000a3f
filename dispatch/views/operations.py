"""For machines that watch: alive, ready, metrics, and the description of the API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST

from dispatch import metrics
from dispatch.openapi import description
from realtime import storage

WRITE_MS_MAX = 2_000


def live(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"ok": True})


def ready(_request: HttpRequest) -> HttpResponse:
    """200 when a call could be stored now: a row is really written and committed. Says which disks are filling up."""
    room = _room()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [WRITE_MS_MAX])
            cursor.execute(
                "INSERT INTO dispatch_heartbeat (name, at) VALUES ('ready', %s)"
                " ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at",
                [timezone.now()],
            )
    except Error:
        return JsonResponse({"ok": False, "database": "unavailable", **room}, status=503)
    return JsonResponse({"ok": True, "database": "written", **room})


def _room() -> dict[str, Any]:
    disks = storage.read(settings.HOME)
    return {
        "storage": {
            folder: {"used_percent": round(disk.used_share * 100, 1), "level": disk.level or "ok"}
            for disk in disks
            for folder in disk.folders
        },
        "refused": storage.refused(disks),
    }


def prometheus(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


def openapi(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(description())
