"""Handlers about the children of a family."""

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from services.network.use_cases.add_child import add_child
from services.network.use_cases.change_child import change_child
from services.network.use_cases.commands import PlacementChanges
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.see_roster import hold_child, see_child, see_children
from services.network.web.county import today_of
from services.network.web.schemas.roster import add_child_from, child_out
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, ok, page


async def post_child(unit: Unit, call: Call) -> Reply:
    """Make a child part of a family's work."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    child = await add_child(unit, case, add_child_from(call.body), caller=call.staff, now=unit.now)
    seen = await see_child(unit, child)
    location = f"/v1/cases/{spell('case', case.id)}/children/{spell('per', child.person_id)}"
    return created(child_out(seen, today), location=location, etag=str(child.version))


async def get_children(unit: Unit, call: Call) -> Reply:
    """List the children of a family, with their placement facts."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    today = today_of(unit, call)
    return page([child_out(seen, today) for seen in await see_children(unit, case)])


async def patch_child(unit: Unit, call: Call) -> Reply:
    """Change a child's placement facts."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    child = await hold_child(unit, case, PersonId(call.ids["child_id"]))
    call.require_match(str(child.version))
    changes: PlacementChanges = call.body.model_dump(exclude_unset=True)
    after = await change_child(unit, child, changes, now=unit.now)
    return ok(child_out(await see_child(unit, after), today), etag=str(after.version))
