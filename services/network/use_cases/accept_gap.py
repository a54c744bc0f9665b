"""A worker takes it upon themselves to leave a time uncovered, with a reason, and their supervisor gets a copy."""

from services.network.domain.cases import Case
from services.network.domain.commitments import GapId
from services.network.domain.gaps import Gap, accepted
from services.network.domain.plans import Plan
from services.network.storage import gaps
from services.network.use_cases.keep_cover import announce_closed, keep_cover, tell_staff
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County


async def accept_gap(unit: Unit, plan: Plan, case: Case, gap_id: GapId, reason: str, county: County) -> Gap:
    """Close a standing gap of a plan whose row is held. Raises NotFound, GapIsClosed, ReasonNeeded."""
    gap = await gaps.get(unit, plan.id, gap_id)
    after = accepted(gap, reason, by=unit.actor.id, now=unit.now)
    await gaps.save(unit, after, look_at=None)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "gap", gap.id, before=gap, after=after)
    await unit.audit("gap.accepted", subject_kind="case", subject_id=case.id, details={"gap_id": str(gap.id)})
    announce_closed(unit, after)
    tell_staff(unit, after, case, county, "coverage_accepted", upwards=True)
    await keep_cover(unit, plan, case, county)
    return after
