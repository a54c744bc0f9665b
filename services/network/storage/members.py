"""Queries about the members of a family's safety network. Those who left stay on record and out of every answer."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, insert, select, tuple_, update

from services.network.domain.cases import CaseId
from services.network.domain.errors import AlreadyMember
from services.network.domain.members import (
    Circle,
    KnowsLevel,
    Member,
    MemberId,
    MemberState,
    Quality,
    RelationshipKind,
    SeenQuality,
    SetAside,
    Side,
    Standing,
    SupportType,
    Vetting,
    VettingLimit,
    VettingOutcome,
)
from services.network.domain.people import PersonId
from services.network.storage.tables.families import CaseRow, MemberRow
from shared.db.direct import Direct
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf

_ADD = Direct(insert(MemberRow))
_NEVER_CHANGED = frozenset({"id", "county_id", "case_id", "person_id", "joined_at", "left_at"})
_SAVE = Direct(
    update(MemberRow).where(MemberRow.county_id == bindparam("county", type_=Uuid()), MemberRow.id == bindparam("of")),
    *(column.name for column in MemberRow.__table__.columns if column.name not in _NEVER_CHANGED),
)


async def get(unit: Unit, case_id: CaseId, member_id: MemberId) -> Member:
    """Return a present member of this family, of no other."""
    row = await unit.session.scalar(select(MemberRow).where(_present(unit, case_id), MemberRow.id == member_id))
    if row is None:
        raise NotFound
    return await _to_member(unit, row)


async def get_for_update(unit: Unit, case_id: CaseId, member_id: MemberId) -> Member:
    """Return a present member of this family, of no other, and hold the row."""
    row = await unit.session.scalar(select(MemberRow).where(_present(unit, case_id), MemberRow.id == member_id).with_for_update())
    if row is None:
        raise NotFound
    return await _to_member(unit, row)


async def list_present_by_id_for_update(unit: Unit, ids: Collection[UUID]) -> dict[UUID, Member]:
    """Return those of these members, of any family, who have not left, and hold their rows."""
    query = (
        select(MemberRow)
        .where(MemberRow.county_id == unit.county_id, MemberRow.left_at.is_(None), MemberRow.id.in_(ids))
        .order_by(MemberRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = (await unit.session.scalars(query)).all() if ids else ()
    return {member.id: member for member in await _to_members(unit, rows)}


async def get_by_id_for_update(unit: Unit, member_id: MemberId) -> Member:
    """Return a member of any family of the county, present or not, and hold the row."""
    row = await unit.session.scalar(
        select(MemberRow).where(MemberRow.county_id == unit.county_id, MemberRow.id == member_id).with_for_update()
    )
    if row is None:
        raise NotFound
    return await _to_member(unit, row)


async def check_belongs(unit: Unit, case_id: CaseId, member_id: MemberId) -> None:
    """Raise NotFound unless this is, or was, a member of this family."""
    found = await unit.session.scalar(
        select(MemberRow.id).where(MemberRow.county_id == unit.county_id, MemberRow.case_id == case_id, MemberRow.id == member_id)
    )
    if found is None:
        raise NotFound


async def list_present(unit: Unit, case_id: CaseId) -> list[Member]:
    """Return all present members of a family, in the order of joining."""
    rows = (await unit.session.scalars(select(MemberRow).where(_present(unit, case_id)).order_by(MemberRow.id))).all()
    return await _to_members(unit, rows)


async def list_present_for_update(unit: Unit, case_id: CaseId) -> list[Member]:
    """Return all present members of a family, in the order of joining, and hold their rows."""
    query = select(MemberRow).where(_present(unit, case_id)).order_by(MemberRow.id).with_for_update()
    return await _to_members(unit, (await unit.session.scalars(query)).all())


async def list_of(unit: Unit, case_id: CaseId, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Member]:
    """Return a page of a family's present members, least recently changed first."""
    query = select(MemberRow).where(_present(unit, case_id)).order_by(MemberRow.updated_at, MemberRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(MemberRow.updated_at, MemberRow.id) > after)
    return await _to_members(unit, (await unit.session.scalars(query)).all())


