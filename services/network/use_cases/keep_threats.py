"""Keep the safety threats of a family, as workers type them, and see which of them no plan answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.steps import Step
from services.network.domain.threats import Threat, ThreatId, ThreatState, check_threat, reopened
from services.network.storage import children, plans, steps, threats
from services.network.use_cases.plan_commands import RecordThreat, ThreatChanges
from shared.db.unit import Unit
from shared.events.network import StaffNeeded
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County


@dataclass(frozen=True, slots=True)
class SeenThreat:
    """A threat, and the steps of plans in force that answer it."""

    threat: Threat
    answered_by: tuple[Step, ...]

    @property
    def is_without_plan(self) -> bool:
        """Whether it stands, and no plan that holds answers it: a worker and their supervisor must look now."""
        return self.threat.is_open and not self.answered_by


async def record_threat(unit: Unit, case: Case, command: RecordThreat, county: County, *, today: date) -> SeenThreat:
    """Keep a threat of an open family whose row is held; worker and supervisor learn that no plan answers it. Raises Invalid."""
    threat = Threat(
        id=ThreatId(unit.new_id()),
        case_id=case.id,
        code=command.code,
        text=command.text,
        identified_on=command.identified_on,
        child_ids=command.child_ids,
        state=ThreatState.OPEN,
        resolved_on=None,
        how="",
        version=1,
        updated_at=unit.now,
    )
    await _check(unit, case, threat, today)
    await threats.add(unit, threat)
    await _on_record(unit, None, threat, "threat.recorded")
    told = StaffNeeded(
        case_id=case.id,
        subject_id=threat.id,
        reason="threat_without_plan",
        staff_ids=tuple(dict.fromkeys((*sorted(case.access.assigned), *county.supervisors.get(case.access.unit, ())))),
        answer_by=None,
        at=unit.now,
    )
    unit.announce(told, subject=case.id)
    return SeenThreat(threat, ())


async def change_threat(unit: Unit, case: Case, threat: Threat, wanted: ThreatChanges, *, today: date) -> SeenThreat:
    """Change a threat whose row is held; people say that it is resolved, and how. Raises Invalid."""
    before = reopened(threat) if wanted.get("state") is ThreatState.OPEN else threat
    after = replace(before, **wanted)
    if after != threat:
        await _check(unit, case, after, today)
        after = replace(after, version=threat.version + 1, updated_at=unit.now)
        await threats.save(unit, after)
        await _on_record(unit, threat, after, "threat.changed")
    [seen] = await _seen(unit, case, [after])
    return seen


async def hold_threat(unit: Unit, case: Case, threat_id: ThreatId) -> Threat:
    """Return a threat of this family, and hold the row for a change."""
    return await threats.get_for_update(unit, case.id, threat_id)


async def see_threats(unit: Unit, case: Case, *, after: tuple[datetime, UUID] | None, limit: int) -> list[SeenThreat]:
    """Return a page of the threats of a family that the caller sees."""
    found = await threats.list_of(unit, case.id, after=after, limit=limit)
    await unit.audit("threats.read", subject_kind="case", subject_id=case.id, details={"count": len(found)})
    return await _seen(unit, case, found)


async def _seen(unit: Unit, case: Case, found: Sequence[Threat]) -> list[SeenThreat]:
    in_force = await plans.list_in_force(unit, case.id)
    answering = await steps.list_of_plans(unit, [plan.id for plan in in_force])
    return [SeenThreat(each, tuple(step for step in answering if each.id in step.threat_ids)) for each in found]


async def _check(unit: Unit, case: Case, threat: Threat, today: date) -> None:
    theirs = {child.person_id for child in await children.list_of(unit, case.id)}
    check_threat(threat, children=theirs, today=today)


async def _on_record(unit: Unit, before: Threat | None, after: Threat, deed: str) -> None:
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "threat", after.id, before=before, after=after)
    await unit.audit(deed, subject_kind="case", subject_id=after.case_id, details={"threat_id": str(after.id)})
