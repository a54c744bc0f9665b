"""Keep an act of protection, change it, take it back."""

from dataclasses import replace
from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.protective_acts import ActId, ProtectiveAct, check_act
from services.network.storage import protective_acts, statements
from services.network.use_cases.check_statement import find_member
from services.network.use_cases.word_commands import ActChanges, RecordAct
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def record_act(unit: Unit, case: Case, command: RecordAct, *, today: date, now: datetime) -> ProtectiveAct:
    """Keep an act of protection in an open family whose row is held. Raises Invalid."""
    act = ProtectiveAct(
        id=ActId(unit.new_id()),
        case_id=case.id,
        actor_id=command.actor_id,
        observer_id=command.observer_id,
        danger_id=command.danger_id,
        acted_on=command.acted_on,
        text=command.text,
        recorded_by=unit.actor.id,
        version=1,
        updated_at=now,
    )
    await _check(unit, case, act, today=today)
    await protective_acts.add(unit, act)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "act", act.id, before=None, after=act)
    await _audit(unit, "act.recorded", act)
    return act


async def change_act(
    unit: Unit, case: Case, act: ProtectiveAct, wanted: ActChanges, *, today: date, now: datetime
) -> ProtectiveAct:
    """Change an act whose row is held; the history keeps what it was. Raises Invalid."""
    after = replace(act, **wanted)
    if after == act:
        return act
    await _check(unit, case, after, today=today)
    after = replace(after, version=act.version + 1, updated_at=now)
    await protective_acts.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "act", act.id, before=act, after=after)
    await _audit(unit, "act.changed", after)
    return after


async def remove_act(unit: Unit, act: ProtectiveAct) -> None:
    """Take back an act whose row is held."""
    await protective_acts.end(unit, act)
    unit.changed(KeyOf(KeyKind.CASE, act.case_id), "act", act.id, before=act, after=None)
    await _audit(unit, "act.removed", act)


async def _check(unit: Unit, case: Case, act: ProtectiveAct, *, today: date) -> None:
    kinds = await statements.kinds_of(unit, case.id, [act.danger_id])
    check_act(
        actor=await find_member(unit, case.id, act.actor_id),
        observer=await find_member(unit, case.id, act.observer_id),
        danger=kinds.get(act.danger_id),
        acted_on=act.acted_on,
        today=today,
    )


async def _audit(unit: Unit, deed: str, act: ProtectiveAct) -> None:
    await unit.audit(deed, subject_kind="case", subject_id=act.case_id, details={"act_id": str(act.id)})
