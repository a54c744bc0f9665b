"""Tells trouble with the database from trouble with what was asked of it.

The first passes: a request is answered with 503, an event is waited out. The second does not: 500, and parking; where the database
refuses the values themselves, without another try.
"""

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# SQLSTATE classes: 08 connection, 40 deadlock and serialization, 53 resources (disk full, too many connections),
# 57 an operator or a restart, 58 the system. 25P03 ended a transaction that slept too long; 25006 is a server that takes no writes,
# such as a standby before its promotion.
_CLASSES = ("08", "40", "53", "57", "58")
_STATES = ("25P03", "25006")
_STATEMENT_TIMEOUT = "57014"  # this one the event or the request itself may have caused

# 22 a value of the wrong form, 23502 none where one is needed, 23514 a check, 42501 another county's row. A missing or a double row
# (23503, 23505) is not among them: what is missing may be on its way.
_REFUSALS = ("22", "23502", "23514", "42501")


def is_outage(error: BaseException) -> bool:
    """Say whether the database, not the request or the event, is the cause; then the same may well succeed later."""
    if isinstance(error, OSError | PoolTimeoutError | InterfaceError):
        return True
    if isinstance(_cause_of(error), asyncpg.TargetServerAttributeNotMatched):  # two servers, and neither takes writes yet
        return True
    if isinstance(error, asyncpg.InterfaceError):  # its ValueErrors are about what was to be sent
        return not isinstance(error, ValueError)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = _state_of(error)
    return state != _STATEMENT_TIMEOUT and (state[:2] in _CLASSES or state in _STATES)


def is_refusal(error: BaseException) -> bool:
    """Say whether the values themselves are refused, by the driver or the database: the same is refused a moment later."""
    cause = _cause_of(error)
    if isinstance(cause, asyncpg.InterfaceError):
        return isinstance(cause, ValueError)
    return _state_of(error).startswith(_REFUSALS)


def _cause_of(error: BaseException) -> BaseException:
    """What the driver itself raised, where SQLAlchemy has names of its own for it."""
    said = (error.orig or error) if isinstance(error, DBAPIError) else error
    return said.__cause__ or said


def _state_of(error: BaseException) -> str:
    """The SQLSTATE of what the database said, to the session or to the driver; empty for what others said."""
    said = error.orig if isinstance(error, DBAPIError) else error if isinstance(error, asyncpg.PostgresError) else None
    return str(getattr(said, "sqlstate", None) or "")
