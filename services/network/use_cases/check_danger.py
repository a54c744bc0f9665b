"""What a member is said to understand is a danger of their family, in a version that it has."""

from dataclasses import replace

from services.network.domain.cases import CaseId
from services.network.domain.members import Quality, SeenQuality
from services.network.domain.statements import Statement, StatementId, StatementKind
from services.network.storage import statements
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid, NotFound


async def as_shared(unit: Unit, case_id: CaseId, seen: SeenQuality) -> SeenQuality:
    """Return what was seen of a member, marked where there are newer words to tell them.

    Raises Invalid for what is no danger of this family, and for a version that it never had.
    """
    if seen.quality is not Quality.UNDERSTANDS_CONCERN or seen.statement_id is None or seen.statement_version is None:
        return seen
    danger = await _find_danger(unit, case_id, StatementId(seen.statement_id))
    if danger is None:
        raise Invalid([Fault("danger_needed", "Choose a danger statement of this family.", pointer="#/statement_id")])
    if seen.statement_version > danger.current.number:
        raise Invalid([Fault("version_unknown", "Choose a version that it has.", pointer="#/statement_version")])
    return replace(seen, needs_refresh=seen.statement_version < danger.current.number)


async def _find_danger(unit: Unit, case_id: CaseId, statement_id: StatementId) -> Statement | None:
    try:
        found = await statements.get(unit, case_id, statement_id)
    except NotFound:
        return None
    return found if found.kind is StatementKind.DANGER else None
