"""Queries about the children of a family."""

from sqlalchemy import select

from services.network.domain.cases import CaseId
from services.network.domain.children import Child, IcwaStatus, Placement, PlacementKind
from services.network.domain.errors import AlreadyChild
from services.network.domain.people import PersonId
from services.network.storage.tables.families import ChildRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound


async def get_for_update(unit: Unit, case_id: CaseId, person_id: PersonId) -> Child:
    """Return a child of this family, of no other, and hold the row."""
    row = await unit.session.scalar(
        select(ChildRow)
        .where(ChildRow.county_id == unit.county_id, ChildRow.case_id == case_id, ChildRow.person_id == person_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return _to_child(row)


async def list_of(unit: Unit, case_id: CaseId) -> list[Child]:
    """Return the children of a family, in the order of their registration."""
    rows = await unit.session.scalars(
        select(ChildRow).where(ChildRow.county_id == unit.county_id, ChildRow.case_id == case_id).order_by(ChildRow.person_id)
    )
    return [_to_child(row) for row in rows]


async def add(unit: Unit, child: Child) -> None:
    """Store a child of a family whose row is held. Raises AlreadyChild."""
    if await unit.session.get(ChildRow, (child.case_id, child.person_id)) is not None:
        raise AlreadyChild
    row = ChildRow(case_id=child.case_id, person_id=child.person_id, county_id=unit.county_id)
    _fill(row, child)
    unit.session.add(row)


async def save(unit: Unit, child: Child) -> None:
    """Store a child's facts anew."""
    _fill(await unit.session.get_one(ChildRow, (child.case_id, child.person_id)), child)


def _to_child(row: ChildRow) -> Child:
    return Child(
        case_id=CaseId(row.case_id),
        person_id=PersonId(row.person_id),
        placement=Placement(
            entered_care_on=row.entered_care_on,
            disposition_on=row.disposition_on,
            icwa_status=IcwaStatus(row.icwa_status),
            placement_kind=PlacementKind(row.placement_kind),
            intensive_services=row.intensive_services,
        ),
        version=row.version,
        updated_at=row.updated_at,
    )


def _fill(row: ChildRow, child: Child) -> None:
    row.entered_care_on = child.placement.entered_care_on
    row.disposition_on = child.placement.disposition_on
    row.icwa_status = child.placement.icwa_status.value
    row.placement_kind = child.placement.placement_kind.value
    row.intensive_services = child.placement.intensive_services
    row.version = child.version
    row.updated_at = child.updated_at
