"""Book a meeting: check, claim and invite in one transaction, so that nothing can be taken in between."""

from services.meetings.domain.meetings import OF_A_TEAM
from services.meetings.domain.revisions import book
from services.meetings.storage import families, meetings
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.check_booking import (
    check_apart,
    check_people,
    check_time,
    chosen,
    claim,
    invitees_of,
    place_of,
)
from services.meetings.use_cases.commands import BookMeeting
from services.meetings.use_cases.county import CountyFacts
from services.meetings.use_cases.keep_history import keep_history
from services.meetings.use_cases.revise import announce
from services.meetings.use_cases.see_family import see_open_family
from services.meetings.use_cases.see_meeting import check_visible
from shared.db.unit import Unit
from shared.kernel.access import Caller


async def book_meeting(unit: Unit, command: BookMeeting, *, caller: Caller, county: CountyFacts) -> Kept:
    """Book a meeting of a family and invite everyone. Raises SlotTaken when a room or a person of a pool is not free."""
    family = await see_open_family(unit, command.case_id, caller=caller, hold=True)
    if command.linked_to is not None:
        await check_visible(unit, (await meetings.get(unit, command.linked_to)).meeting, caller)
    await check_people(unit, family, command.wishes, children=command.children)
    children = command.children
    if not children and command.kind in OF_A_TEAM:
        children = tuple(one.child_id for one in await families.list_children(unit, family.case_id))
    picked = await chosen(unit, command.pools)
    revision = book(
        meeting_id=unit.new_id(),
        case_id=family.case_id,
        county_slug=county.slug,
        kind=command.kind,
        purposes=command.purposes,
        children=children,
        time_zone=command.when.time_zone,
        starts_local=command.when.starts_local,
        minutes=command.when.minutes,
        place=await place_of(unit, command.place, picked),
        invitees=invitees_of(unit, command.wishes, picked),
        now=unit.now,
        facilitator_id=command.pools.facilitator_id,
        room_id=command.pools.room_id,
        interpreter_ids=command.pools.interpreter_ids,
        title_code=command.title_code,
        linked_to=command.linked_to,
    )
    meeting = revision.meeting
    late = await check_time(unit, meeting, family, picked, excuses=command.excuses, caller=caller, county=county)
    await check_apart(unit, meeting, family)
    kept = Kept(meeting=meeting, booked_by=caller.staff_id, updated_at=unit.now, after_due_reason=late)
    kept = await meetings.add(unit, kept)
    keep_history(unit, None, kept)
    await claim(unit, meeting, picked, hold_id=command.hold_id)
    announce(unit, revision)
    details: dict[str, str | int] = {"case": str(family.case_id), "after_due": int(bool(late))}
    await unit.audit("meeting.booked", subject_kind="meeting", subject_id=meeting.meeting_id, details=details)
    return kept
