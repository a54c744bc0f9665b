"""Invite one more person."""

from services.meetings.domain.meetings import Invitee
from services.meetings.domain.revisions import add_person
from services.meetings.storage import resources
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.check_booking import check_apart, check_people, claim
from services.meetings.use_cases.commands import Wish
from services.meetings.use_cases.revise import revise
from services.meetings.use_cases.see_family import family_of
from shared.db.unit import Unit


async def add_participant(unit: Unit, kept: Kept, wish: Wish) -> Kept:
    """Invite one more person to a meeting whose row is held; only they are told."""
    meeting = kept.meeting
    family = await family_of(unit, meeting)
    await check_people(unit, family, [wish], at="#")
    invitee = Invitee(
        participant_id=unit.new_id(),
        person_id=wish.person_id,
        role=wish.role,
        required=wish.required,
        mode=wish.mode,
        stretches=wish.stretches,
    )
    revision = add_person(meeting, invitee, now=unit.now)
    await check_apart(unit, revision.meeting, family)
    if await resources.list_of_people(unit, [wish.person_id]):
        await claim(unit, revision.meeting, await resources.list_known(unit, meeting.resource_ids))
    after = await revise(unit, kept, revision)
    await unit.audit(
        "participant.added", subject_kind="meeting", subject_id=meeting.meeting_id, details={"person": str(wish.person_id)}
    )
    return after
