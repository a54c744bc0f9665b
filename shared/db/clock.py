"""The database's clock, so that all processes of a service agree on `now`; a sandbox may move it, a live service may not."""

from datetime import timedelta

from sqlalchemy import Boolean, CheckConstraint, Column, Interval, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.base import SHARED

CLOCK = Table(
    "clock",
    SHARED,
    Column("singleton", Boolean(), primary_key=True, server_default="true"),
    Column("clock_offset", Interval(), nullable=False, server_default="0"),
    Column("live", Boolean(), nullable=False, server_default="false"),
    CheckConstraint("singleton", name="one_row"),
    CheckConstraint("NOT live OR clock_offset = '0'", name="live_is_now"),
)

# Constant within a transaction, like now(), so that every row of one change bears the same instant.
SURROUND_NOW = """
CREATE OR REPLACE FUNCTION surround_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT now() + coalesce((SELECT clock_offset FROM clock), '0') $$
"""


async def set_offset(session: AsyncSession, offset: timedelta) -> None:
    """Move the clock to the true time plus `offset`; IntegrityError where sending is live.

    Only the owning role may: the running role cannot write this column.
    """
    await session.execute(update(CLOCK).values(clock_offset=offset).execution_options(synchronize_session=False))


async def get_offset(session: AsyncSession) -> timedelta:
    """Return how far the clock stands from the true time."""
    offset: timedelta = (await session.execute(select(CLOCK.c.clock_offset))).scalar_one()
    return offset


async def declare_live(session: AsyncSession, *, live: bool) -> None:
    """Record at start whether messages reach real people; IntegrityError where the clock has been moved."""
    await session.execute(update(CLOCK).values(live=live).execution_options(synchronize_session=False))
