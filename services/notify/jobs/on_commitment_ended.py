"""A commitment holds no longer."""

from services.notify.use_cases.plan_entry import of_promise, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CommitmentEnded


@on(CommitmentEnded)
async def plan_promise_ended(unit: Unit, fact: Fact[CommitmentEnded]) -> None:
    """Tell its member if they had been told, and stop what has not left."""
    await plan_entry(unit, of_promise(fact.body, None, position=fact.position), cause=fact.id)
