"""A person was registered."""

from services.notify.use_cases.keep_contact import keep_contact
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import PersonRegistered


@on(PersonRegistered)
async def keep_registered(unit: Unit, fact: Fact[PersonRegistered]) -> None:
    """Keep how to reach them."""
    await keep_contact(unit, fact.body, await fact.words(), position=fact.position)
