"""Keep two people apart."""

from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.separation import RuleId, SeparationRule, check_until, pair, was_set
from services.network.storage import separations
from services.network.use_cases.commands import SetSeparation
from services.network.use_cases.see_person import check_may_be_added
from services.network.use_cases.settle_relay import part_from_relay
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def set_separation(
    unit: Unit, case: Case, command: SetSeparation, *, caller: Caller, today: date, now: datetime
) -> SeparationRule:
    """Set a rule in an open family whose row is held. It binds the two people everywhere in the county. Raises SeparationExists."""
    first, second = pair(command.person_a, command.person_b)
    check_until(command.until, today=today)
    for person_id in (first, second):
        await check_may_be_added(unit, person_id, caller=caller)
    rule = SeparationRule(
        id=RuleId(unit.new_id()),
        case_id=case.id,
        person_a=first,
        person_b=second,
        reason=command.reason,
        until=command.until,
        set_at=now,
        version=1,
        updated_at=now,
    )
    await separations.add(unit, rule)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "rule", rule.id, before=None, after=rule)
    await unit.audit("separation.set", subject_kind="case", subject_id=case.id, details={"rule_id": str(rule.id)})
    unit.announce(was_set(rule, at=now), subject=rule.id)
    await part_from_relay(unit, first, second, today=today, now=now)
    return rule
