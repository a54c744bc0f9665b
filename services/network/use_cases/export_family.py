"""Give out one family as a whole, for its record elsewhere: who stands around it, the shared words, plans and promises."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.network.domain.cases import Case, CaseId
from services.network.domain.commitments import Commitment
from services.network.domain.gaps import Gap
from services.network.domain.plans import Plan
from services.network.domain.statements import Statement
from services.network.storage import commitments, gaps
from services.network.use_cases.see_case import see_case
from services.network.use_cases.see_plan import see_plans
from services.network.use_cases.see_roster import SeenChild, SeenMember, see_children, see_members
from services.network.use_cases.see_statements import see_statements
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import Refused

ALSO_NEEDS = frozenset({"cases.read", "people.read"})
"""What a caller needs besides the route's own scope: the file holds what these routes would show."""

ALL = 10_000
"""More than any family has."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with its promises, and the gaps in its cover that are still to come."""

    plan: Plan
    commitments: Sequence[Commitment]
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True)
class FamilyFile:
    """All of a family that its file holds."""

    case: Case
    children: Sequence[SeenChild]
    members: Sequence[SeenMember]
    statements: Sequence[Statement]
    plans: Sequence[PlanFile]


async def export_family(unit: Unit, case_id: CaseId, *, caller: Caller) -> FamilyFile:
    """Return a family that the caller sees; each person in it is on record as seen. Raises Refused without the scopes for it."""
    case = await see_case(unit, case_id, caller=caller)
    if not caller.scopes >= ALSO_NEEDS:
        raise Refused
    await unit.audit("case.exported", subject_kind="case", subject_id=case.id)
    return FamilyFile(
        case=case,
        children=await see_children(unit, case),
        members=await see_members(unit, case, after=None, limit=ALL),
        statements=await see_statements(unit, case, kind=None, after=None, limit=ALL),
        plans=[await _plan_file(unit, plan) for plan in await see_plans(unit, case, after=None, limit=ALL)],
    )


async def _plan_file(unit: Unit, plan: Plan) -> PlanFile:
    return PlanFile(
        plan=plan,
        commitments=await commitments.list_of_plan(unit, plan.id),
        gaps=await gaps.list_of_plan(unit, plan.id, ending_after=unit.now),
    )
