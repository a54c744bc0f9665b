"""Structured logs: an event name first, facts as fields, one JSON object a line; never a name, number, address or note."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

# A field that could carry a person's words has no place in a log line; ids, codes, counts and times do. This is the second
# wall: the first is that nobody passes such a field.
_PERSONAL = re.compile(r"(?:^|_)(?:name|phone|email|address|body|text|words|note|comment|reason_text|token|secret)(?:$|_)")


def _without_personal_fields(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in [k for k in fields if _PERSONAL.search(k)]:
        fields[key] = "[withheld]"
    return fields


def _trail(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say where an error came from by class, file, line and function; its message and its variables may hold a person's words."""
    error = fields.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        chain: list[dict[str, Any]] = []
        seen: BaseException | None = error
        while seen is not None and len(chain) < 5:
            frames = traceback.extract_tb(seen.__traceback__)[-12:]
            chain.append(
                {
                    "error": type(seen).__name__,
                    "at": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
                }
            )
            seen = seen.__cause__ or seen.__context__
        fields["trail"] = chain
    return fields


def set_up(service: str, *, level: int = logging.INFO) -> None:
    """Send this process's logs, the libraries' warnings too, to standard error as JSON lines that name the service."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_personal_fields,
            _trail,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format='{"logger": "%(name)s", "level": "%(levelname)s"}')


def get() -> structlog.stdlib.BoundLogger:
    """Return the logger."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
