"""Structured logs: an event name first, facts as fields, one JSON object a line; never a name, number, address or note."""

import errno
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

# A field that could carry a person's words has no place in a log line; ids, codes, counts and times do. This is the second
# wall: the first is that nobody passes such a field.
_PERSONAL = re.compile(r"(?:^|_)(?:name|phone|email|address|body|text|words|note|comment|reason_text|token|secret)(?:$|_)")


def _without_personal_fields(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in [k for k in fields if _is_personal(k)]:
        fields[key] = "[withheld]"
    return fields


@lru_cache(maxsize=512)
def _is_personal(key: str) -> bool:
    return _PERSONAL.search(key) is not None


def trail_of(error: BaseException) -> list[dict[str, Any]]:
    """Return where an error and its causes came from, by class, code, file, line and function; of libraries only the last line.

    Never its message or its variables: a database quotes the values of a row in them.
    """
    chain: list[dict[str, Any]] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 5:
        frames = traceback.extract_tb(seen.__traceback__)
        ours = [frame for frame in frames[:-1] if "site-packages" not in frame.filename]
        at = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in (*ours[-11:], *frames[-1:])]
        link: dict[str, Any] = {"error": type(seen).__name__, "at": at}
        chain.append({**link, "code": code} if (code := _code_of(seen)) else link)
        seen = seen.__cause__ or seen.__context__
    return chain


def _code_of(error: BaseException) -> str:
    """Return the system's or the database's own code for an error, such as EADDRINUSE or 23505."""
    if isinstance(error, OSError) and error.errno:
        return errno.errorcode.get(error.errno, str(error.errno))
    state = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
    return state if isinstance(state, str) else ""


def _trail(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn the error of a log line into its trail."""
    error = fields.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        fields["trail"] = trail_of(error)
    return fields


class _Wordless(logging.Formatter):
    """Writes a library's log record as who complained, how loudly, and the trail of its error; its words may quote anything."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON line."""
        fields: dict[str, Any] = {"logger": record.name, "level": record.levelname.lower()}
        if record.exc_info and record.exc_info[1] is not None:
            fields["trail"] = trail_of(record.exc_info[1])
        return json.dumps(fields)


def _end_of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody caught; Python itself would print its message."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        get().critical("process.failed", exc_info=error)


def _end_of_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is not SystemExit:
        get().error("thread.failed", exc_info=failed.exc_value)


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Wordless())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.excepthook, threading.excepthook = _end_of_process, _end_of_thread


def get() -> structlog.stdlib.BoundLogger:
    """Return the logger."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
