"""Queries about the pools of a county: facilitators, rooms, interpreters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, select, tuple_

from services.meetings.domain.errors import ResourceNotFound
from services.meetings.domain.resources import Resource, ResourceKind
from services.meetings.storage.tables import ResourceRow
from shared.db.direct import Direct
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.events.entries import Mode
from shared.kernel.sealed import KeyKind, KeyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A resource as the county keeps it: what it can do, what it is called, and whose sign-in it is."""

    resource: Resource
    name: str
    staff_id: str | None
    is_retired: bool
    version: int
    updated_at: datetime


_MINE = ResourceRow.county_id == bindparam("county")
_POOL = Direct(
    select(ResourceRow)
    .where(_MINE, ResourceRow.kind == any_(bindparam("kinds", type_=ARRAY(Text()))), ResourceRow.retired_at.is_(None))
    .order_by(ResourceRow.id)
)
_OF_PEOPLE = Direct(
    select(ResourceRow).where(
        _MINE, ResourceRow.person_id == any_(bindparam("people", type_=ARRAY(Uuid()))), ResourceRow.retired_at.is_(None)
    )
)


async def list_pool(unit: Unit, kinds: Collection[ResourceKind] = tuple(ResourceKind)) -> list[Resource]:
    """Return what can be had of these kinds, without names."""
    return [_to_resource(row) for row in await unit.fetch(_POOL, county=unit.county_id, kinds=list(kinds))]


async def list_chosen(unit: Unit, resource_ids: Collection[UUID]) -> list[Resource]:
    """Return these resources in the order of their ids. Raises ResourceNotFound for one that is unknown or retired."""
    if not resource_ids:
        return []
    rows = await unit.session.scalars(
        select(ResourceRow)
        .where(ResourceRow.county_id == unit.county_id, ResourceRow.id.in_(resource_ids), ResourceRow.retired_at.is_(None))
        .order_by(ResourceRow.id)
    )
    found = [_to_resource(_facts_of(row)) for row in rows]
    if len(found) != len(set(resource_ids)):
        raise ResourceNotFound
    return found


async def list_known(unit: Unit, resource_ids: Collection[UUID]) -> list[Resource]:
    """Return those of these resources that were ever in the county's pools, retired ones too."""
    rows = await unit.session.scalars(
        select(ResourceRow).where(ResourceRow.county_id == unit.county_id, ResourceRow.id.in_(resource_ids))
    )
    return [_to_resource(_facts_of(row)) for row in rows]


async def list_of_people(unit: Unit, person_ids: Collection[UUID]) -> list[Resource]:
    """Return the resources that are one of these people."""
    return [_to_resource(row) for row in await unit.fetch(_OF_PEOPLE, county=unit.county_id, people=list(person_ids))]


async def find_name(unit: Unit, resource_id: UUID) -> str:
    """Return what a resource is called. Raises ResourceNotFound."""
    row = await _row(unit, resource_id)
    return await _name(unit, row)


async def get_for_update(unit: Unit, resource_id: UUID) -> Pooled:
    """Return a resource and hold its row. Raises ResourceNotFound."""
    return await _to_pooled(unit, await _row(unit, resource_id, hold=True))


async def get(unit: Unit, resource_id: UUID) -> Pooled:
    """Return a resource. Raises ResourceNotFound."""
    return await _to_pooled(unit, await _row(unit, resource_id))


async def list_of(unit: Unit, *, kind: ResourceKind | None, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Pooled]:
    """Return a page of what is in the pools, least recently changed first."""
    query = (
        select(ResourceRow)
        .where(ResourceRow.county_id == unit.county_id, ResourceRow.retired_at.is_(None))
        .order_by(ResourceRow.updated_at, ResourceRow.id)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(ResourceRow.kind == kind)
    if after is not None:
        query = query.where(tuple_(ResourceRow.updated_at, ResourceRow.id) > after)
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.name for row in rows])
    return [await _to_pooled(unit, row) for row in rows]


async def add(unit: Unit, pooled: Pooled) -> None:
    """Put a resource into its pool."""
    row = ResourceRow(id=pooled.resource.resource_id, county_id=unit.county_id, kind=pooled.resource.kind)
    await _fill(unit, row, pooled)
    unit.session.add(row)
    await unit.session.flush()


async def save(unit: Unit, pooled: Pooled) -> None:
    """Store a resource anew."""
    await _fill(unit, await unit.session.get_one(ResourceRow, pooled.resource.resource_id), pooled)
    await unit.session.flush()


async def _row(unit: Unit, resource_id: UUID, *, hold: bool = False) -> ResourceRow:
    query = select(ResourceRow).where(
        ResourceRow.county_id == unit.county_id, ResourceRow.id == resource_id, ResourceRow.retired_at.is_(None)
    )
    row = await unit.session.scalar(query.with_for_update() if hold else query)
    if row is None:
        raise ResourceNotFound
    return row


async def _fill(unit: Unit, row: ResourceRow, pooled: Pooled) -> None:
    resource = pooled.resource
    key = KeyOf(KeyKind.PERSON, resource.identity)
    row.name = await unit.seal(pooled.name, key=key, table="resources", column="name", row_id=row.id)
    row.person_id = resource.person_id
    row.staff_id = pooled.staff_id
    row.skills = sorted(resource.skills)
    row.languages = sorted(resource.languages)
    row.capacity = resource.capacity
    row.site = resource.site
    row.modes = sorted(resource.modes)
    row.notice_working_days = resource.notice_working_days
    row.daily_limit = resource.daily_limit
    row.retired_at = pooled.updated_at if pooled.is_retired else None
    row.version = pooled.version
    row.updated_at = pooled.updated_at


async def _name(unit: Unit, row: ResourceRow) -> str:
    try:
        return await unit.open(row.name, table="resources", column="name", row_id=row.id)
    except KeyDestroyed:
        # Erased: the place in the pool stays, so that everybody else's can be read.
        return ""


async def _to_pooled(unit: Unit, row: ResourceRow) -> Pooled:
    return Pooled(
        resource=_to_resource(_facts_of(row)),
        name=await _name(unit, row),
        staff_id=row.staff_id,
        is_retired=row.retired_at is not None,
        version=row.version,
        updated_at=row.updated_at,
    )


def _facts_of(row: ResourceRow) -> Mapping[str, Any]:
    return {column.name: getattr(row, column.name) for column in ResourceRow.__table__.columns}


def _to_resource(row: Mapping[str, Any]) -> Resource:
    return Resource(
        resource_id=row["id"],
        kind=ResourceKind(row["kind"]),
        person_id=row["person_id"],
        skills=frozenset(row["skills"]),
        languages=frozenset(row["languages"]),
        capacity=row["capacity"],
        site=row["site"],
        modes=frozenset(map(Mode, row["modes"])),
        notice_working_days=row["notice_working_days"],
        daily_limit=row["daily_limit"],
    )
