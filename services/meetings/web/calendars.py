"""Handlers about calendars from which somebody's busy times are read."""

from services.meetings.storage import calendars
from services.meetings.use_cases.link_calendar import ask_refresh, link_calendar, see_calendars, unlink_calendar
from services.meetings.use_cases.see_family import keep_person, see_person
from services.meetings.use_cases.upload_calendar import upload_calendar
from services.meetings.web.county import SANDBOX
from services.meetings.web.schemas.availability import calendar_out
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_calendar(unit: Unit, call: Call) -> Reply:
    """Link a calendar by its address, or take busy times from a calendar file."""
    person = await keep_person(unit, call.ids["person_id"], caller=call.staff)
    body = call.body
    if (body.url is None) == (body.ics is None):
        raise Invalid([Fault("required", "Give either the address or the text of a calendar.", pointer="#/url")])
    if body.url is not None:
        made = await link_calendar(unit, person.person_id, body.url, sandbox=call.app[SANDBOX])
    else:
        made = await upload_calendar(unit, person, body.ics)
    return created(calendar_out(made), location=f"{call.request.path}/{spell('cal', made.calendar_id)}")


async def get_calendars(unit: Unit, call: Call) -> Reply:
    """List a person's calendars and whether they could be read."""
    person = await see_person(unit, call.ids["person_id"], caller=call.staff)
    return page([calendar_out(one) for one in await see_calendars(unit, person.person_id)])


async def refresh_calendar(unit: Unit, call: Call) -> Reply:
    """Have a linked calendar read again within seconds."""
    person = await keep_person(unit, call.ids["person_id"], caller=call.staff)
    calendar = await calendars.get_for_update(unit, person.person_id, call.ids["calendar_id"])
    return ok(calendar_out(await ask_refresh(unit, calendar)))


async def delete_calendar(unit: Unit, call: Call) -> Reply:
    """Forget a calendar and all that was read from it."""
    person = await keep_person(unit, call.ids["person_id"], caller=call.staff)
    await unlink_calendar(unit, person.person_id, call.ids["calendar_id"])
    return no_content()
