"""Handlers about when people and resources can come."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from services.meetings.storage import resources
from services.meetings.storage.people import KnownPerson
from services.meetings.use_cases.add_unavailability import add_unavailability, see_unavailabilities
from services.meetings.use_cases.remove_unavailability import remove_unavailability
from services.meetings.use_cases.see_family import keep_person, see_person
from services.meetings.use_cases.set_usual_hours import see_usual_hours, set_usual_hours
from services.meetings.web.schemas.availability import unavailability_from, unavailability_out, usual_hours_out, weekly_from
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def _subject(unit: Unit, call: Call, *, see: Callable[..., Awaitable[KnownPerson]] = see_person) -> tuple[str, UUID]:
    """Return whose times are meant: a person or a resource that the caller may see, or (with `keep_person`) speak for."""
    if "person_id" in call.ids:
        return "person", (await see(unit, call.ids["person_id"], caller=call.staff)).person_id
    return "resource", (await resources.get(unit, call.ids["resource_id"])).resource.resource_id


async def put_usual_hours(unit: Unit, call: Call) -> Reply:
    """Say in which hours of a week somebody usually can."""
    kind, subject_id = await _subject(unit, call, see=keep_person)
    hours = await set_usual_hours(unit, kind, subject_id, time_zone=call.body.time_zone, weekly=weekly_from(call.body))
    return ok(usual_hours_out(hours))


async def get_usual_hours(unit: Unit, call: Call) -> Reply:
    """Read in which hours of a week somebody usually can."""
    kind, subject_id = await _subject(unit, call)
    return ok(usual_hours_out(await see_usual_hours(unit, kind, subject_id)))


async def post_unavailability(unit: Unit, call: Call) -> Reply:
    """Say when somebody cannot come, or would rather not."""
    kind, subject_id = await _subject(unit, call, see=keep_person)
    given = await add_unavailability(unit, kind, subject_id, unavailability_from(call.body))
    location = f"{call.request.path}/{spell('una', given.id)}"
    return created(unavailability_out(given), location=location)


async def get_unavailabilities(unit: Unit, call: Call) -> Reply:
    """List when somebody cannot come, from now on."""
    kind, subject_id = await _subject(unit, call)
    return page([unavailability_out(one) for one in await see_unavailabilities(unit, kind, subject_id)])


async def delete_unavailability(unit: Unit, call: Call) -> Reply:
    """Take back that somebody cannot come."""
    kind, subject_id = await _subject(unit, call, see=keep_person)
    await remove_unavailability(unit, kind, subject_id, call.ids["unavailability_id"])
    return no_content()
