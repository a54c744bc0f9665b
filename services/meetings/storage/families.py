"""Our copies of families: who holds them, their children and members, and who must never meet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, CompoundSelect, Uuid, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.meetings.domain.separation import SeparationRule
from services.meetings.storage.tables import ChildRow, FamilyRow, MemberRow, SeparationRow
from shared.db.direct import Direct
from shared.db.unit import Unit
from shared.kernel.access import Caller, CaseAccess, Role


class FamilyNotHeardOf(Exception):
    """The fact that opened this family was set aside. What follows is set aside too, to be replayed in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family as we know it; its due dates are reckoned in `time_zone`."""

    case_id: UUID
    time_zone: str
    access: CaseAccess
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedChild:
    """A child of a family's work, with the facts on which due dates and seats rest."""

    case_id: UUID
    child_id: UUID
    entered_care_on: date | None
    disposition_on: date | None
    icwa_status: str
    placement_kind: str
    intensive_services: bool


_COUNTY, _CASE = bindparam("county", type_=Uuid()), bindparam("case_id", type_=Uuid())
_PEOPLE = bindparam("people", type_=ARRAY(Uuid()))
_FAMILY = select(FamilyRow).where(FamilyRow.county_id == _COUNTY, FamilyRow.case_id == _CASE)
_FIND, _HOLD = Direct(_FAMILY), Direct(_FAMILY.with_for_update(read=True))
_CHILDREN = Direct(select(ChildRow).where(ChildRow.county_id == _COUNTY, ChildRow.case_id == _CASE).order_by(ChildRow.child_id))
_EVERYONE = Direct(
    select(MemberRow.person_id)
    .where(MemberRow.county_id == _COUNTY, MemberRow.case_id == _CASE, MemberRow.left_at.is_(None))
    .union(select(ChildRow.child_id).where(ChildRow.county_id == _COUNTY, ChildRow.case_id == _CASE))
)
_SEPARATIONS = Direct(
    select(SeparationRow)
    .where(
        SeparationRow.county_id == _COUNTY,
        SeparationRow.lifted_at.is_(None),
        or_(SeparationRow.person_a == any_(_PEOPLE), SeparationRow.person_b == any_(_PEOPLE)),
    )
    .order_by(SeparationRow.rule_id)
)


async def find(unit: Unit, case_id: UUID, *, hold: bool = False) -> Family | None:
    """Return a family, or None while network has not told us of it.

    With `hold` it stays as it is until the transaction ends: nobody closes it, or leaves it, between a check and a booking.
    """
    rows = await unit.fetch(_HOLD if hold else _FIND, county=unit.county_id, case_id=case_id)
    return _to_family(rows[0]) if rows else None


async def wait_for_bookings(unit: Unit, case_id: UUID) -> None:
    """Let those finish who hold a family, and keep others waiting: what they booked is then there to be seen."""
    await unit.session.execute(
        select(FamilyRow.case_id).where(FamilyRow.county_id == unit.county_id, FamilyRow.case_id == case_id).with_for_update()
    )


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """The rule of `shared.kernel.access.may_see`, in the query: a family out of sight is not even counted."""
    if caller.roles & {Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM}:
        return FamilyRow.case_id.is_not(None)
    named = [FamilyRow.assigned.contains([caller.staff_id]), FamilyRow.shared_with.contains([caller.staff_id])]
    if caller.roles & {Role.SUPERVISOR, Role.SCHEDULER}:
        named.append(FamilyRow.unit.in_(caller.units))
    return or_(*named)


async def open_one(unit: Unit, case_id: UUID, time_zone: str) -> None:
    """Keep that work with a family began; nobody holds it until network says who."""
    await unit.session.execute(
        insert(FamilyRow)
        .values(case_id=case_id, county_id=unit.county_id, time_zone=time_zone, unit="", assigned=[], shared_with=[])
        .on_conflict_do_nothing()
    )


async def close_one(unit: Unit, case_id: UUID, at: datetime) -> None:
    """Keep that work with a family ended. Raises FamilyNotHeardOf."""
    (await _heard_of(unit, case_id)).closed_at = at


async def hand_over(unit: Unit, case_id: UUID, access: CaseAccess, *, position: int) -> None:
    """Keep who holds a family, unless something later is known. Raises FamilyNotHeardOf."""
    row = await _heard_of(unit, case_id)
    if position >= row.access_position:
        row.unit = access.unit
        row.assigned = sorted(access.assigned)
        row.shared_with = sorted(access.shared_with)
        row.access_position = position


async def _heard_of(unit: Unit, case_id: UUID) -> FamilyRow:
    row = await unit.session.get(FamilyRow, case_id, with_for_update=True)
    if row is None:
        raise FamilyNotHeardOf
    return row


async def list_children(unit: Unit, case_id: UUID) -> list[PlacedChild]:
    """Return the children of a family."""
    return [_to_child(row) for row in await unit.fetch(_CHILDREN, county=unit.county_id, case_id=case_id)]


