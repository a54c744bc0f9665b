"""Queries about rosters: the copy of who is around which family, by which links and feeds end."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, union, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.entries import EntryStatus
from services.notify.storage.tables import ClosedCaseRow, ContactRow, EntryRow, MembershipRow
from shared.db.unit import Unit


async def save(unit: Unit, member_id: UUID, *, case_id: UUID, person_id: UUID, is_here: bool, at: datetime) -> bool:
    """Store whether somebody is around a family; False when something later is known."""
    values = {
        "member_id": member_id,
        "county_id": unit.county_id,
        "case_id": case_id,
        "person_id": person_id,
        "is_here": is_here,
        "told_at": at,
    }
    kept = await unit.session.execute(
        insert(MembershipRow)
        .values(values)
        .on_conflict_do_update(index_elements=["member_id"], set_=values, where=MembershipRow.told_at <= at)
        .returning(MembershipRow.member_id)
    )
    return kept.first() is not None


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


async def list_entries(unit: Unit, case_id: UUID, person_id: UUID | None = None) -> list[UUID]:
    """Return the entries of a family's meetings and promises, or of one person's among them."""
    query = select(EntryRow.id).where(EntryRow.county_id == unit.county_id, EntryRow.case_id == case_id)
    if person_id is not None:
        query = query.where(EntryRow.person_id == person_id)
    return list(await unit.session.scalars(query.order_by(EntryRow.participant_id, EntryRow.part)))


async def forget_links(unit: Unit, case_id: UUID, person_id: UUID) -> None:
    """Forget the answer links of somebody who came back: the next message makes new ones."""
    await unit.session.execute(
        update(EntryRow)
        .where(EntryRow.county_id == unit.county_id, EntryRow.case_id == case_id, EntryRow.person_id == person_id)
        .values(link_token=None)
        .execution_options(synchronize_session=False)
    )
