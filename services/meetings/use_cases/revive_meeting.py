"""Take a cancellation back."""

from dataclasses import replace
from datetime import datetime

from services.meetings.domain.revisions import revive
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.check_booking import check_apart, check_time, chosen, claim, gone_from
from services.meetings.use_cases.commands import Excuses, Pools
from services.meetings.use_cases.county import CountyFacts
from services.meetings.use_cases.revise import revise
from services.meetings.use_cases.see_family import family_of
from shared.db.unit import Unit
from shared.kernel.access import Caller


async def revive_meeting(
    unit: Unit,
    kept: Kept,
    *,
    starts_local: datetime | None,
    minutes: int | None,
    excuses: Excuses,
    caller: Caller,
    county: CountyFacts,
) -> Kept:
    """Put a cancelled meeting whose row is held back, perhaps at another time; everything is claimed and everyone invited anew,
    but for those who have left the family's network."""
    meeting = kept.meeting
    family = await family_of(unit, meeting)
    gone = await gone_from(unit, family, meeting)
    revision = revive(meeting, now=unit.now, starts_local=starts_local, minutes=minutes, leaving=gone)
    picked = await chosen(
        unit,
        Pools(facilitator_id=meeting.facilitator_id, room_id=meeting.room_id, interpreter_ids=meeting.interpreter_ids),
    )
    late = await check_time(unit, revision.meeting, family, picked, excuses=excuses, caller=caller, county=county)
    await check_apart(unit, revision.meeting, family)
    await claim(unit, revision.meeting, picked)
    after = await revise(unit, replace(kept, after_due_reason=late), revision)
    await unit.audit(
        "meeting.revived", subject_kind="meeting", subject_id=meeting.meeting_id, details={"after_due": int(bool(late))}
    )
    return after
