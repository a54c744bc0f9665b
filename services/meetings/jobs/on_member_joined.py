"""network took a person into a family's network."""

from services.meetings.use_cases.hear_network import hear_member
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import MemberChanged, MemberFacts, MemberJoined


@on(MemberJoined, MemberChanged)
async def keep_member(unit: Unit, fact: Fact[MemberFacts]) -> None:
    """From now on the person may be invited."""
    await hear_member(unit, fact.body)
