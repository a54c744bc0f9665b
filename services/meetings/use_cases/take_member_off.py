"""Somebody has left a family's network: they are taken off its meetings to come, and only they are told."""

from datetime import datetime
from uuid import UUID

from services.meetings.storage import families, meetings
from services.meetings.use_cases.remove_participant import remove_participant
from shared.db.unit import Unit


async def take_member_off(unit: Unit, *, case_id: UUID, member_id: UUID, person_id: UUID, at: datetime) -> None:
    """Forget a member and remove them from every meeting of this family that is still to come."""
    await families.wait_for_bookings(unit, case_id)
    await families.drop_member(unit, member_id=member_id, case_id=case_id, person_id=person_id, at=at)
    if person_id in await families.list_people(unit, case_id):
        return
    for kept in await meetings.list_ahead(unit, case_id=case_id, person_id=person_id, hold=True):
        theirs = next(one for one in kept.meeting.people if one.person_id == person_id)
        await remove_participant(unit, kept, theirs.participant_id)
