"""Handlers about the steps of a family's case plan."""

from services.network.domain.case_steps import CaseStep, CaseStepId
from services.network.domain.cases import Case, CaseId
from services.network.use_cases.keep_case_steps import add_case_step, change_case_step, hold_step, remove_case_step
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.see_case_steps import see_case_steps
from services.network.web.schemas.values import place_from, place_of
from services.network.web.schemas.working import add_case_step_from, case_step_changes_from, case_step_out
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_case_step(unit: Unit, call: Call) -> Reply:
    """Add a step to a family's case plan; hints in the answer never keep it from being kept."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    seen = await add_case_step(unit, case, add_case_step_from(call.body), now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/case-steps/{spell('step', seen.step.id)}"
    return created(case_step_out(seen), location=location, etag=str(seen.step.version))


async def get_case_steps(unit: Unit, call: Call) -> Reply:
    """List the steps of a family's case plan."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_case_steps(unit, case, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    place = place_of(found[-1].step.updated_at, found[-1].step.id) if is_full else None
    return page([case_step_out(each) for each in found], next=place)


async def patch_case_step(unit: Unit, call: Call) -> Reply:
    """Change a step, or say how far it has come."""
    case, step = await _held(unit, call)
    seen = await change_case_step(unit, case, step, case_step_changes_from(call.body), now=unit.now)
    return ok(case_step_out(seen), etag=str(seen.step.version))


async def delete_case_step(unit: Unit, call: Call) -> Reply:
    """Take back a step of a case plan."""
    _, step = await _held(unit, call)
    await remove_case_step(unit, step)
    return no_content()


async def _held(unit: Unit, call: Call) -> tuple[Case, CaseStep]:
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    step = await hold_step(unit, case, CaseStepId(call.ids["case_step_id"]))
    call.require_match(str(step.version))
    return case, step
