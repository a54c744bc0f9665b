"""A commitment's times or state changed."""

from services.notify.use_cases.plan_entry import of_promise, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CommitmentChanged


@on(CommitmentChanged)
async def plan_promise_changed(unit: Unit, fact: Fact[CommitmentChanged]) -> None:
    """Tell its member, keep the reminders of turns that stay, and plan those of turns that are new."""
    await plan_entry(unit, of_promise(fact.body, await fact.words(), position=fact.position), cause=fact.id)
