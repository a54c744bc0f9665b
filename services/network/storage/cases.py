"""Queries about families and who holds them."""

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    insert,
    or_,
    select,
    tuple_,
    union,
    update,
)

from services.network.domain.cases import Case, CaseId, InHands
from services.network.domain.errors import ExternalIdTaken
from services.network.domain.people import PersonId
from services.network.domain.visibility import sees_whole_county
from services.network.storage.refusing import refusing
from services.network.storage.tables.circles import KinNoticeRow
from services.network.storage.tables.families import CaseRow, ChildRow, MemberRow
from services.network.storage.tables.releases import ShareRow
from shared.db.direct import Direct
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.kernel.access import Caller, CaseAccess, Role
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf

TAKEN = {"uq_cases_county_id_external_lookup": ExternalIdTaken}


_COUNTY = bindparam("county", type_=Uuid())
_PEOPLE = bindparam("people", type_=ARRAY(Uuid()))
_NOW = bindparam("now", type_=TIMESTAMP(timezone=True))
# Whose share has an end, and runs: one that ended lets nobody in, whether or not anything has noticed it.
_SHARED_UNTIL = func.array(
    select(ShareRow.staff_id).where(ShareRow.case_id == CaseRow.id, ShareRow.ends_at > _NOW).correlate(CaseRow).scalar_subquery(),
    type_=ARRAY(Text),
).label("shared_until")
_ONE = select(CaseRow, _SHARED_UNTIL).where(CaseRow.county_id == _COUNTY, CaseRow.id == bindparam("id"))
_GET = Direct(_ONE)
_HOLD = Direct(_ONE.with_for_update())
_THESE = (CaseRow.county_id == _COUNTY, CaseRow.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
_HOLD_ALL = Direct(select(CaseRow.id).where(*_THESE).order_by(CaseRow.id).with_for_update())
_ALL = Direct(select(CaseRow, _SHARED_UNTIL).where(*_THESE).order_by(CaseRow.id))
_AROUND = union(
    select(ChildRow.person_id, ChildRow.case_id).where(ChildRow.county_id == _COUNTY, ChildRow.person_id == any_(_PEOPLE)),
    select(MemberRow.person_id, MemberRow.case_id).where(MemberRow.county_id == _COUNTY, MemberRow.person_id == any_(_PEOPLE)),
    select(KinNoticeRow.person_id, KinNoticeRow.case_id).where(
        KinNoticeRow.county_id == _COUNTY, KinNoticeRow.person_id == any_(_PEOPLE)
    ),
).subquery()
_ACCESS_AROUND = Direct(
    select(_AROUND.c.person_id, CaseRow.unit, CaseRow.assigned, CaseRow.shared_with, _SHARED_UNTIL)
    .join(CaseRow, CaseRow.id == _AROUND.c.case_id)
    .where(CaseRow.county_id == _COUNTY)
)
_ADD = Direct(insert(CaseRow))
_SAVED = ("words", "external_lookup", "time_zone", "closed_at", "version", "updated_at")
_HANDS = ("unit", "assigned", "shared_with", "version", "updated_at")
_THIS = update(CaseRow).where(CaseRow.county_id == _COUNTY, CaseRow.id == bindparam("of"))
_SAVE, _SAVE_HANDS = Direct(_THIS, *_SAVED), Direct(_THIS, *_HANDS)


@dataclass(frozen=True, slots=True)
class After:
    """The place after which the next page begins."""

    updated_at: datetime
    id: UUID


async def get(unit: Unit, case_id: CaseId) -> Case:
    """Return a family of the unit's county."""
    return await _one(unit, _GET, case_id)


async def get_for_update(unit: Unit, case_id: CaseId) -> Case:
    """Return a family and hold its row until the transaction ends: nobody closes or reassigns it meanwhile."""
    return await _one(unit, _HOLD, case_id)


async def list_by_id_for_update(unit: Unit, ids: Collection[CaseId]) -> dict[CaseId, Case]:
    """Return those of these families whose words can be read, and hold the rows of all.

    They are read once they are held: a statement that waits for a row does not look again at the shares beside it.
    """
    if not ids:
        return {}
    await unit.fetch(_HOLD_ALL, county=unit.county_id, ids=list(ids))
    rows = await unit.fetch(_ALL, county=unit.county_id, ids=list(ids), now=unit.now)
    await unit.load_keys([row["words"] for row in rows])
    found = {}
    for row in rows:
        with suppress(KeyDestroyed):
            found[CaseId(row["id"])] = await _to_case(unit, row)
    return found


async def list_visible(unit: Unit, caller: Caller, *, is_closed: bool | None, after: After | None, limit: int) -> list[Case]:
    """Return a page of the families that this caller may see, least recently changed first."""
    query = (
        select(CaseRow.__table__, _SHARED_UNTIL)
        .where(_mine(unit), visible_to(unit, caller))
        .order_by(CaseRow.updated_at, CaseRow.id)
        .limit(limit)
    )
    if is_closed is not None:
        query = query.where(CaseRow.closed_at.is_not(None) if is_closed else CaseRow.closed_at.is_(None))
    if after is not None:
        query = query.where(tuple_(CaseRow.updated_at, CaseRow.id) > (after.updated_at, after.id))
    rows = (await unit.session.execute(query, {"now": unit.now})).mappings().all()
    await unit.load_keys([row["words"] for row in rows])
    return [await _to_case(unit, row) for row in rows]


async def list_by_id(unit: Unit, ids: Collection[CaseId]) -> list[Case]:
    """Return those of these families that exist."""
    query = select(CaseRow.__table__, _SHARED_UNTIL).where(_mine(unit), CaseRow.id.in_(ids)).order_by(CaseRow.id)
    rows = (await unit.session.execute(query, {"now": unit.now})).mappings().all()
    await unit.load_keys([row["words"] for row in rows])
    return [await _to_case(unit, row) for row in rows]


async def list_access_around(unit: Unit, people: Collection[PersonId]) -> dict[PersonId, list[CaseAccess]]:
    """Return, for each person, who holds each family the person belongs or once belonged to."""
    rows = await unit.fetch(_ACCESS_AROUND, county=unit.county_id, now=unit.now, people=list(people))
    held: dict[PersonId, list[CaseAccess]] = {person_id: [] for person_id in people}
    for row in rows:
        held[PersonId(row["person_id"])].append(_access(row))
    return held


async def is_around_open(unit: Unit, person_id: PersonId) -> bool:
    """Whether work goes on with any family that the person belongs or once belonged to."""
    around = union(
        select(ChildRow.case_id).where(ChildRow.county_id == unit.county_id, ChildRow.person_id == person_id),
        select(MemberRow.case_id).where(MemberRow.county_id == unit.county_id, MemberRow.person_id == person_id),
        select(KinNoticeRow.case_id).where(KinNoticeRow.county_id == unit.county_id, KinNoticeRow.person_id == person_id),
    ).subquery()
    query = select(CaseRow.id).join(around, CaseRow.id == around.c.case_id).where(_mine(unit), CaseRow.closed_at.is_(None))
    return await unit.session.scalar(query.limit(1)) is not None


async def add(unit: Unit, case: Case) -> None:
    """Store a new family. Raises ExternalIdTaken."""
    await add_all(unit, [case])


async def add_all(unit: Unit, made: Iterable[Case]) -> None:
    """Store new families, in one message. Raises ExternalIdTaken."""
    rows = [{"id": case.id, "county_id": unit.county_id, "opened_at": case.opened_at} | await _columns(unit, case) for case in made]
    with refusing(TAKEN):
        await unit.each(_ADD, rows)


async def save(unit: Unit, case: Case) -> None:
    """Store a family anew, but for who holds it. Raises ExternalIdTaken."""
    await save_all(unit, [case])


async def save_all(unit: Unit, changed: Iterable[Case]) -> None:
    """Store families anew in one message, but for who holds them. Raises ExternalIdTaken."""
    rows = []
    for case in changed:
        row = await _columns(unit, case)
        rows.append({"county": unit.county_id, "of": case.id, **{name: row[name] for name in _SAVED}})
    with refusing(TAKEN):
        await unit.each(_SAVE, rows)


async def save_hands(unit: Unit, changed: Iterable[InHands]) -> None:
    """Store who holds families, in one message; shares that have an end are stored by `storage/shares.py`."""
    await unit.each(
        _SAVE_HANDS,
        [
            {
                "county": unit.county_id,
                "of": hands.case.id,
                "unit": hands.case.access.unit,
                "assigned": sorted(hands.case.access.assigned),
                "shared_with": sorted(hands.case.access.shared_with - {share.staff_id for share in hands.shares}),
                "version": hands.case.version,
                "updated_at": hands.case.updated_at,
            }
            for hands in changed
        ],
    )


def _mine(unit: Unit) -> ColumnElement[bool]:
    return CaseRow.county_id == unit.county_id


def visible_to(unit: Unit, caller: Caller) -> ColumnElement[bool]:
    """The rule of `shared.kernel.access.may_see`, in the query: a family out of sight is not even counted."""
    if sees_whole_county(caller):
        return CaseRow.id.is_not(None)
    shared = select(ShareRow.case_id).where(
        ShareRow.county_id == unit.county_id, ShareRow.staff_id == caller.staff_id, ShareRow.ends_at > unit.now
    )
    named = [
        CaseRow.assigned.contains([caller.staff_id]),
        CaseRow.shared_with.contains([caller.staff_id]),
        CaseRow.id.in_(shared),
    ]
    if caller.roles & {Role.SUPERVISOR, Role.SCHEDULER}:
        named.append(CaseRow.unit.in_(caller.units))
    return or_(*named)


def external_lookup(unit: Unit, external_id: str) -> str:
    """Return the keyed hash of the county's own id of a family."""
    return unit.lookup_of(f"case|{external_id}")


async def _one(unit: Unit, found_by: Direct, case_id: CaseId) -> Case:
    rows = await unit.fetch(found_by, county=unit.county_id, id=case_id, now=unit.now)
    if not rows:
        raise NotFound
    return await _to_case(unit, rows[0])


async def _to_case(unit: Unit, row: Mapping[Any, Any]) -> Case:
    words = json.loads(await unit.open(row["words"], table="cases", column="words", row_id=row["id"]))
    return Case(
        id=CaseId(row["id"]),
        title=words["title"],
        time_zone=row["time_zone"],
        external_id=words["external_id"],
        access=_access(row),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        version=row["version"],
        updated_at=row["updated_at"],
    )


def _access(row: Mapping[Any, Any]) -> CaseAccess:
    shared_with = frozenset(row["shared_with"]) | frozenset(row["shared_until"])
    return CaseAccess(unit=row["unit"], assigned=frozenset(row["assigned"]), shared_with=shared_with)


async def _columns(unit: Unit, case: Case) -> dict[str, Any]:
    words = json.dumps({"title": case.title, "external_id": case.external_id}, ensure_ascii=False)
    return {
        "words": await unit.seal(words, key=KeyOf(KeyKind.CASE, case.id), table="cases", column="words", row_id=case.id),
        "external_lookup": external_lookup(unit, case.external_id) if case.external_id else None,
        "time_zone": case.time_zone,
        "unit": case.access.unit,
        "assigned": sorted(case.access.assigned),
        "shared_with": sorted(case.access.shared_with),
        "closed_at": case.closed_at,
        "version": case.version,
        "updated_at": case.updated_at,
    }
