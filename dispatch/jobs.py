"""The job queue's own set-up: one place that names queues and what happens to a job that keeps failing."""

from __future__ import annotations

from typing import Any


def on_app_ready(app: Any) -> None:
    """Called by procrastinate's Django app when the tasks of every application are known."""
    app.perform_import_paths()
