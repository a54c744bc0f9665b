"""An ask came to its end."""

from services.notify.use_cases.plan_entry import of_promise, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import BackupClosed


@on(BackupClosed)
async def plan_ask_closed(unit: Unit, fact: Fact[BackupClosed]) -> None:
    """Say so to the backup, where anything is to be said."""
    await plan_entry(unit, of_promise(fact.body, None, position=fact.position), cause=fact.id)
