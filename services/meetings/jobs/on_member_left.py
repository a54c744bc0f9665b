"""A person left a family's network."""

from services.meetings.use_cases.take_member_off import take_member_off
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import MemberLeft


@on(MemberLeft)
async def remove_from_meetings(unit: Unit, fact: Fact[MemberLeft]) -> None:
    """Take them off the family's meetings to come."""
    body = fact.body
    await take_member_off(unit, case_id=body.case_id, member_id=body.member_id, person_id=body.person_id, at=body.at)
