"""Take a statement off the map."""

from services.network.domain.statements import Statement
from services.network.storage import statements
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def retire_statement(unit: Unit, statement: Statement) -> None:
    """End a statement whose row is held. It stays on record, and nobody is shown it again."""
    await statements.end(unit, statement)
    unit.changed(KeyOf(KeyKind.CASE, statement.case_id), "statement", statement.id, before=statement, after=None)
    await unit.audit(
        "statement.retired", subject_kind="case", subject_id=statement.case_id, details={"statement_id": str(statement.id)}
    )
