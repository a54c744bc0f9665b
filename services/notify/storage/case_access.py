"""Queries about who holds a family: the copy by which calls to make are shown."""

from collections.abc import Collection
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from services.notify.storage.tables import CaseAccessRow
from shared.db.direct import Direct
from shared.db.unit import Unit
from shared.events.network import CaseAccessChanged
from shared.kernel.access import CaseAccess

_CASE_ACCESS = cast(Table, CaseAccessRow.__table__)
_TOLD = insert(_CASE_ACCESS)
_SAVE = Direct(
    _TOLD.on_conflict_do_update(
        index_elements=["case_id"],
        set_={column.name: _TOLD.excluded[column.name] for column in _CASE_ACCESS.c},
        where=_CASE_ACCESS.c.position <= _TOLD.excluded.position,
    )
)


async def save(unit: Unit, told: CaseAccessChanged, *, position: int) -> None:
    """Store what network told, unless something later is known."""
    await unit.fetch(
        _SAVE,
        case_id=told.case_id,
        county_id=unit.county_id,
        unit=told.unit,
        assigned=list(told.assigned),
        shared_with=list(told.shared_with),
        position=position,
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
