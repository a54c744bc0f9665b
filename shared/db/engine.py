"""The pool of connections of a process."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

SILENT = "10s"
"""A transaction that says nothing for so long is undone: a process that froze must not keep its locks until it wakes."""


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """Return an engine on asyncpg. It connects at first use; whoever makes it disposes of it."""
    return create_async_engine(
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
