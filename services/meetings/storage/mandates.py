"""The facts on which due dates rest, of every family that a caller sees, in one query."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from services.meetings.domain.mandates import Child
from services.meetings.storage.families import visible_to
from services.meetings.storage.tables import ChildRow, FamilyRow
from shared.db.unit import Unit
from shared.kernel.access import Caller


async def list_children(unit: Unit, caller: Caller) -> Mapping[tuple[UUID, str], list[Child]]:
    """Return the children with due dates of the open families in sight, by family and its zone."""
    rows = await unit.session.execute(
        select(
            FamilyRow.case_id,
            FamilyRow.time_zone,
            ChildRow.child_id,
            ChildRow.entered_care_on,
            ChildRow.disposition_on,
            ChildRow.icwa_status,
            ChildRow.placement_kind,
            ChildRow.intensive_services,
        )
        .join(ChildRow, ChildRow.case_id == FamilyRow.case_id)
        .where(
            FamilyRow.county_id == unit.county_id,
            FamilyRow.closed_at.is_(None),
            ChildRow.entered_care_on.is_not(None),
            visible_to(caller),
        )
    )
    found: dict[tuple[UUID, str], list[Child]] = {}
    for row in rows:
        child = Child(
            child_id=row.child_id,
            entered_care_on=row.entered_care_on,
            disposition_on=row.disposition_on,
            icwa_status=row.icwa_status,
            placement_kind=row.placement_kind,
            intensive_services=row.intensive_services,
        )
        found.setdefault((row.case_id, row.time_zone), []).append(child)
    return found
