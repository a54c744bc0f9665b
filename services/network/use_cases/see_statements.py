"""Look at the statements of a family: as a list, as a map, and back through their versions. Each look is on record."""

from datetime import datetime
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.statements import Statement, StatementId, StatementKind, Version
from services.network.storage import statements
from shared.db.unit import Unit


async def see_statement(unit: Unit, case: Case, statement_id: StatementId) -> Statement:
    """Return a statement of a family that the caller sees."""
    statement = await statements.get(unit, case.id, statement_id)
    await unit.audit("statement.read", subject_kind="case", subject_id=case.id, details={"statement_id": str(statement_id)})
    return statement


async def hold_statement(unit: Unit, case: Case, statement_id: StatementId) -> Statement:
    """Return a statement of this family, and hold the row for a change."""
    return await statements.get_for_update(unit, case.id, statement_id)


async def see_statements(
    unit: Unit, case: Case, *, kind: StatementKind | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Statement]:
    """Return a page of the statements of a family that the caller sees."""
    found = await statements.list_of(unit, case.id, kind=kind, after=after, limit=limit)
    await unit.audit("statements.read", subject_kind="case", subject_id=case.id, details={"count": len(found)})
    return found


async def see_map(unit: Unit, case: Case, *, after: StatementId | None, limit: int) -> list[Statement]:
    """Return a page of the statements of a family that the caller sees, of every kind, oldest first: what its map shows."""
    found = await statements.list_written(unit, case.id, after=after, limit=limit)
    await unit.audit("map.read", subject_kind="case", subject_id=case.id, details={"count": len(found)})
    return found


async def see_versions(unit: Unit, statement: Statement, *, before: int | None, limit: int) -> list[Version]:
    """Return a page of the versions of a statement that the caller has just seen, newest first."""
    return await statements.list_versions(unit, statement, before=before, limit=limit)
