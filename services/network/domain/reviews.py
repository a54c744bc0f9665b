"""Reviews of a plan: when it was looked at, what that came to, and who may do the supervisor's part."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.commitments import PlanId
from services.network.domain.plan_errors import PlanReviewRefused
from services.network.domain.plans import Plan
from shared.kernel.access import Caller, CaseAccess, Role
from shared.kernel.errors import Fault, Invalid

ReviewId = NewType("ReviewId", UUID)


class ReviewOutcome(StrEnum):
    """What a review came to. `end` is what people want; the plan ends when they end it."""

    CONTINUE = "continue"
    CHANGE = "change"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review that was held, a worker's words about it, and when the next one is due. Days are of the family's zone."""

    id: ReviewId
    case_id: CaseId
    plan_id: PlanId
    held_on: date
    outcome: ReviewOutcome
    text: str
    review_on: date | None
    recorded_at: datetime
    recorded_by: str


def check_review(review: Review, plan: Plan, *, today: date) -> None:
    """Refuse a review of a day to come or from before the plan, and a next one outside of it."""
    faults = []
    if review.held_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/held_on"))
    elif review.held_on < plan.starts_on:
        faults.append(Fault("date_out_of_range", "Choose a day of the plan.", pointer="#/held_on"))
    if review.review_on is not None:
        if review.review_on <= review.held_on:
            faults.append(Fault("end_before_start", "Choose a day after this review.", pointer="#/review_on"))
        elif plan.ends_on is not None and review.review_on > plan.ends_on:
            faults.append(Fault("date_out_of_range", "Choose a review within the plan.", pointer="#/review_on"))
    if faults:
        raise Invalid(faults)


def check_may_review(access: CaseAccess, caller: Caller) -> None:
    """Refuse the supervisor's part to anybody but the unit's supervisor and the county's administrator."""
    of_the_unit = Role.SUPERVISOR in caller.roles and access.unit in caller.units
    if not of_the_unit and Role.COUNTY_ADMIN not in caller.roles:
        raise PlanReviewRefused
