"""A member was asked to take on a commitment."""

from services.notify.use_cases.plan_entry import of_promise, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CommitmentOffered


@on(CommitmentOffered)
async def plan_offer(unit: Unit, fact: Fact[CommitmentOffered]) -> None:
    """Ask them."""
    await plan_entry(unit, of_promise(fact.body, await fact.words(), position=fact.position), cause=fact.id)
