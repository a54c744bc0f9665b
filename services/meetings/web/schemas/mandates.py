"""Shapes of due dates."""

from uuid import UUID

from services.meetings.domain.mandates import Due
from services.meetings.use_cases.see_mandates import Mandates
from shared.web.fields import Day, Model, PersonId


class DueOut(Model):
    """A due date, and the rule that set it."""

    due_on: Day
    rule_id: str
    source: str
    child_id: PersonId
    last_working_day: Day
    status: str


def due_out(due: Due) -> DueOut:
    """Write a due date."""
    return DueOut(
        due_on=due.due_on,
        rule_id=due.rule_id.value,
        source=due.source,
        child_id=due.child_id,
        last_working_day=due.last_working_day,
        status=due.status.value,
    )


class ChildDuesOut(Model):
    """The due dates of one child."""

    child_id: PersonId
    dues: list[DueOut]


class MandatesOut(Model):
    """The due dates of a family's children, and the earliest unmet one."""

    children: list[ChildDuesOut]
    combined: DueOut | None


def mandates_out(found: Mandates) -> MandatesOut:
    """Write due dates."""
    by_child: dict[UUID, list[DueOut]] = {}
    for due in found.dues:
        by_child.setdefault(due.child_id, []).append(due_out(due))
    return MandatesOut(
        children=[ChildDuesOut(child_id=child_id, dues=dues) for child_id, dues in sorted(by_child.items())],
        combined=due_out(found.combined) if found.combined else None,
    )
