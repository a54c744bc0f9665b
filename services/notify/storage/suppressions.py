"""Queries about suppressions: numbers and addresses to which nothing goes until the person opts in again."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from services.notify.storage.tables import SuppressionRow
from shared.db.unit import Unit
from shared.events.network import Channel


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


async def reasons(unit: Unit, lookups: Collection[str]) -> dict[str, str]:
    """Return which of these are suppressed, and why."""
    if not lookups:
        return {}
    rows = await unit.session.execute(
        select(SuppressionRow.lookup, SuppressionRow.reason).where(
            SuppressionRow.county_id == unit.county_id, SuppressionRow.lookup.in_(lookups)
        )
    )
    return {row.lookup: row.reason for row in rows}
