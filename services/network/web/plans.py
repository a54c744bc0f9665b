"""Handlers about safety plans: what they require, whether they may begin, and how they are covered."""

from datetime import timedelta

from services.network.domain.cases import CaseId
from services.network.domain.commitments import GapId, PlanId
from services.network.domain.gaps import Gap
from services.network.domain.members import MemberId
from services.network.domain.plan_errors import PlanNotReady
from services.network.domain.plans import PlanState
from services.network.use_cases.accept_gap import accept_gap
from services.network.use_cases.activate_plan import activate_plan, end_plan, see_readiness
from services.network.use_cases.make_plan import change_plan, make_plan
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.see_coverage import see_coverage
from services.network.use_cases.see_gaps import see_standing_gaps
from services.network.use_cases.see_plan import hold_plan, see_plan, see_plans
from services.network.use_cases.see_sheet import see_sheet
from services.network.web.county import county_of, today_of
from services.network.web.schemas.coverage import coverage_out, gap_out
from services.network.web.schemas.plans import make_plan_from, missing_out, plan_changes_from, plan_out, readiness_out
from services.network.web.schemas.safety import sheet_out
from services.network.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, ok, page

MOST_DAYS = 31


async def post_plan(unit: Unit, call: Call) -> Reply:
    """Begin a safety plan as a draft."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    plan = await make_plan(unit, case, make_plan_from(call.body, case.time_zone))
    return created(plan_out(plan), location=f"/v1/plans/{spell('plan', plan.id)}", etag=str(plan.version))


async def get_plans(unit: Unit, call: Call) -> Reply:
    """List the plans of a family, all versions of them."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_plans(unit, case, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    return page([plan_out(each) for each in found], next=place_of(found[-1].updated_at, found[-1].id) if is_full else None)


async def get_plan(unit: Unit, call: Call) -> Reply:
    """Read a plan."""
    _, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return ok(plan_out(plan), etag=str(plan.version))


async def patch_plan(unit: Unit, call: Call) -> Reply:
    """Change a draft."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    call.require_match(str(plan.version))
    after = await change_plan(unit, plan, plan_changes_from(call.body, case.time_zone))
    return ok(plan_out(after), etag=str(after.version))


async def get_readiness(unit: Unit, call: Call) -> Reply:
    """See whether a plan may come into force, and what is missing."""
    case, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return ok(readiness_out(await see_readiness(unit, plan, case, county_of(call))))


async def post_activation(unit: Unit, call: Call) -> Reply:
    """Bring a plan into force: refused with all that is missing, unless the child is covered."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    if call.if_match:
        call.require_match(str(plan.version))
    try:
        after = await activate_plan(unit, plan, case, county_of(call))
    except PlanNotReady as refusal:
        raise type(refusal)(reasons=[missing_out(each) for each in refusal.reasons]) from None
    return ok(plan_out(after), etag=str(after.version))


async def post_ending(unit: Unit, call: Call) -> Reply:
    """End a plan, in the way that people decided."""
    _, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    if call.if_match:
        call.require_match(str(plan.version))
    after = await end_plan(unit, plan, PlanState(call.body.outcome), county_of(call))
    return ok(plan_out(after), etag=str(after.version))


async def get_coverage(unit: Unit, call: Call) -> Reply:
    """See hour by hour what a plan requires, who protects, and what lies open."""
    begin, end = call.query.begin, call.query.end
    if not timedelta(0) <= end - begin < timedelta(days=MOST_DAYS):
        raise Invalid([Fault("date_out_of_range", f"Choose {MOST_DAYS} days at most, the first one first.", parameter="end")])
    case, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return ok(coverage_out(plan, await see_coverage(unit, plan, case, county_of(call), begin=begin, end=end), unit.now))


async def get_sheet(unit: Unit, call: Call) -> Reply:
    """See the one page of a plan that is one member's."""
    case, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    member_id = MemberId(call.query.member_id)
    return ok(sheet_out(await see_sheet(unit, plan, case, member_id, caller=call.staff, today=today_of(unit, call))))


async def get_gaps(unit: Unit, call: Call) -> Reply:
    """List the gaps that stand now in the families that the caller sees, the first to come first."""
    only = CaseId(call.query.case_id) if call.query.case_id else None
    found = await see_standing_gaps(unit, caller=call.staff, only=only)
    return page([gap_out(gap, zone) for gap, zone in found])


async def post_gap_acceptance(unit: Unit, call: Call) -> Reply:
    """Let a time stay uncovered, with a reason; the supervisor gets a copy."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    gap: Gap = await accept_gap(unit, plan, case, GapId(call.ids["gap_id"]), call.body.reason, county_of(call))
    return ok(gap_out(gap, plan.time_zone), etag=str(gap.version))
