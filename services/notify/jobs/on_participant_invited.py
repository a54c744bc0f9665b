"""A person was added to a meeting."""

from services.notify.use_cases.plan_entry import of_meeting, plan_entry
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.meetings import ParticipantInvited


@on(ParticipantInvited)
async def plan_participant_invited(unit: Unit, fact: Fact[ParticipantInvited]) -> None:
    """Invite that person."""
    await plan_entry(unit, of_meeting(fact.body, await fact.words(), position=fact.position), cause=fact.id)
