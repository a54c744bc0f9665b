"""Queries about the members of a family's safety network. Those who left stay on record and out of every answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from services.network.domain.cases import CaseId
from services.network.domain.errors import AlreadyMember
from services.network.domain.members import Circle, Member, MemberId, RelationshipKind, Side, Standing, SupportType
from services.network.domain.people import PersonId
from services.network.storage.tables.families import MemberRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf


async def get_for_update(unit: Unit, case_id: CaseId, member_id: MemberId) -> Member:
    """Return a present member of this family, of no other, and hold the row."""
    row = await unit.session.scalar(select(MemberRow).where(_present(unit, case_id), MemberRow.id == member_id).with_for_update())
    if row is None:
        raise NotFound
    return await _to_member(unit, row)


async def list_of(unit: Unit, case_id: CaseId, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Member]:
    """Return a page of a family's present members, least recently changed first."""
    query = select(MemberRow).where(_present(unit, case_id)).order_by(MemberRow.updated_at, MemberRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(MemberRow.updated_at, MemberRow.id) > after)
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.relationship_words for row in rows])
    return [await _to_member(unit, row) for row in rows]


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


def _present(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (MemberRow.county_id == unit.county_id) & (MemberRow.case_id == case_id) & MemberRow.left_at.is_(None)


async def _to_member(unit: Unit, row: MemberRow) -> Member:
    sealed = row.relationship_words
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
        ),
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
    row.version = member.version
    row.updated_at = member.updated_at
