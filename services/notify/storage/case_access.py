"""Queries about who holds a family: the copy by which calls to make are shown."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.notify.storage.tables import CaseAccessRow
from shared.db.unit import Unit
from shared.events.network import CaseAccessChanged
from shared.kernel.access import CaseAccess


async def save(unit: Unit, told: CaseAccessChanged) -> None:
    """Store what network told, unless something later is known."""
    values = {
        "case_id": told.case_id,
        "county_id": unit.county_id,
        "unit": told.unit,
        "assigned": list(told.assigned),
        "shared_with": list(told.shared_with),
        "told_at": told.at,
    }
    await unit.session.execute(
        insert(CaseAccessRow)
        .values(values)
        .on_conflict_do_update(index_elements=["case_id"], set_=values, where=CaseAccessRow.told_at <= told.at)
    )


async def list_by_case(unit: Unit, case_ids: Collection[UUID]) -> dict[UUID, CaseAccess]:
    """Return who holds these families; one never heard of is missing, and so visible to nobody."""
    if not case_ids:
        return {}
    rows = await unit.session.scalars(
        select(CaseAccessRow)
        .where(CaseAccessRow.county_id == unit.county_id, CaseAccessRow.case_id.in_(case_ids))
        .execution_options(populate_existing=True)
    )
    return {
        row.case_id: CaseAccess(unit=row.unit, assigned=frozenset(row.assigned), shared_with=frozenset(row.shared_with))
        for row in rows
    }
