"""Tells trouble with the database from trouble with what was asked of it.

The first passes: a request is answered with 503, an event is waited out. The second does not: 500, and parking.
"""

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# SQLSTATE classes: 08 connection, 40 deadlock and serialization, 53 resources (disk full, too many connections),
# 57 an operator or a restart, 58 the system. 25P03 ended a transaction that slept too long.
_CLASSES = ("08", "40", "53", "57", "58")
_STATES = ("25P03",)
_STATEMENT_TIMEOUT = "57014"  # this one the event or the request itself may have caused


def is_outage(error: BaseException) -> bool:
    """Say whether the database, not the request or the event, is the cause; then the same may well succeed later."""
    if isinstance(error, OSError | PoolTimeoutError | InterfaceError):
        return True
    if isinstance(error, asyncpg.InterfaceError):  # its ValueErrors are about what was to be sent
        return not isinstance(error, ValueError)
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        state = str(getattr(error.orig, "sqlstate", None) or "")
    elif isinstance(error, asyncpg.PostgresError):  # of a statement that the driver sent itself
        state = str(error.sqlstate or "")
    else:
        return False
    return state != _STATEMENT_TIMEOUT and (state[:2] in _CLASSES or state in _STATES)
