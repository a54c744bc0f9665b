"""The pool of connections of a process."""

from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

SILENT = "10s"
"""A transaction that says nothing for so long is undone: a process that froze must not keep its locks until it wakes."""


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """Return an engine on asyncpg. It connects at first use; whoever makes it disposes of it."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        pool_recycle=1800,
        hide_parameters=True,  # an error's message would quote them
        connect_args={
            "timeout": 10,
            "server_settings": {"jit": "off", "timezone": "UTC", "idle_in_transaction_session_timeout": SILENT},
        },
    )
    event.listen(engine.sync_engine, "checkout", _is_open)
    event.listen(engine.sync_engine, "handle_error", _was_cut)
    return engine


def _is_open(connection: Any, *_: object) -> None:
    """Replace a session that PostgreSQL has ended before anybody works with it: after a restart no request and no mark fails.

    The driver knows as soon as the line is closed, so nothing is asked over it.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _was_cut(context: ExceptionContext) -> None:
    """Count as lost a session that PostgreSQL ended a moment ago, whose farewell the driver has read but not yet its hanging up."""
    cause = getattr(context.original_exception, "__cause__", None)
    if isinstance(cause, asyncpg.InternalClientError):
        context.is_disconnect = True
