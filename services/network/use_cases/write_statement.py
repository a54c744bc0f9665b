"""Put a statement on the map of a family."""

from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.statements import Statement, StatementId, Version
from services.network.storage import statements
from services.network.use_cases.check_statement import check_statement, check_who_may_see
from services.network.use_cases.tell_again import tell_again
from services.network.use_cases.word_commands import WriteStatement
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def write_statement(unit: Unit, case: Case, command: WriteStatement, *, today: date, now: datetime) -> Statement:
    """Write the first version of a statement in an open family whose row is held. Raises Invalid."""
    await check_statement(unit, case.id, command.kind, command.wording, itself=None, today=today)
    await check_who_may_see(unit, case.id, command.audience)
    first = Version(number=1, kind=command.kind, wording=command.wording, why="", written_at=now, written_by=unit.actor.id)
    statement = Statement(
        id=StatementId(unit.new_id()),
        case_id=case.id,
        audience=command.audience,
        current=first,
        version=1,
        updated_at=now,
    )
    await statements.add(unit, statement)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "statement", statement.id, before=None, after=statement)
    await unit.audit(
        "statement.written", subject_kind="case", subject_id=case.id, details={"statement_id": str(statement.id), "number": 1}
    )
    await tell_again(unit, statement)
    return statement
