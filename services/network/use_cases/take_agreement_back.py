"""Keep that somebody takes back their agreement to a plan. Nobody has to say why, and no plan ends of it without a word.

A plan in force that no parent or caregiver agrees to any more holds, under review: whoever protects the child goes on, and those
who hold the family and the unit's supervisors are told at once. One that is not in force is a draft again. DOMAIN §2.4 row 23 asks
for the yes before a plan begins and is silent of its end; that children stay protected meanwhile is our choice.
"""

from services.network.domain.agreements import AgreementId, is_agreed_by_family, taken_back
from services.network.domain.cases import Case
from services.network.domain.plans import Plan, check_open, redrafted, under_review
from services.network.storage import agreements, plans
from services.network.use_cases.review_plan import tell_holders, tell_supervisors
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County


async def take_agreement_back(unit: Unit, plan: Plan, case: Case, agreement_id: AgreementId, county: County) -> None:
    """End an agreement to a plan whose row is held; one that does not stand stays as it is. Raises NotFound, PlanHasEnded."""
    before = await agreements.get(unit, plan.id, agreement_id)
    check_open(plan)
    if not before.stands:
        return
    after = taken_back(before, now=unit.now)
    await agreements.end(unit, after)
    key = KeyOf(KeyKind.CASE, case.id)
    unit.changed(key, "agreement", after.id, before=before, after=after)
    details = {"plan_id": str(plan.id), "agreement_id": str(after.id)}
    await unit.audit("plan.agreement_taken_back", subject_kind="case", subject_id=case.id, details=details)
    lost_family = is_agreed_by_family([before]) and not is_agreed_by_family(await agreements.list_of_plan(unit, plan.id))
    if lost_family:
        stands = under_review(plan, now=unit.now) if plan.is_in_force else redrafted(plan, now=unit.now)
        await plans.save(unit, stands)
        unit.changed(key, "plan", plan.id, before=plan, after=stands)
    if plan.is_in_force:
        tell_holders(unit, plan, case)
    if plan.is_in_force and lost_family:
        tell_supervisors(unit, plan, case, county, answer_by=unit.now)
