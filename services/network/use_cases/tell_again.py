"""Ask that everybody be told a danger anew, once its words are new."""

from services.network.domain.statements import Statement, StatementKind
from services.network.use_cases.refresh_member_state import refresh_understanding
from shared.db.unit import Unit


async def tell_again(unit: Unit, statement: Statement) -> None:
    """Mark the members who were told another danger, or another version of it; what is no danger asks nothing of anybody."""
    if statement.kind is StatementKind.DANGER:
        await refresh_understanding(unit, statement.case_id, (statement.id, statement.current.number))
