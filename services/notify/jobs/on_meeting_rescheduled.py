"""A meeting moved."""

from services.notify.use_cases.plan_entry import of_meeting, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.meetings import MeetingRescheduled


@on(MeetingRescheduled)
async def plan_meeting_rescheduled(unit: Unit, fact: Fact[MeetingRescheduled]) -> None:
    """Tell everyone named of the new time, and remind them of it alone."""
    await plan_entry(unit, of_meeting(fact.body, await fact.words(), position=fact.position), cause=fact.id)
