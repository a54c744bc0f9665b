"""Look for somebody who may already be registered, by what is known about them."""

from dataclasses import dataclass

from services.network.domain.names import name_key
from services.network.domain.people import Person, PersonId
from services.network.domain.visibility import may_see_person
from services.network.gateways.addresses import lookup_form, normalised
from services.network.storage import cases, people
from services.network.use_cases.commands import SearchPeople
from shared.db.unit import Unit
from shared.events.network import Channel
from shared.kernel.access import Caller
from shared.kernel.errors import Fault, Invalid

LIMIT = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A possible duplicate: who, by which keys, and whether the caller may see more than that they exist."""

    person: Person
    matched: tuple[str, ...]
    visible: bool


async def search_people(unit: Unit, command: SearchPeople, *, caller: Caller) -> list[Match]:
    """Return people of the county found by any of the keys, those with most keys first.

    It reaches beyond the families in the caller's sight, because one person may stand around two families and must not be
    registered twice. Of those out of sight nothing is told but the keys that fit, and each one found is on record.
    """
    found = await _find(unit, command)
    families = await cases.list_access_around(unit, [person.id for person, _ in found])
    matches = [
        Match(person=person, matched=tuple(keys), visible=may_see_person(person, families[person.id], caller))
        for person, keys in found
    ]
    await people.remember_found(unit, caller.staff_id, [match.person.id for match in matches])
    for match in matches:
        await unit.audit("person.found", subject_kind="person", subject_id=match.person.id, details={"by": ",".join(match.matched)})
    return matches


async def _find(unit: Unit, command: SearchPeople) -> list[tuple[Person, list[str]]]:
    found: dict[PersonId, tuple[Person, list[str]]] = {}
    faults: list[Fault] = []
    for key, people_found in (
        ("name", await _by_name(unit, command.name)),
        ("phone", await _by_contact(unit, Channel.VOICE, command.phone, "#/phone", faults)),
        ("email", await _by_contact(unit, Channel.EMAIL, command.email, "#/email", faults)),
        ("external_id", await people.list_by_external_id(unit, command.external_id) if command.external_id else []),
        ("staff_id", await people.list_by_staff_id(unit, command.staff_id) if command.staff_id else []),
    ):
        for person in people_found:
            found.setdefault(person.id, (person, []))[1].append(key)
    if faults:
        raise Invalid(faults)
    return sorted(found.values(), key=lambda each: (-len(each[1]), each[0].id))


async def _by_name(unit: Unit, name: str | None) -> list[Person]:
    key = name_key(name) if name else ""
    return await people.list_by_name(unit, key, limit=LIMIT) if key else []


async def _by_contact(unit: Unit, channel: Channel, value: str | None, pointer: str, faults: list[Fault]) -> list[Person]:
    if value is None:
        return []
    read = normalised(channel, value, pointer=pointer)
    if isinstance(read, Fault):
        faults.append(read)
        return []
    return await people.list_by_contact(unit, [unit.lookup_of(lookup_form(channel, read))], limit=LIMIT)
