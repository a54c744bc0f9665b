"""See to it that whoever passes on what is for a person may do so: when they are chosen, and when two people are kept apart."""

from dataclasses import replace
from datetime import date, datetime

from services.network.domain.people import PersonId, changed, check_relay, for_record, words_of
from services.network.storage import people, separations
from services.network.use_cases.see_person import see_person
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def check_relay_of(unit: Unit, person_id: PersonId, relay_id: PersonId, *, caller: Caller, today: date) -> None:
    """Refuse a relay whom the caller does not see, or who cannot be one. Raises NotFound, Invalid and Conflict.

    A rule that a supervisor lets rest counts all the same: it rests for a meeting, and a relay stays.
    """
    relay = await see_person(unit, relay_id, caller=caller)
    rules = await separations.list_about(unit, [person_id])
    are_apart = any(
        {rule.person_a, rule.person_b} == {person_id, relay_id} and replace(rule, rests_until=None).holds(today) for rule in rules
    )
    check_relay(person_id, relay, are_apart=are_apart, today=today)


async def part_from_relay(unit: Unit, person_a: PersonId, person_b: PersonId, *, today: date, now: datetime) -> None:
    """End it that one of two people, in their one order, passes on what is for the other: from now on they are kept apart.

    Both are held: whoever chooses a relay at the same moment either is seen here, or sees the new rule.
    """
    held = [await people.get_for_update(unit, each) for each in (person_a, person_b)]
    for before, other in zip(held, (person_b, person_a), strict=True):
        if before.profile.relay_person_id != other:
            continue
        after = replace(before, profile=replace(before.profile, relay_person_id=None), version=before.version + 1, updated_at=now)
        await people.save(unit, after)
        unit.changed(KeyOf(KeyKind.PERSON, after.id), "person", after.id, before=for_record(before), after=for_record(after))
        await unit.audit("person.changed", subject_kind="person", subject_id=after.id, details={"changed": "relay_person_id"})
        unit.announce(
            changed(after, today=today, at=now), subject=after.id, words=words_of(after), key=KeyOf(KeyKind.PERSON, after.id)
        )
