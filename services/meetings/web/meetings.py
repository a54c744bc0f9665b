"""Handlers about meetings, the people in them, and what they answered."""

from datetime import date, datetime, time, timedelta

from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.add_participant import add_participant
from services.meetings.use_cases.apply_quarantined_reply import apply_quarantined_reply
from services.meetings.use_cases.book_meeting import book_meeting
from services.meetings.use_cases.cancel_meeting import cancel_meeting as cancel
from services.meetings.use_cases.change_meeting import change_meeting
from services.meetings.use_cases.commands import Excuses, TakeResponse
from services.meetings.use_cases.confirm_meeting import confirm_meeting as confirm
from services.meetings.use_cases.move_meeting import move_meeting as move
from services.meetings.use_cases.record_response import record_response
from services.meetings.use_cases.remove_participant import remove_participant
from services.meetings.use_cases.resend_entry import resend_entry
from services.meetings.use_cases.revive_meeting import revive_meeting as revive
from services.meetings.use_cases.see_meeting import hold_meeting, look, see_meeting
from services.meetings.use_cases.see_meetings import see_meetings
from services.meetings.use_cases.see_replies import see_replies
from services.meetings.web.county import county_of
from services.meetings.web.schemas.meetings import meeting_line_out, meeting_out
from services.meetings.web.schemas.orders import book_meeting_from, change_meeting_from, move_meeting_from
from services.meetings.web.schemas.participants import wish_from
from services.meetings.web.schemas.replies import reply_out
from services.meetings.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.kernel.wall import resolve
from shared.web.conditions import quoted
from shared.web.errors import PreconditionFailed, PreconditionRequired
from shared.web.routing import Call, Reply, created, no_content, ok, page

CONTACT_READ = "people.contact.read"


async def post_meeting(unit: Unit, call: Call) -> Reply:
    """Book a meeting and invite everyone."""
    kept = await book_meeting(unit, book_meeting_from(call.body), caller=call.staff, county=county_of(call))
    seen = await look(unit, kept, county=county_of(call))
    return created(meeting_out(seen), location=f"/v1/meetings/{spell('mtg', kept.meeting.meeting_id)}", etag=kept.etag)


async def get_meetings(unit: Unit, call: Call) -> Reply:
    """List the meetings that the caller may see, earliest first, with how many answers are missing."""
    query = call.query
    until: date | None = query.until
    found = await see_meetings(
        unit,
        caller=call.staff,
        case_id=query.case_id,
        starts_from=_midnight(getattr(query, "from"), call),
        starts_before=_midnight(until + timedelta(days=1), call) if until else None,
        after=place_from(call.page_place),
        limit=query.limit,
    )
    last = found[-1].kept.meeting if len(found) == query.limit else None
    return page([meeting_line_out(one) for one in found], next=place_of(last.starts_at, last.meeting_id) if last else None)


async def get_meeting(unit: Unit, call: Call) -> Reply:
    """Read a meeting, with everybody's answer and what still waits for staff."""
    seen = await see_meeting(unit, call.ids["meeting_id"], caller=call.staff, county=county_of(call))
    return ok(meeting_out(seen), etag=seen.kept.etag)


async def patch_meeting(unit: Unit, call: Call) -> Reply:
    """Change a meeting's place or purposes, or how somebody takes part."""
    kept = await _held(unit, call, must_match=True)
    return await _answer(unit, call, await change_meeting(unit, kept, change_meeting_from(call.body)))


async def move_meeting(unit: Unit, call: Call) -> Reply:
    """Put a meeting at another time and tell everyone."""
    kept = await _held(unit, call, must_match=True)
    command = move_meeting_from(call.body)
    return await _answer(unit, call, await move(unit, kept, command, caller=call.staff, county=county_of(call)))


async def cancel_meeting(unit: Unit, call: Call) -> Reply:
    """Call a meeting off and tell everyone whose calendar holds it."""
    kept = await _held(unit, call, must_match=True)
    return await _answer(unit, call, await cancel(unit, kept, reason_code=call.body.reason_code))


