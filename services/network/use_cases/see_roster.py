"""Look at the people of a family: each one in the answer is on record as seen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.children import Child
from services.network.domain.members import Member, MemberId
from services.network.domain.people import Person, PersonId
from services.network.storage import children, members, people
from shared.db.unit import Unit


@dataclass(frozen=True, slots=True)
class SeenMember:
    """A member and the person they are."""

    member: Member
    person: Person


@dataclass(frozen=True, slots=True)
class SeenChild:
    """A child's facts and the person they are."""

    child: Child
    person: Person


async def see_members(unit: Unit, case: Case, *, after: tuple[datetime, UUID] | None, limit: int) -> list[SeenMember]:
    """Return a page of the present members of a family that the caller sees."""
    found = await members.list_of(unit, case.id, after=after, limit=limit)
    persons = await _see(unit, case.id, [member.person_id for member in found])
    return [SeenMember(member, persons[member.person_id]) for member in found]


async def see_children(unit: Unit, case: Case) -> list[SeenChild]:
    """Return the children of a family that the caller sees."""
    found = await children.list_of(unit, case.id)
    persons = await _see(unit, case.id, [child.person_id for child in found])
    return [SeenChild(child, persons[child.person_id]) for child in found]


async def see_member(unit: Unit, member: Member) -> SeenMember:
    """Return a member with the person, on record as seen."""
    return SeenMember(member, (await _see(unit, member.case_id, [member.person_id]))[member.person_id])


async def see_child(unit: Unit, child: Child) -> SeenChild:
    """Return a child with the person, on record as seen."""
    return SeenChild(child, (await _see(unit, child.case_id, [child.person_id]))[child.person_id])


async def _see(unit: Unit, case_id: UUID, ids: list[PersonId]) -> dict[PersonId, Person]:
    found = await people.list_by_id(unit, ids)
    for person in found:
        await unit.audit("person.read", subject_kind="person", subject_id=person.id, details={"case_id": str(case_id)})
    return {person.id: person for person in found}


async def hold_member(unit: Unit, case: Case, member_id: MemberId) -> Member:
    """Return a present member of this family, and hold the row for a change."""
    return await members.get_for_update(unit, case.id, member_id)


async def hold_child(unit: Unit, case: Case, person_id: PersonId) -> Child:
    """Return a child of this family, and hold the row for a change."""
    return await children.get_for_update(unit, case.id, person_id)
