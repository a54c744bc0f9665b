"""Handlers about families and who holds them."""

from services.network.domain.cases import CaseId
from services.network.storage.cases import After
from services.network.use_cases.change_case import change_case
from services.network.use_cases.close_case import close_case as close
from services.network.use_cases.commands import CaseChanges
from services.network.use_cases.open_case import open_case
from services.network.use_cases.reassign_case import reassign_case
from services.network.use_cases.see_access_log import see_access_log, see_holders, see_viewers
from services.network.use_cases.see_case import hold_case, see_case, see_cases
from services.network.web.county import zone_of
from services.network.web.schemas.cases import CaseStatus, access_from, case_out, holders_out, open_case_from
from services.network.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.looks import look_out, viewer_out
from shared.web.routing import Call, Reply, created, ok, page


async def post_case(unit: Unit, call: Call) -> Reply:
    """Begin work with a family."""
    case = await open_case(unit, open_case_from(call.body), caller=call.staff, county_zone=zone_of(call), now=unit.now)
    return created(case_out(case), location=f"/v1/cases/{spell('case', case.id)}", etag=str(case.version))


async def get_cases(unit: Unit, call: Call) -> Reply:
    """List the families that the caller may see."""
    place = place_from(call.page_place)
    status = call.query.status
    found = await see_cases(
        unit,
        caller=call.staff,
        is_closed=None if status is None else status is CaseStatus.CLOSED,
        after=After(*place) if place else None,
        limit=call.query.limit,
    )
    is_full = len(found) == call.query.limit
    return page([case_out(case) for case in found], next=place_of(found[-1].updated_at, found[-1].id) if is_full else None)


async def get_case(unit: Unit, call: Call) -> Reply:
    """Read a family."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return ok(case_out(case), etag=str(case.version))


async def patch_case(unit: Unit, call: Call) -> Reply:
    """Change what a family is called."""
    case = await hold_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    call.require_match(str(case.version))
    changes: CaseChanges = call.body.model_dump(exclude_unset=True)
    after = await change_case(unit, case, changes, now=unit.now)
    return ok(case_out(after), etag=str(after.version))


async def close_case(unit: Unit, call: Call) -> Reply:
    """End work with a family."""
    case = await hold_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    if call.if_match:
        call.require_match(str(case.version))
    after = await close(unit, case, now=unit.now)
    return ok(case_out(after), etag=str(after.version))


async def put_access(unit: Unit, call: Call) -> Reply:
    """Say who holds a family; it counts from the next request on."""
    case = await hold_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    if call.if_match:
        call.require_match(str(case.version))
    after = await reassign_case(unit, case, access_from(call.body), caller=call.staff, now=unit.now)
    return ok(case_out(after), etag=str(after.version))


async def get_access_log(unit: Unit, call: Call) -> Reply:
    """See who has looked at a family or changed it."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    before = call.page_place[0] if call.page_place else None
    looks = await see_access_log(unit, case, before=before, limit=call.query.limit)
    return page([look_out(look) for look in looks], next=[looks[-1].seq] if len(looks) == call.query.limit else None)


async def get_access(unit: Unit, call: Call) -> Reply:
    """See who can see a family, and since when."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return ok(holders_out(case, await see_holders(unit, case)))


async def get_viewers(unit: Unit, call: Call) -> Reply:
    """See who has looked at a family and its people, how often, and who was turned away; the last one first."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return page([viewer_out(each) for each in await see_viewers(unit, case)])
