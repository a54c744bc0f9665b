"""Queries about holds: a county whose sending an operator has stopped. A claim reads them by itself (`claims`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.storage.messages import CHANNEL
from services.notify.storage.tables import SendingHoldRow
from shared.db.direct import Direct
from shared.db.unit import Unit


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when a county's sending is held, why, and by which account."""

    county_id: UUID
    since: datetime
    reason_code: str
    held_by: str


async def add(unit: Unit, *, reason_code: str, held_by: str) -> bool:
    """Hold the county's sending; False when it was held already, and that hold stays as it is."""
    made = await unit.session.execute(
        insert(SendingHoldRow)
        .values(county_id=unit.county_id, since=unit.now, reason_code=reason_code, held_by=held_by)
        .on_conflict_do_nothing()
        .returning(SendingHoldRow.county_id)
    )
    return made.first() is not None


async def end(unit: Unit) -> Hold | None:
    """Take the county's hold back and wake the tickers at the commit; None when there was none."""
    gone = await unit.session.execute(
        delete(SendingHoldRow)
        .where(SendingHoldRow.county_id == unit.county_id)
        .returning(SendingHoldRow, cast(func.pg_notify(CHANNEL, ""), Text))
    )
    row = gone.first()
    return None if row is None else _to_hold(row[0])


_FIND = Direct(select(SendingHoldRow.__table__).where(SendingHoldRow.county_id == bindparam("county")))


async def find(unit: Unit) -> Hold | None:
    """Return the county's hold, if its sending is held."""
    rows = await unit.fetch(_FIND, county=unit.county_id)
    return Hold(**rows[0]) if rows else None


async def list_every(session: AsyncSession) -> Sequence[Hold]:
    """Return the holds of every county, oldest first, in a transaction of the log's reader."""
    return [_to_hold(row) for row in await session.scalars(select(SendingHoldRow).order_by(SendingHoldRow.since))]


def _to_hold(row: SendingHoldRow) -> Hold:
    return Hold(row.county_id, row.since, row.reason_code, row.held_by)
