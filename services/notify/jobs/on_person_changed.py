"""What is known of a person changed."""

from services.notify.use_cases.keep_contact import keep_contact
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import PersonChanged


@on(PersonChanged)
async def keep_changed(unit: Unit, fact: Fact[PersonChanged]) -> None:
    """Keep how to reach them."""
    await keep_contact(unit, fact.body, await fact.words(), position=fact.position)
