"""Queries about people who are alike and not the same."""

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from services.network.domain.duplicates import KeptBoth
from services.network.domain.people import PersonId
from services.network.storage.tables.circles import KeptBothRow
from shared.db.unit import Unit


async def keep_both(unit: Unit, kept: KeptBoth) -> KeptBoth:
    """Store a decision, and return it; the first one about two people stands."""
    new = insert(KeptBothRow).values(
        county_id=unit.county_id,
        person_a=kept.person_a,
        person_b=kept.person_b,
        decided_by=kept.decided_by,
        decided_at=kept.decided_at,
    )
    await unit.flush()
    await unit.session.execute(new.on_conflict_do_nothing())
    row = await unit.session.get_one(KeptBothRow, (unit.county_id, kept.person_a, kept.person_b))
    return KeptBoth(
        person_a=PersonId(row.person_a), person_b=PersonId(row.person_b), decided_by=row.decided_by, decided_at=row.decided_at
    )


async def list_others(unit: Unit, person_id: PersonId) -> set[PersonId]:
    """Return everybody of whom it was decided that they are not this person."""
    rows = await unit.session.execute(
        select(KeptBothRow.person_a, KeptBothRow.person_b).where(
            KeptBothRow.county_id == unit.county_id,
            or_(KeptBothRow.person_a == person_id, KeptBothRow.person_b == person_id),
        )
    )
    return {PersonId(b if a == person_id else a) for a, b in rows}
