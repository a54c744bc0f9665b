"""network registered a person, or a person's facts changed."""

from services.meetings.use_cases.hear_network import hear_person
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import PersonChanged, PersonFacts, PersonRegistered


@on(PersonRegistered, PersonChanged)
async def keep_person(unit: Unit, fact: Fact[PersonFacts]) -> None:
    """Keep zone, language and flags; the names beside them stay sealed."""
    await hear_person(unit, fact.body, position=fact.position)
