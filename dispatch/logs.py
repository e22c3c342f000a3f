"""Structured logs: one JSON object a line, with the ids of request, call and incident and no personal data."""

import re
from typing import Any

import structlog

# Who asked from where is personal data and no part of a log; the person's id is enough.
_PERSONAL = ("ip", "user_agent")
# What was searched for (a number, a name) stands behind the question mark.
_QUERY = re.compile(r"\?\S*")
# Whoever has the address of a citizen's page may write a position into the call.
_SHARE_TOKEN = re.compile(r"(?<= /l/)[^/\s]+")


def without_personal_data(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop what identifies a person, and the line that a request began: the one that it ended says all."""
    if event.get("event") == "request_started":
        raise structlog.DropEvent
    for key in _PERSONAL:
        event.pop(key, None)
    if isinstance(event.get("request"), str):
        event["request"] = _SHARE_TOKEN.sub("…", _QUERY.sub("", event["request"]))
    return event


_SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.ExtraAdder(),  # the ids given as `extra` to the standard library's loggers
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(*, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    without_personal_data,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "uvicorn.access": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            # A dozen lines for each request, with the numbers that were asked for.
            "twilio.http_client": {"level": "WARNING"},
        },
    }


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            without_personal_data,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
