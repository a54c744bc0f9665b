"""Begin a safety plan as a draft, or change one that is not in force yet."""

from typing import TypedDict

from services.network.domain.cases import Case
from services.network.domain.commitments import PlanId
from services.network.domain.plans import Plan, PlanState, PlanWords, Window, WindowId, check_dates, check_draft, check_windows
from services.network.storage import plans
from services.network.use_cases.plan_commands import MakePlan, WantedWindow
from services.network.use_cases.redraft_plan import redraft_plan
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


class PlanChanges(TypedDict, total=False):
    """Those parts of a draft that shall change; windows are given anew, all of them."""

    words: PlanWords
    windows: tuple[WantedWindow, ...]


async def make_plan(unit: Unit, case: Case, command: MakePlan, *, replaces: PlanId | None = None) -> Plan:
    """Store a draft for an open family whose row is held. Raises Invalid for dates and windows that cannot be."""
    plan = Plan(
        id=PlanId(unit.new_id()),
        case_id=case.id,
        kind=command.kind,
        state=PlanState.DRAFT,
        time_zone=case.time_zone,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        review_on=check_dates(command.kind, command.starts_on, command.ends_on, command.review_on),
        words=command.words,
        windows=_windows(unit, command.windows),
        replaces=replaces,
        updated_at=unit.now,
    )
    check_windows(plan.windows, plan.starts_on, plan.ends_on)
    await plans.add(unit, plan)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "plan", plan.id, before=None, after=plan)
    await unit.audit("plan.made", subject_kind="case", subject_id=case.id, details={"plan_id": str(plan.id)})
    return plan


async def change_plan(unit: Unit, plan: Plan, changes: PlanChanges) -> Plan:
    """Change a draft whose row is held; the family agrees anew. Raises PlanIsActive once it holds, and PlanHasEnded."""
    check_draft(plan)
    windows = _windows(unit, changes["windows"]) if "windows" in changes else plan.windows
    check_windows(windows, plan.starts_on, plan.ends_on)
    words = changes.get("words", plan.words)
    if (words, windows) == (plan.words, plan.windows):
        return plan
    return await redraft_plan(unit, plan, "plan.changed", words=words, windows=windows)


def _windows(unit: Unit, wanted: tuple[WantedWindow, ...]) -> tuple[Window, ...]:
    return tuple(Window(id=WindowId(unit.new_id()), label=each.label, pattern=each.pattern, adults=each.adults) for each in wanted)