async def list_everywhere(unit: Unit, *, after: tuple[UUID, UUID] | None, limit: int) -> list[Member]:
    """Return a page of the present members of all families where work goes on, family by family; `after` is family and person."""
    query = (
        select(MemberRow)
        .join(CaseRow, CaseRow.id == MemberRow.case_id)
        .where(MemberRow.county_id == unit.county_id, MemberRow.left_at.is_(None), CaseRow.closed_at.is_(None))
        .order_by(MemberRow.case_id, MemberRow.person_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(MemberRow.case_id, MemberRow.person_id) > after)
    return await _to_members(unit, (await unit.session.scalars(query)).all())


async def is_member(unit: Unit, case_id: CaseId, person_id: PersonId) -> bool:
    """Say whether a person is in a family's network now."""
    found = await unit.session.scalar(select(MemberRow.id).where(_present(unit, case_id), MemberRow.person_id == person_id))
    return found is not None


async def add(unit: Unit, member: Member) -> None:
    """Store a member of a family whose row is held. Raises AlreadyMember."""
    if await is_member(unit, member.case_id, member.person_id):
        raise AlreadyMember
    await add_all(unit, [member])


async def add_all(unit: Unit, made: Iterable[Member]) -> None:
    """Store members who are not there yet, of families whose rows are held, in one message."""
    await unit.each(
        _ADD,
        [
            {
                "id": member.id,
                "county_id": unit.county_id,
                "case_id": member.case_id,
                "person_id": member.person_id,
                "joined_at": member.joined_at,
                "left_at": None,
                **await _columns(unit, member),
            }
            for member in made
        ],
    )


async def save(unit: Unit, member: Member) -> None:
    """Store a member anew."""
    row = await unit.session.get_one(MemberRow, member.id)
    for name, value in (await _columns(unit, member)).items():
        setattr(row, name, value)


async def save_all(unit: Unit, changed: Iterable[Member]) -> None:
    """Store members anew, in one message; what the session has read of them is old then."""
    await unit.each(_SAVE, [{"county": unit.county_id, "of": member.id, **await _columns(unit, member)} for member in changed])


async def end(unit: Unit, member: Member) -> None:
    """Keep that a member has left."""
    row = await unit.session.get_one(MemberRow, member.id)
    row.left_at = row.updated_at = unit.now
    row.state = MemberState.LEFT.value


def _present(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (MemberRow.county_id == unit.county_id) & (MemberRow.case_id == case_id) & MemberRow.left_at.is_(None)


async def _to_members(unit: Unit, rows: Sequence[MemberRow]) -> list[Member]:
    await unit.load_keys([box for row in rows for box in (row.relationship_words, row.words)])
    return [await _to_member(unit, row) for row in rows]


async def _to_member(unit: Unit, row: MemberRow) -> Member:
    sealed = row.relationship_words
    words = json.loads(await unit.open(row.words, table="members", column="words", row_id=row.id)) if row.words else {}
    return Member(
        id=MemberId(row.id),
        case_id=CaseId(row.case_id),
        person_id=PersonId(row.person_id),
        standing=Standing(
            relationship=RelationshipKind(row.relationship),
            relationship_words=await unit.open(sealed, table="members", column="relationship_words", row_id=row.id)
            if sealed
            else "",
            side=Side(row.side),
            circle=Circle(row.circle),
            support_type=SupportType(row.support_type),
            caregiver_of_concern=row.caregiver_of_concern,
            knows_level=KnowsLevel(row.knows_level),
            contacted_on=row.contacted_on,
            met_agency_on=row.met_agency_on,
            set_aside=SetAside(row.set_aside) if row.set_aside else None,
            set_aside_reason=words.get("set_aside_reason", ""),
        ),
        qualities=tuple(_to_quality(each) for each in words.get("qualities", ())),
        will_do_something=row.will_do_something,
        vetting=_to_vetting(row, words.get("vetting", {})),
        state=MemberState(row.state),
        was_active=row.was_active,
        joined_at=row.joined_at,
        version=row.version,
        updated_at=row.updated_at,
    )


async def _columns(unit: Unit, member: Member) -> dict[str, Any]:
    standing, words = member.standing, _words_of(member)
    return {
        "relationship": standing.relationship.value,
        "relationship_words": await _sealed(unit, member, "relationship_words", standing.relationship_words),
        "side": standing.side.value,
        "circle": standing.circle.value,
        "support_type": standing.support_type.value,
        "caregiver_of_concern": standing.caregiver_of_concern,
        "knows_level": standing.knows_level.value,
        "contacted_on": standing.contacted_on,
        "met_agency_on": standing.met_agency_on,
        "set_aside": standing.set_aside.value if standing.set_aside else None,
        "vetting": member.vetting.vetting.value,
        "vetting_limits": sorted(member.vetting.vetting_limits),
        "will_do_something": member.will_do_something,
        "state": member.state.value,
        "was_active": member.was_active,
        "words": await _sealed(unit, member, "words", json.dumps(words, ensure_ascii=False) if words else ""),
        "version": member.version,
        "updated_at": member.updated_at,
    }


async def _sealed(unit: Unit, member: Member, column: str, words: str) -> bytes | None:
    if not words:
        return None
    key = KeyOf(KeyKind.CASE, member.case_id)
    return await unit.seal(words, key=key, table="members", column=column, row_id=member.id)


def _words_of(member: Member) -> dict[str, Any]:
    """Return what is sealed of a member; nothing of a member of whom nothing is on record yet."""
    vetting = member.vetting
    words = {
        "set_aside_reason": member.standing.set_aside_reason,
        "qualities": [_from_quality(each) for each in member.qualities],
        "vetting": {"on": vetting.vetted_on.isoformat(), "by": vetting.vetted_by, "words": vetting.vetting_words}
        if vetting.vetted_on
        else {},
    }
    return {name: value for name, value in words.items() if value}


def _from_quality(seen: SeenQuality) -> dict[str, Any]:
    return {
        "quality": seen.quality.value,
        "on": seen.seen_on.isoformat(),
        "by": seen.seen_by,
        "note": seen.note,
        "statement_id": str(seen.statement_id) if seen.statement_id else None,
        "statement_version": seen.statement_version,
        "needs_refresh": seen.needs_refresh,
    }


def _to_quality(words: Mapping[str, Any]) -> SeenQuality:
    return SeenQuality(
        quality=Quality(words["quality"]),
        seen_on=date.fromisoformat(words["on"]),
        seen_by=words["by"],
        note=words["note"],
        statement_id=UUID(words["statement_id"]) if words["statement_id"] else None,
        statement_version=words["statement_version"],
        needs_refresh=words["needs_refresh"],
    )


def _to_vetting(row: MemberRow, words: Mapping[str, Any]) -> Vetting:
    return Vetting(
        vetting=VettingOutcome(row.vetting),
        vetting_limits=frozenset(map(VettingLimit, row.vetting_limits)),
        vetting_words=words.get("words", ""),
        vetted_on=date.fromisoformat(words["on"]) if words else None,
        vetted_by=words.get("by", ""),
    )
