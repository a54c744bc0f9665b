"""A backup was asked to step in."""

from services.notify.use_cases.plan_entry import of_promise, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import BackupAsked


@on(BackupAsked)
async def plan_ask(unit: Unit, fact: Fact[BackupAsked]) -> None:
    """Ask them at once."""
    await plan_entry(unit, of_promise(fact.body, await fact.words(), position=fact.position), cause=fact.id)
