"""What time brings by itself: the asking goes on, each night looks ahead, and plans end on their last day."""

from datetime import timedelta

from services.network.domain.commitments import PlanId
from services.network.domain.plans import NIGHTLY_LOOK, Plan, PlanState
from services.network.storage import cases, gaps, plans
from services.network.use_cases.activate_plan import end_plan
from services.network.use_cases.keep_cover import keep_cover
from shared.db.unit import Unit
from shared.kernel.wall import local_date
from shared.settings import County

AT_ONCE = 50


async def list_plans_with_due_gaps(unit: Unit) -> list[PlanId]:
    """Return the plans whose asking has to go on by now, each once, the longest due first."""
    return list(dict.fromkeys(plan_id for plan_id, _ in await gaps.list_due(unit, limit=AT_ONCE)))


async def go_on(unit: Unit, plan_id: PlanId, county: County, *, look: timedelta) -> Plan:
    """Look at one plan's cover now; a plan that somebody else holds waits for them."""
    case_id = await plans.find_case(unit, plan_id)
    if case_id is None:
        raise LookupError(plan_id)
    case = await cases.get_for_update(unit, case_id)
    plan = await plans.get_for_update(unit, plan_id)
    if not plan.is_in_force:
        await gaps.forget_looks(unit, plan_id)
        return plan
    if case.is_closed:  # by a county's file, which ends no plan
        return await end_plan(unit, plan, PlanState.CANCELLED, county)
    after = await keep_cover(unit, plan, case, county, look=look)
    await plans.was_looked_at(unit, plan_id)
    return after


async def list_plans_to_look_at(unit: Unit, *, since: timedelta) -> list[PlanId]:
    """Return plans in force that nobody looked ahead for since so long, the longest waiting first."""
    return await plans.list_to_look_at(unit, before=unit.now - since, limit=AT_ONCE)


async def look_ahead(unit: Unit, plan_id: PlanId, county: County) -> Plan:
    """Look at the next 14 days of one plan; past its last day it expires."""
    plan = await go_on(unit, plan_id, county, look=NIGHTLY_LOOK)
    today = local_date(unit.now, plan.time_zone)
    if plan.is_in_force and plan.ends_on is not None and plan.ends_on < today:
        return await end_plan(unit, plan, PlanState.EXPIRED, county)
    return plan