async def keep_child(unit: Unit, child: PlacedChild, *, position: int) -> None:
    """Keep a child's facts, all of which are given anew, unless later ones are known."""
    facts = {
        "entered_care_on": child.entered_care_on,
        "disposition_on": child.disposition_on,
        "icwa_status": child.icwa_status,
        "placement_kind": child.placement_kind,
        "intensive_services": child.intensive_services,
        "position": position,
    }
    await unit.session.execute(
        insert(ChildRow)
        .values(case_id=child.case_id, child_id=child.child_id, county_id=unit.county_id, **facts)
        .on_conflict_do_update(index_elements=["case_id", "child_id"], set_=facts, where=ChildRow.position <= position)
    )


async def list_people(unit: Unit, case_id: UUID) -> frozenset[UUID]:
    """Return everyone of a family: its children and its present members."""
    return frozenset(row["person_id"] for row in await unit.fetch(_EVERYONE, county=unit.county_id, case_id=case_id))


async def is_around(unit: Unit, person_id: UUID, caller: Caller) -> bool:
    """Say whether a person belongs to a family that this caller may see."""
    found = await unit.session.scalar(
        select(FamilyRow.case_id)
        .where(FamilyRow.county_id == unit.county_id, FamilyRow.case_id.in_(_around(unit, person_id)), visible_to(caller))
        .limit(1)
    )
    return found is not None


async def is_around_any(unit: Unit, person_id: UUID) -> bool:
    """Say whether a person belongs to any family at all."""
    return await unit.session.scalar(_around(unit, person_id).limit(1)) is not None


def _around(unit: Unit, person_id: UUID) -> CompoundSelect[UUID]:
    return (
        select(MemberRow.case_id)
        .where(MemberRow.county_id == unit.county_id, MemberRow.person_id == person_id, MemberRow.left_at.is_(None))
        .union(select(ChildRow.case_id).where(ChildRow.county_id == unit.county_id, ChildRow.child_id == person_id))
    )


async def keep_member(unit: Unit, *, member_id: UUID, case_id: UUID, person_id: UUID) -> None:
    """Keep that a person is in a family's network, unless they have left; whoever comes back is a new member."""
    await unit.session.execute(
        insert(MemberRow)
        .values(member_id=member_id, county_id=unit.county_id, case_id=case_id, person_id=person_id)
        .on_conflict_do_nothing()
    )


async def drop_member(unit: Unit, *, member_id: UUID, case_id: UUID, person_id: UUID, at: datetime) -> None:
    """Keep that a member has left, known until now or not."""
    await unit.session.execute(
        insert(MemberRow)
        .values(member_id=member_id, county_id=unit.county_id, case_id=case_id, person_id=person_id, left_at=at)
        .on_conflict_do_update(index_elements=["member_id"], set_={"left_at": at})
    )


async def list_separations(unit: Unit, people: Iterable[UUID]) -> Sequence[SeparationRule]:
    """Return every standing rule that names one of these people."""
    return [
        SeparationRule(
            rule_id=row["rule_id"],
            person_a=row["person_a"],
            person_b=row["person_b"],
            until=row["until"],
            overridable=row["overridable"],
        )
        for row in await unit.fetch(_SEPARATIONS, county=unit.county_id, people=list(people))
    ]


async def take_turns(unit: Unit, rules: Iterable[SeparationRule]) -> None:
    """Wait for whoever books for the other person of one of these rules, and keep them waiting until this transaction ends."""
    for rule_id in sorted(rule.rule_id for rule in rules):
        await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"apart|{rule_id}", 0))))


async def keep_separation(unit: Unit, rule: SeparationRule) -> None:
    """Keep a rule that keeps two people apart, unless it was lifted."""
    await unit.session.execute(
        insert(SeparationRow)
        .values(
            rule_id=rule.rule_id,
            county_id=unit.county_id,
            person_a=rule.person_a,
            person_b=rule.person_b,
            until=rule.until,
            overridable=rule.overridable,
        )
        .on_conflict_do_nothing()
    )


async def lift_separation(unit: Unit, *, rule_id: UUID, person_a: UUID, person_b: UUID, at: datetime) -> None:
    """Keep that a rule was lifted, known until now or not."""
    await unit.session.execute(
        insert(SeparationRow)
        .values(rule_id=rule_id, county_id=unit.county_id, person_a=person_a, person_b=person_b, overridable=False, lifted_at=at)
        .on_conflict_do_update(index_elements=["rule_id"], set_={"lifted_at": at})
    )


def _to_family(row: Mapping[str, Any]) -> Family:
    return Family(
        case_id=row["case_id"],
        time_zone=row["time_zone"],
        access=CaseAccess(unit=row["unit"], assigned=frozenset(row["assigned"]), shared_with=frozenset(row["shared_with"])),
        closed_at=row["closed_at"],
    )


def _to_child(row: Mapping[str, Any]) -> PlacedChild:
    return PlacedChild(
        case_id=row["case_id"],
        child_id=row["child_id"],
        entered_care_on=row["entered_care_on"],
        disposition_on=row["disposition_on"],
        icwa_status=row["icwa_status"],
        placement_kind=row["placement_kind"],
        intensive_services=row["intensive_services"],
    )
