"""Let two people meet again."""

from datetime import date, datetime

from services.network.domain.separation import SeparationRule, check_may_lift, was_lifted
from services.network.storage import separations
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def lift_separation(unit: Unit, rule: SeparationRule, *, caller: Caller, today: date, now: datetime) -> None:
    """Lift a rule whose row is held. Raises ProtectiveOrderStands."""
    check_may_lift(rule, caller, today=today)
    await separations.end(unit, rule)
    unit.changed(KeyOf(KeyKind.CASE, rule.case_id), "rule", rule.id, before=rule, after=None)
    await unit.audit("separation.lifted", subject_kind="case", subject_id=rule.case_id, details={"rule_id": str(rule.id)})
    unit.announce(was_lifted(rule, at=now), subject=rule.id)
