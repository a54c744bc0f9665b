"""Something small about a meeting changed, or an entry was asked for again."""

from services.notify.use_cases.plan_entry import of_meeting, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.meetings import MeetingChanged


@on(MeetingChanged)
async def plan_meeting_changed(unit: Unit, fact: Fact[MeetingChanged]) -> None:
    """Tell those named; their reminders stay."""
    await plan_entry(unit, of_meeting(fact.body, await fact.words(), position=fact.position), cause=fact.id)
