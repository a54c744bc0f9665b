"""Let a separation rest for a while, or end its rest."""

from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.release_errors import SeparationDoesNotRest
from services.network.domain.separation import Override, OverrideId, SeparationRule, check_may_override
from services.network.storage import separations
from services.network.use_cases.release_commands import OverrideSeparation
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def override_separation(
    unit: Unit, case: Case, rule: SeparationRule, command: OverrideSeparation, *, caller: Caller, today: date, now: datetime
) -> Override:
    """Let a rule whose row is held rest, within network alone: no other service hears of it, so two such people still never meet.

    Raises ProtectiveOrderStands, NotYoursToOverride, SeparationNotActive, OverrideTooLong.
    """
    beside = await separations.list_between(unit, rule.person_a, rule.person_b)
    check_may_override(rule, beside, caller, case.access.unit, until=command.until, today=today)
    override = Override(
        id=OverrideId(unit.new_id()),
        case_id=case.id,
        rule_id=rule.id,
        reason=command.reason,
        until=command.until,
        given_by=caller.staff_id,
        given_at=now,
    )
    await separations.add_override(unit, override)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "override", override.id, before=None, after=override)
    await unit.audit("separation.overridden", subject_kind="case", subject_id=case.id, details=_details(rule, override.id))
    return override


async def end_overrides(unit: Unit, case: Case, rule: SeparationRule) -> None:
    """Let a rule whose row is held keep the two apart again, from now on. Raises SeparationDoesNotRest."""
    ended = await separations.end_overrides(unit, rule)
    if not ended:
        raise SeparationDoesNotRest
    for override_id in ended:
        await unit.audit("separation.override_ended", subject_kind="case", subject_id=case.id, details=_details(rule, override_id))


def _details(rule: SeparationRule, override_id: OverrideId) -> dict[str, str]:
    return {"rule_id": str(rule.id), "override_id": str(override_id)}
