"""Handlers about who agreed to a plan, who looks at it again, and its next version."""

from services.network.domain.agreements import AgreementId
from services.network.domain.commitments import PlanId
from services.network.use_cases.agree_to_plan import agree_to_plan, see_agreements
from services.network.use_cases.review_plan import approve_plan, hold_review, return_plan, see_reviews, submit_plan
from services.network.use_cases.revise_plan import revise_plan
from services.network.use_cases.see_plan import hold_plan, see_plan
from services.network.use_cases.take_agreement_back import take_agreement_back
from services.network.web.county import county_of
from services.network.web.schemas.plans import plan_out
from services.network.web.schemas.safety import agree_from, agreement_out, hold_review_from, review_out, revise_from
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.kernel.wall import local_date
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_agreement(unit: Unit, call: Call) -> Reply:
    """Record that somebody agreed to a plan as it is now."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    today = local_date(unit.now, plan.time_zone)
    agreement = await agree_to_plan(unit, plan, case, agree_from(call.body), today=today)
    return created(agreement_out(agreement), location=f"/v1/plans/{spell('plan', plan.id)}/agreements")


async def get_agreements(unit: Unit, call: Call) -> Reply:
    """List who agreed to a plan, those who are asked again too."""
    _, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return page([agreement_out(each) for each in await see_agreements(unit, plan)])


async def delete_agreement(unit: Unit, call: Call) -> Reply:
    """Record that somebody takes back their agreement. The plan holds; who must look at it is told."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    await take_agreement_back(unit, plan, case, AgreementId(call.ids["agreement_id"]), county_of(call))
    return no_content()


async def post_review(unit: Unit, call: Call) -> Reply:
    """Record a review that was held; it moves the date of the next one."""
    _, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    review = await hold_review(unit, plan, hold_review_from(call.body), today=local_date(unit.now, plan.time_zone))
    return created(review_out(review), location=f"/v1/plans/{spell('plan', plan.id)}/reviews")


async def get_reviews(unit: Unit, call: Call) -> Reply:
    """List the reviews of a plan."""
    _, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return page([review_out(each) for each in await see_reviews(unit, plan)])


async def post_submission(unit: Unit, call: Call) -> Reply:
    """Lay an agreed plan before the supervisors of the unit."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    if call.if_match:
        call.require_match(str(plan.version))
    after = await submit_plan(unit, plan, case, county_of(call))
    return ok(plan_out(after), etag=str(after.version))


async def post_approval(unit: Unit, call: Call) -> Reply:
    """Approve a plan, as the unit's supervisor."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    if call.if_match:
        call.require_match(str(plan.version))
    after = await approve_plan(unit, plan, case, county_of(call), caller=call.staff)
    return ok(plan_out(after), etag=str(after.version))


async def post_return(unit: Unit, call: Call) -> Reply:
    """Give a plan back with words, as the unit's supervisor; the family signs again."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    if call.if_match:
        call.require_match(str(plan.version))
    after = await return_plan(unit, plan, case, call.body.words, caller=call.staff)
    return ok(plan_out(after), etag=str(after.version))


async def post_revision(unit: Unit, call: Call) -> Reply:
    """Draft the next version of a plan in force; until it is activated the plan holds."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    draft = await revise_plan(unit, plan, case, revise_from(call.body), today=local_date(unit.now, plan.time_zone))
    return created(plan_out(draft), location=f"/v1/plans/{spell('plan', draft.id)}", etag=str(draft.version))
