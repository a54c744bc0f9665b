"""Change what a family is called among staff."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import Case, check_open
from services.network.storage import cases
from services.network.use_cases.commands import CaseChanges
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def change_case(unit: Unit, case: Case, changes: CaseChanges, *, now: datetime) -> Case:
    """Change a family whose row is held. The title stays inside network, so nothing is announced."""
    after = with_changes(case, changes, now=now)
    if after is not case:
        await cases.save(unit, after)
        await tell_changed(unit, case, after, changes)
    return after


def with_changes(case: Case, changes: CaseChanges, *, now: datetime) -> Case:
    """Return the family as changed, and the very same where nothing does."""
    check_open(case)
    after = replace(case, **changes)
    return case if after == case else replace(after, version=case.version + 1, updated_at=now)


async def tell_changed(unit: Unit, case: Case, after: Case, changes: CaseChanges) -> None:
    """Put on record that a family changed."""
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case", case.id, before=case, after=after)
    await unit.audit("case.changed", subject_kind="case", subject_id=case.id, details={"changed": ",".join(sorted(changes))})
