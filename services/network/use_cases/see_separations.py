"""Look at the rules that keep people of a family apart."""

from services.network.domain.cases import Case
from services.network.domain.separation import RuleId, SeparationRule
from services.network.storage import separations
from shared.db.unit import Unit


async def see_separations(unit: Unit, case: Case) -> list[SeparationRule]:
    """Return the rules of a family that the caller sees; both people of each are on record as seen."""
    rules = await separations.list_of(unit, case.id)
    for person_id in sorted({person for rule in rules for person in (rule.person_a, rule.person_b)}):
        await unit.audit("separation.read", subject_kind="person", subject_id=person_id, details={"case_id": str(case.id)})
    return rules


async def hold_separation(unit: Unit, case: Case, rule_id: RuleId) -> SeparationRule:
    """Return a rule of this family, and hold the row for a change."""
    return await separations.get_for_update(unit, case.id, rule_id)
