"""Look at a person: only those whom the caller may see are there, and every look is on record."""

from services.network.domain.people import Person, PersonId
from services.network.domain.visibility import FOUND_FOR, may_see_person
from services.network.storage import cases, people
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound


async def see_person(unit: Unit, person_id: PersonId, *, caller: Caller) -> Person:
    """Return a person whom the caller may see. Raises NotFound for anybody else, as for nobody."""
    person = await people.get(unit, person_id)
    await _check_visible(unit, person, caller)
    await unit.audit("person.read", subject_kind="person", subject_id=person.id)
    return person


async def hold_person(unit: Unit, person_id: PersonId, *, caller: Caller) -> Person:
    """Return a person whom the caller may see, and hold the row for a change."""
    person = await people.get_for_update(unit, person_id)
    await _check_visible(unit, person, caller)
    await unit.audit("person.read", subject_kind="person", subject_id=person.id)
    return person


async def check_may_be_added(unit: Unit, person_id: PersonId, *, caller: Caller) -> Person:
    """Return a person whom the caller may bring into a family: one they see, or one they have just found by searching.

    An id alone is no permission: otherwise anybody who learned one could look at the person by way of a family of their own.
    """
    person = await people.get(unit, person_id)
    if not await people.was_found(unit, caller.staff_id, person_id, since=unit.now - FOUND_FOR):
        await _check_visible(unit, person, caller)
    return person


async def _check_visible(unit: Unit, person: Person, caller: Caller) -> None:
    families = await cases.list_access_around(unit, [person.id])
    if not may_see_person(person, families[person.id], caller):
        raise NotFound.hiding("person", person.id)
