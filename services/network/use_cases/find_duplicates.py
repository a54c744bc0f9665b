"""Find people who may be the same as one that is registered, and keep it that somebody decided they are not."""

from datetime import datetime

from services.network.domain.duplicates import KeptBoth, alike_in, lookups_of
from services.network.domain.people import Person, PersonId
from services.network.domain.separation import pair
from services.network.domain.visibility import may_see_person
from services.network.storage import cases, duplicates, people
from services.network.use_cases.search_people import LIMIT, Match
from services.network.use_cases.see_person import check_may_be_added
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound


async def find_duplicates(unit: Unit, person: Person, *, caller: Caller, may_decide: bool) -> list[Match]:
    """Return people of the county who are like this one, those with most in common first. Each one found is on record.

    As in a search, of those out of the caller's sight nothing is told but what they have in common; who `may_decide` may, for a
    while, add them to a family or keep both.
    """
    lookups = lookups_of(person)
    alike = await people.list_by_contact(unit, lookups, limit=LIMIT) if lookups else []
    for key in sorted(person.name_keys):
        alike += await people.list_by_name(unit, key, limit=LIMIT)
    settled = await duplicates.list_others(unit, person.id) | {person.id}
    found = {other.id: (other, alike_in(person, other)) for other in alike if other.id not in settled}
    families = await cases.list_access_around(unit, list(found))
    matches = [
        Match(person=other, matched=keys, visible=may_see_person(other, families[other.id], caller))
        for other, keys in found.values()
        if keys
    ]
    matches = sorted(matches, key=lambda match: (-len(match.matched), match.person.id))[:LIMIT]
    if may_decide:
        await people.remember_found(unit, caller.staff_id, [match.person.id for match in matches])
    for match in matches:
        await unit.audit("person.found", subject_kind="person", subject_id=match.person.id, details={"by": ",".join(match.matched)})
    return matches


async def keep_both(unit: Unit, person: Person, other_id: PersonId, *, caller: Caller, now: datetime) -> KeptBoth:
    """Record that a person whom the caller sees and one they see or have just found are two. Raises NotFound."""
    if other_id == person.id:
        raise NotFound
    first, second = pair(person.id, other_id)
    await check_may_be_added(unit, other_id, caller=caller)
    kept = await duplicates.keep_both(unit, KeptBoth(person_a=first, person_b=second, decided_by=caller.staff_id, decided_at=now))
    for person_id in (first, second):
        await unit.audit("person.kept_both", subject_kind="person", subject_id=person_id)
    return kept
