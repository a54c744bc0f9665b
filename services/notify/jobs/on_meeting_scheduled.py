"""A meeting was booked or revived."""

from services.notify.use_cases.plan_entry import of_meeting, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.meetings import MeetingScheduled


@on(MeetingScheduled)
async def plan_meeting_scheduled(unit: Unit, fact: Fact[MeetingScheduled]) -> None:
    """Invite everyone named."""
    await plan_entry(unit, of_meeting(fact.body, await fact.words(), position=fact.position), cause=fact.id)
