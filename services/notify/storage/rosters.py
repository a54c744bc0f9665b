"""Queries about rosters: the copy of who is around which family, by which links and feeds end."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, union
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.entries import EntryStatus
from services.notify.storage.tables import ClosedCaseRow, ContactRow, EntryRow, MembershipRow
from shared.db.unit import Unit


async def save(unit: Unit, member_id: UUID, *, case_id: UUID, person_id: UUID, is_here: bool, position: int) -> bool:
    """Store whether somebody is around a family; False when that is known, or something later."""
    values = {
        "member_id": member_id,
        "county_id": unit.county_id,
        "case_id": case_id,
        "person_id": person_id,
        "is_here": is_here,
        "position": position,
    }
    kept = await unit.session.execute(
        insert(MembershipRow)
        .values(values)
        .on_conflict_do_update(index_elements=["member_id"], set_=values, where=MembershipRow.position < position)
        .returning(MembershipRow.member_id)
    )
    return kept.first() is not None


async def is_here(unit: Unit, case_id: UUID, person_id: UUID) -> bool:
    """Whether a person is around a family, by whichever membership."""
    found = await unit.session.scalar(
        select(MembershipRow.member_id)
        .where(
            MembershipRow.county_id == unit.county_id,
            MembershipRow.case_id == case_id,
            MembershipRow.person_id == person_id,
            MembershipRow.is_here,
        )
        .limit(1)
    )
    return found is not None


async def close(unit: Unit, case_id: UUID, *, at: datetime) -> bool:
    """Remember that work with a family ended; False when that was known."""
    closed = await unit.session.execute(
        insert(ClosedCaseRow)
        .values(case_id=case_id, county_id=unit.county_id, closed_at=at)
        .on_conflict_do_nothing()
        .returning(ClosedCaseRow.case_id)
    )
    return closed.first() is not None


async def list_people(unit: Unit, case_id: UUID) -> set[UUID]:
    """Return everybody who is or was around a family: on its roster, or asked to something of it."""
    members = select(MembershipRow.person_id).where(MembershipRow.county_id == unit.county_id, MembershipRow.case_id == case_id)
    asked = select(EntryRow.person_id).where(EntryRow.county_id == unit.county_id, EntryRow.case_id == case_id)
    return set(await unit.session.scalars(union(members, asked)))


async def list_around_none(unit: Unit, people: Collection[UUID], *, but: UUID) -> set[UUID]:
    """Return those of these people, staff apart, who are around no open family but this one, nor asked to anything of another."""
    closed = select(ClosedCaseRow.case_id).where(ClosedCaseRow.county_id == unit.county_id)
    on_a_roster = select(MembershipRow.person_id).where(
        MembershipRow.county_id == unit.county_id,
        MembershipRow.person_id.in_(people),
        MembershipRow.is_here,
        MembershipRow.case_id != but,
        MembershipRow.case_id.not_in(closed),
    )
    asked = select(EntryRow.person_id).where(
        EntryRow.county_id == unit.county_id,
        EntryRow.person_id.in_(people),
        EntryRow.status == EntryStatus.LIVE.value,
        func.coalesce(EntryRow.over_at, EntryRow.ends_at) > unit.now,
        EntryRow.case_id != but,
        EntryRow.case_id.not_in(closed),
        # Whoever left that family too is taken off its meetings by meetings, perhaps a moment later.
        ~exists().where(
            MembershipRow.county_id == unit.county_id,
            MembershipRow.case_id == EntryRow.case_id,
            MembershipRow.person_id == EntryRow.person_id,
            ~MembershipRow.is_here,
        ),
    )
    staff = select(ContactRow.person_id).where(
        ContactRow.county_id == unit.county_id, ContactRow.person_id.in_(people), ContactRow.staff_id.is_not(None)
    )
    return set(people) - set(await unit.session.scalars(union(on_a_roster, asked, staff)))
