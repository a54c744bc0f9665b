"""Handlers about the steps of a plan: who does what, for which danger, and that they agreed."""

from services.network.domain.commitments import PlanId
from services.network.domain.plans import Plan
from services.network.domain.steps import Step, StepId
from services.network.use_cases.keep_steps import add_step, agree_to_step, change_step, remove_step, see_steps, step_of
from services.network.use_cases.see_plan import hold_plan, see_plan
from services.network.web.schemas.safety import add_step_from, step_changes_from, step_out
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_step(unit: Unit, call: Call) -> Reply:
    """Add a step to a draft; hints in the answer never keep it from being kept."""
    _, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    seen = await add_step(unit, plan, add_step_from(call.body))
    location = f"/v1/plans/{spell('plan', plan.id)}/steps/{spell('step', seen.step.id)}"
    return created(step_out(seen), location=location, etag=str(seen.step.version))


async def get_steps(unit: Unit, call: Call) -> Reply:
    """List the steps of a plan."""
    _, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return page([step_out(each) for each in await see_steps(unit, plan)])


async def patch_step(unit: Unit, call: Call) -> Reply:
    """Change a step of a draft; its owner is asked anew."""
    plan, step = await _held(unit, call)
    call.require_match(str(step.version))
    seen = await change_step(unit, plan, step, step_changes_from(call.body))
    return ok(step_out(seen), etag=str(seen.step.version))


async def delete_step(unit: Unit, call: Call) -> Reply:
    """Take back a step of a draft."""
    plan, step = await _held(unit, call)
    call.require_match(str(step.version))
    await remove_step(unit, plan, step)
    return no_content()


async def post_step_agreement(unit: Unit, call: Call) -> Reply:
    """Record that the owner of a step agreed, with who heard it."""
    plan, step = await _held(unit, call)
    seen = await agree_to_step(unit, plan, step, source=call.body.source, witness=call.body.witness)
    return ok(step_out(seen), etag=str(seen.step.version))


async def _held(unit: Unit, call: Call) -> tuple[Plan, Step]:
    _, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return plan, await step_of(unit, plan, StepId(call.ids["step_id"]))