async def revive_meeting(unit: Unit, call: Call) -> Reply:
    """Take a cancellation back and invite everyone anew."""
    kept = await _held(unit, call)
    body = call.body
    after = await revive(
        unit,
        kept,
        starts_local=body.starts_local,
        minutes=body.minutes,
        excuses=Excuses(after_due_reason=body.after_due_reason or "", family_asked=body.family_asked),
        caller=call.staff,
        county=county_of(call),
    )
    return await _answer(unit, call, after)


async def confirm_meeting(unit: Unit, call: Call) -> Reply:
    """Say that a meeting stands: every seat is filled, every language has an interpreter."""
    kept = await _held(unit, call)
    waivers = {one.role.value: one.reason for one in call.body.waivers}
    return await _answer(unit, call, await confirm(unit, kept, waivers=waivers))


async def post_participant(unit: Unit, call: Call) -> Reply:
    """Invite one more person; only they are told."""
    kept = await _held(unit, call)
    after = await add_participant(unit, kept, wish_from(call.body))
    seen = await look(unit, after, county=county_of(call))
    one = next(each for each in after.meeting.people if each.person_id == call.body.person_id)
    location = f"{call.request.path}/{spell('par', one.participant_id)}"
    return created(meeting_out(seen), location=location, etag=after.etag)


async def delete_participant(unit: Unit, call: Call) -> Reply:
    """Take a person off a meeting; only they are told."""
    kept = await _held(unit, call, must_match=True)
    await remove_participant(unit, kept, call.ids["participant_id"])
    return no_content()


async def post_response(unit: Unit, call: Call) -> Reply:
    """Record an answer that was given by phone or in person."""
    kept = await _held(unit, call)
    command = TakeResponse(answer=call.body.answer, source=call.body.source, comment=call.body.comment)
    after = await record_response(unit, kept, call.ids["participant_id"], command, staff_id=unit.actor.id)
    return await _answer(unit, call, after)


async def post_resend(unit: Unit, call: Call) -> Reply:
    """Send one person their calendar entry once more."""
    kept = await _held(unit, call)
    await resend_entry(unit, kept, call.ids["participant_id"])
    return await _answer(unit, call, kept)


async def get_replies(unit: Unit, call: Call) -> Reply:
    """List everything that came back about a meeting, with its end."""
    seen = await see_meeting(unit, call.ids["meeting_id"], caller=call.staff, county=county_of(call))
    may_reach = CONTACT_READ in call.staff.scopes
    return page([reply_out(one, may_reach=may_reach) for one in await see_replies(unit, seen.kept)])


async def apply_reply(unit: Unit, call: Call) -> Reply:
    """Vouch for a reply that was set aside."""
    kept = await _held(unit, call)
    after, _ = await apply_quarantined_reply(
        unit, kept, call.ids["reply_id"], participant_id=call.body.participant_id, staff_id=unit.actor.id
    )
    return await _answer(unit, call, after)


async def _held(unit: Unit, call: Call, *, must_match: bool = False) -> Kept:
    """Return the meeting of the path with its row held; a change must name the revision it was decided on.

    An answer that came in since changes the etag and not the revision: it takes nobody's decision back (ADR 0010).
    """
    kept = await hold_meeting(unit, call.ids["meeting_id"], caller=call.staff)
    if must_match and not call.if_match:
        raise PreconditionRequired
    if call.if_match and not any(kept.is_of_revision(tag.strip('"')) for tag in call.if_match):
        raise PreconditionFailed(etag=quoted(kept.etag))
    return kept


async def _answer(unit: Unit, call: Call, kept: Kept) -> Reply:
    return ok(meeting_out(await look(unit, kept, county=county_of(call))), etag=kept.etag)


def _midnight(day: date | None, call: Call) -> datetime | None:
    return resolve(datetime.combine(day, time(0)), county_of(call).time_zone).instant if day else None
