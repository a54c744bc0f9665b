"""Queries about suppressions: numbers and addresses to which nothing goes until the person opts in again."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import ARRAY, Table, Text, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.notify.storage.tables import SuppressionRow
from shared.db.direct import Direct
from shared.db.unit import Unit
from shared.events.network import Channel

SUPPRESSIONS = cast(Table, SuppressionRow.__table__)


async def add(unit: Unit, lookup: str, channel: Channel, *, reason: str, source: str) -> bool:
    """Suppress a number or address; False when it already was."""
    made = await unit.session.execute(
        insert(SuppressionRow)
        .values(county_id=unit.county_id, lookup=lookup, channel=channel.value, reason=reason, source=source, since=unit.now)
        .on_conflict_do_nothing()
        .returning(SuppressionRow.lookup)
    )
    return made.first() is not None


async def lift(unit: Unit, lookup: str) -> bool:
    """Let messages go there again; False when nothing stood in the way."""
    gone = await unit.session.execute(
        delete(SuppressionRow)
        .where(SuppressionRow.county_id == unit.county_id, SuppressionRow.lookup == lookup)
        .returning(SuppressionRow.lookup)
    )
    return gone.first() is not None


_REASONS = Direct(
    select(SUPPRESSIONS.c.lookup, SUPPRESSIONS.c.reason).where(
        SUPPRESSIONS.c.county_id == bindparam("county"), SUPPRESSIONS.c.lookup == any_(bindparam("lookups", type_=ARRAY(Text)))
    )
)


async def reasons(unit: Unit, lookups: Collection[str]) -> dict[str, str]:
    """Return which of these are suppressed, and why."""
    return {row["lookup"]: row["reason"] for row in await unit.fetch(_REASONS, county=unit.county_id, lookups=lookups)}
