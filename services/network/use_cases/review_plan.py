"""Look at a plan again: the dated reviews with the family, and the supervisor's look within 24 hours."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from services.network.domain.agreements import is_agreed_by_family
from services.network.domain.cases import Case
from services.network.domain.plans import Plan, approved, next_review, returned, reviewed, submitted
from services.network.domain.reviews import Review, ReviewId, ReviewOutcome, check_may_review, check_review
from services.network.storage import agreements, plans, reviews
from services.network.use_cases.keep_cover import keep_cover
from services.network.use_cases.plan_commands import HoldReview
from shared.db.unit import Unit
from shared.events.network import StaffNeeded
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County


async def hold_review(unit: Unit, plan: Plan, command: HoldReview, *, today: date) -> Review:
    """Record a review of a plan in force whose row is held; it moves the next one. Raises Invalid, PlanNotActive, PlanHasEnded."""
    review = Review(
        id=ReviewId(unit.new_id()),
        case_id=plan.case_id,
        plan_id=plan.id,
        held_on=command.held_on,
        outcome=command.outcome,
        text=command.text,
        review_on=command.review_on,
        recorded_at=unit.now,
        recorded_by=unit.actor.id,
    )
    check_review(review, plan, today=today)
    if review.review_on is None and review.outcome is not ReviewOutcome.END:
        due = next_review(plan, review.held_on)
        review = replace(review, review_on=due if due > review.held_on else None)
    after = reviewed(plan, review.review_on, now=unit.now)
    await reviews.add(unit, review)
    unit.changed(KeyOf(KeyKind.CASE, plan.case_id), "review", review.id, before=None, after=review)
    await _keep(unit, plan, after, "plan.reviewed")
    return review


async def see_reviews(unit: Unit, plan: Plan) -> list[Review]:
    """Return the reviews of a plan that the caller sees."""
    return await reviews.list_of_plan(unit, plan.id)


async def submit_plan(unit: Unit, plan: Plan, case: Case, county: County) -> Plan:
    """Lay an agreed plan whose row is held before the unit's supervisors. Raises PlanNotAgreed, PlanIsActive, PlanHasEnded."""
    after = submitted(plan, now=unit.now)
    if after != plan:
        await _keep(unit, plan, after, "plan.submitted")
        tell_supervisors(unit, after, case, county, answer_by=after.oversight.due_at)
    return after


async def approve_plan(unit: Unit, plan: Plan, case: Case, county: County, *, caller: Caller) -> Plan:
    """Keep that a supervisor approves of a plan whose row is held. Raises PlanReviewRefused, PlanNotAgreed, PlanHasEnded."""
    check_may_review(case.access, caller)
    is_agreed = is_agreed_by_family(await agreements.list_of_plan(unit, plan.id))
    after = approved(plan, by=caller.staff_id, is_agreed=is_agreed, now=unit.now)
    if after == plan:
        return plan
    await _keep(unit, plan, after, "plan.approved")
    return await keep_cover(unit, after, case, county)


async def return_plan(unit: Unit, plan: Plan, case: Case, words: str, *, caller: Caller) -> Plan:
    """Give a plan whose row is held back to its worker: it is mended, and the family signs again.

    A plan in force holds meanwhile, under review. Raises PlanReviewRefused, PlanNotAgreed, PlanHasEnded.
    """
    check_may_review(case.access, caller)
    after = returned(plan, words, now=unit.now)
    await agreements.make_void(unit, plan.id)
    await _keep(unit, plan, after, "plan.returned")
    tell_holders(unit, plan, case)
    return after


def tell_holders(unit: Unit, plan: Plan, case: Case) -> None:
    """Tell those who hold the family that a plan waits for them now."""
    _tell(unit, plan, case, sorted(case.access.assigned), answer_by=unit.now)


def tell_supervisors(unit: Unit, plan: Plan, case: Case, county: County, *, answer_by: datetime | None) -> None:
    """Tell the supervisors of the family's unit that a plan waits for them; where there are none, whoever is on call."""
    _tell(unit, plan, case, county.supervisors.get(case.access.unit, ()) or county.on_call, answer_by=answer_by)


def _tell(unit: Unit, plan: Plan, case: Case, staff_ids: Iterable[str], *, answer_by: datetime | None) -> None:
    told = StaffNeeded(
        case_id=case.id, subject_id=plan.id, reason="review_due", staff_ids=tuple(staff_ids), answer_by=answer_by, at=unit.now
    )
    unit.announce(told, subject=case.id)


async def _keep(unit: Unit, before: Plan, after: Plan, deed: str) -> None:
    await plans.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "plan", after.id, before=before, after=after)
    await unit.audit(deed, subject_kind="case", subject_id=after.case_id, details={"plan_id": str(after.id)})
