"""Look at a family through our own copy of who holds it: what the caller may not see is not there."""

from uuid import UUID

from services.meetings.domain.errors import ColleagueTimes, FamilyIsClosed
from services.meetings.domain.meetings import Meeting
from services.meetings.storage import families, people
from services.meetings.storage.families import Family
from services.meetings.storage.people import KnownPerson
from shared.db.unit import Unit
from shared.kernel.access import Caller, Role, may_see
from shared.kernel.errors import NotFound

_COUNTY_WIDE = frozenset({Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM})
_KEEP_STAFF = frozenset({Role.SCHEDULER, Role.SUPERVISOR, Role.COUNTY_ADMIN, Role.SYSTEM})


async def see_family(unit: Unit, case_id: UUID, *, caller: Caller, hold: bool = False) -> Family:
    """Return a family that the caller may see. Raises NotFound for any other, as for none."""
    family = await families.find(unit, case_id, hold=hold)
    if family is None:
        raise NotFound
    if not may_see(family.access, caller):
        raise NotFound.hiding("case", case_id)
    return family


async def see_open_family(unit: Unit, case_id: UUID, *, caller: Caller, hold: bool = False) -> Family:
    """The same, for something new. Raises FamilyIsClosed."""
    return _open(await see_family(unit, case_id, caller=caller, hold=hold))


async def family_of(unit: Unit, meeting: Meeting) -> Family:
    """Return the family of a meeting that the caller may see. Raises FamilyIsClosed."""
    return _open(await families.find(unit, meeting.case_id))


def _open(family: Family | None) -> Family:
    if family is None or family.closed_at is not None:
        raise FamilyIsClosed
    return family


async def see_person(unit: Unit, person_id: UUID, *, caller: Caller) -> KnownPerson:
    """Return a person of a family that the caller may see, or a colleague. Raises NotFound for any other, as for none."""
    person = await people.find(unit, person_id)
    if person is None:
        raise NotFound
    if not await may_see_person(unit, person, caller=caller):
        raise NotFound.hiding("person", person_id)
    return person


async def may_see_person(unit: Unit, person: KnownPerson, *, caller: Caller) -> bool:
    """Say whether somebody is there at all for this caller."""
    if person.staff_id is not None or caller.roles & _COUNTY_WIDE:
        return True
    return await families.is_around(unit, person.person_id, caller)


async def keep_person(unit: Unit, person_id: UUID, *, caller: Caller) -> KnownPerson:
    """Return the same, for a change of their times. Raises ColleagueTimes when a colleague's are not the caller's to keep."""
    person = await see_person(unit, person_id, caller=caller)
    if person.staff_id not in (None, caller.staff_id) and not caller.roles & _KEEP_STAFF:
        raise ColleagueTimes
    return person
