"""Remind staff of plans to look at: a review tomorrow or overdue, a supervisor's look that is late, a returned plan not mended."""

from datetime import datetime, time, timedelta

from services.network.domain.plans import Plan
from services.network.storage import cases, plans
from services.network.use_cases.review_plan import tell_supervisors
from shared.db.unit import Unit
from shared.events.network import StaffNeeded
from shared.kernel.wall import local_date, resolve
from shared.settings import County

AT_ONCE = 200


async def remind_of_reviews(unit: Unit, county: County) -> int:
    """Tell those who hold the families, or supervisors of what waits for them, once a county-local day.

    Return of how many plans, 200 at most: call it again until there are none.
    """
    today = local_date(unit.now, county.time_zone)
    # Each day's reminder is a message of its own, for it names another end of the day to look by.
    answer_by = resolve(datetime.combine(today + timedelta(days=1), time()), county.time_zone).instant
    due = await plans.list_to_remind(unit, today=today, limit=AT_ONCE)
    for plan_id in due:
        plan = await plans.get(unit, plan_id)
        case = await cases.get(unit, plan.case_id)
        if _waits_for_supervisor(plan, unit):
            tell_supervisors(unit, plan, case, county, answer_by=answer_by)
        else:
            told = StaffNeeded(
                case_id=case.id,
                subject_id=plan.id,
                reason="review_due",
                staff_ids=tuple(sorted(case.access.assigned)),
                answer_by=answer_by,
                at=unit.now,
            )
            unit.announce(told, subject=case.id)
        await plans.was_reminded(unit, plan_id, today=today)
    return len(due)


def _waits_for_supervisor(plan: Plan, unit: Unit) -> bool:
    due_at = plan.oversight.due_at
    return plan.oversight.approved_at is None and due_at is not None and due_at <= unit.now
