"""Take one person off a meeting."""

from dataclasses import replace
from uuid import UUID

from services.meetings.domain.revisions import remove_person
from services.meetings.storage import resources
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.check_booking import claim
from services.meetings.use_cases.revise import revise
from shared.db.unit import Unit


async def remove_participant(unit: Unit, kept: Kept, participant_id: UUID) -> Kept:
    """Take a person off a meeting whose row is held; only they are told. Whoever served it no longer does."""
    meeting = kept.meeting
    person_id = meeting.participant(participant_id).person_id
    revision = remove_person(meeting, participant_id, now=unit.now)
    left = revision.meeting
    theirs = {one.resource_id for one in await resources.list_of_people(unit, [person_id])}
    if theirs:
        left = replace(
            left,
            facilitator_id=None if left.facilitator_id in theirs else left.facilitator_id,
            interpreter_ids=tuple(one for one in left.interpreter_ids if one not in theirs),
        )
        revision = replace(revision, meeting=left)
        await claim(unit, left, await resources.list_known(unit, left.resource_ids))
    after = await revise(unit, kept, revision)
    await unit.audit(
        "participant.removed", subject_kind="meeting", subject_id=meeting.meeting_id, details={"person": str(person_id)}
    )
    return after
