"""Log lines for people, or as JSON for programs: one line each, with the id of the request."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from fangxian.config.environment import Environment, LogFormat
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.tracing import request_id

ACCESS = "fangxian.access"
LINE = "{asctime} {levelname} {name}{reference}: {message}"


class Reference(logging.Filter):
    """Give every record the id of the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all pass."""
        reference = request_id.get()
        record.request_id = reference
        record.reference = f" [{reference}]" if reference else ""
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line; what a caller gave as `extra={"facts": …}` stands beside the rest."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, SHANGHAI).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if reference := getattr(record, "request_id", ""):
            told["request_id"] = reference
        told |= getattr(record, "facts", {})
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def logging_settings(environment: Environment) -> dict[str, Any]:
    """Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"reference": {"()": Reference}},
        "formatters": {
            LogFormat.LINES: {"format": LINE, "style": "{"},
            LogFormat.JSON: {"()": JsonLines},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": environment.log_format,
                "filters": ["reference"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "fangxian": {"level": "INFO"},
            ACCESS: {"level": "INFO" if environment.access_log else "WARNING"},
            "procrastinate": {"level": "WARNING"},
            # A person who mistypes an address is no news for whoever runs the server.
            "django.request": {"level": "ERROR"},
            "django": {"handlers": [], "propagate": True},
        },
    }
