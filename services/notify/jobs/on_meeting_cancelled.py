"""A meeting was cancelled."""

from services.notify.use_cases.plan_entry import of_meeting, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.meetings import MeetingCancelled


@on(MeetingCancelled)
async def plan_meeting_cancelled(unit: Unit, fact: Fact[MeetingCancelled]) -> None:
    """Tell everyone who had been told, and stop what has not left."""
    await plan_entry(unit, of_meeting(fact.body, await fact.words(), position=fact.position), cause=fact.id)
