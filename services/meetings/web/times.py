"""Handlers about finding and holding a time, and about due dates."""

from services.meetings.use_cases.commands import When
from services.meetings.use_cases.find_times import find_times
from services.meetings.use_cases.hold_time import hold_time
from services.meetings.use_cases.release_hold import release_hold
from services.meetings.use_cases.see_mandates import see_mandates
from services.meetings.web.county import county_of
from services.meetings.web.schemas.mandates import mandates_out
from services.meetings.web.schemas.times import find_times_from, hold_out, times_out
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok


async def search_times(unit: Unit, call: Call) -> Reply:
    """Find times at which everyone who must be there can come, best first, with who stands in the way of the other days."""
    found = await find_times(unit, find_times_from(call.body), caller=call.staff, county=county_of(call))
    return ok(times_out(found, call.body.time_zone))


async def get_mandates(unit: Unit, call: Call) -> Reply:
    """Read when the teams of a family's children must meet."""
    return ok(mandates_out(await see_mandates(unit, call.ids["case_id"], caller=call.staff, county=county_of(call))))


async def post_hold(unit: Unit, call: Call) -> Reply:
    """Keep a time for five minutes while choosing."""
    body = call.body
    when = When(starts_local=body.starts_local, time_zone=body.time_zone, minutes=body.minutes)
    hold = await hold_time(unit, when, tuple(dict.fromkeys(body.resource_ids)), staff_id=unit.actor.id)
    return created(hold_out(hold), location=f"/v1/holds/{spell('hold', hold.hold_id)}")


async def delete_hold(unit: Unit, call: Call) -> Reply:
    """Give back a time that was held."""
    await release_hold(unit, call.ids["hold_id"], staff_id=unit.actor.id)
    return no_content()
