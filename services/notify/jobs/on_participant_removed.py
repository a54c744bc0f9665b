"""A person was taken off a meeting."""

from services.notify.use_cases.plan_entry import of_meeting, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.meetings import ParticipantRemoved


@on(ParticipantRemoved)
async def plan_participant_removed(unit: Unit, fact: Fact[ParticipantRemoved]) -> None:
    """Tell that person alone, and end the link."""
    await plan_entry(unit, of_meeting(fact.body, await fact.words(), position=fact.position), cause=fact.id)
