"""What is due for one family, the most pressing first: meetings, reviews, notices to relatives, people to be told again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.portal.domain.circles import KinNotice
from services.portal.domain.families import Member
from services.portal.domain.meetings import Due
from services.portal.domain.plans import Plan
from shared.kernel.wall import local_date


class DueKind(StrEnum):
    """What has to be done."""

    MEETING = "meeting"
    PLAN_REVIEW = "plan_review"
    SUPERVISOR = "supervisor"
    PLAN_ENDS = "plan_ends"
    KIN_NOTICE = "kin_notice"
    TELL_AGAIN = "tell_again"


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that is due; `many` is how many of them, `about` the plan or rule it comes from."""

    kind: DueKind
    on: date | None
    many: int = 1
    about: str = ""


def due_items(
    *, meeting: Due | None, plan: Plan | None, notices: Iterable[KinNotice], members: Iterable[Member]
) -> tuple[DueItem, ...]:
    """Return what is due. Things without a date stand last."""
    found = []
    if meeting is not None:
        found.append(DueItem(DueKind.MEETING, meeting.due_on, about=meeting.rule_id))
    if plan is not None:
        found.append(DueItem(DueKind.PLAN_REVIEW, plan.review_on, about=plan.id))
        if plan.ends_on is not None:
            found.append(DueItem(DueKind.PLAN_ENDS, plan.ends_on, about=plan.id))
        if plan.supervisor_review_due_at is not None and plan.approved_at is None:
            found.append(DueItem(DueKind.SUPERVISOR, local_date(plan.supervisor_review_due_at, plan.time_zone), about=plan.id))
    owed = [one for one in notices if one.owed]
    if owed:
        found.append(DueItem(DueKind.KIN_NOTICE, min((one.due_on for one in owed if one.due_on), default=None), len(owed)))
    again = sum(1 for one in members if any(each.needs_refresh for each in one.qualities))
    if again:
        found.append(DueItem(DueKind.TELL_AGAIN, None, again))
    return tuple(sorted(found, key=lambda one: (one.on is None, one.on or date.max, one.kind)))
