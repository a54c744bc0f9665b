"""network added a child to a family's work, or a child's placement facts changed."""

from services.meetings.use_cases.hear_network import hear_child
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import ChildAdded, ChildFacts, ChildFactsChanged


@on(ChildAdded, ChildFactsChanged)
async def keep_child(unit: Unit, fact: Fact[ChildFacts]) -> None:
    """Due dates and seats follow from the facts, so keeping them is all there is to do."""
    await hear_child(unit, fact.body, position=fact.position)
