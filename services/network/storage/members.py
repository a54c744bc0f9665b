"""Queries about the members of a family's safety network. Those who left stay on record and out of every answer."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

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
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf


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
    row = MemberRow(
        id=member.id,
        county_id=unit.county_id,
        case_id=member.case_id,
        person_id=member.person_id,
        joined_at=member.joined_at,
    )
    await _fill(unit, row, member)
    unit.session.add(row)


async def save(unit: Unit, member: Member) -> None:
    """Store a member anew."""
    await _fill(unit, await unit.session.get_one(MemberRow, member.id), member)


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


async def _fill(unit: Unit, row: MemberRow, member: Member) -> None:
    standing = member.standing
    row.relationship = standing.relationship.value
    row.relationship_words = (
        await unit.seal(
            standing.relationship_words,
            key=KeyOf(KeyKind.CASE, member.case_id),
            table="members",
            column="relationship_words",
            row_id=member.id,
        )
        if standing.relationship_words
        else None
    )
    row.side = standing.side.value
    row.circle = standing.circle.value
    row.support_type = standing.support_type.value
    row.caregiver_of_concern = standing.caregiver_of_concern
    row.knows_level = standing.knows_level.value
    row.contacted_on = standing.contacted_on
    row.met_agency_on = standing.met_agency_on
    row.set_aside = standing.set_aside.value if standing.set_aside else None
    row.vetting = member.vetting.vetting.value
    row.vetting_limits = sorted(member.vetting.vetting_limits)
    row.will_do_something = member.will_do_something
    row.state = member.state.value
    row.was_active = member.was_active
    words = _words_of(member)
    row.words = (
        await unit.seal(
            json.dumps(words, ensure_ascii=False),
            key=KeyOf(KeyKind.CASE, member.case_id),
            table="members",
            column="words",
            row_id=member.id,
        )
        if words
        else None
    )
    row.version = member.version
    row.updated_at = member.updated_at


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
