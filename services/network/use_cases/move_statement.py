"""Move a statement to another place on the map."""

from dataclasses import replace
from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.statements import Statement, fitting, moved
from services.network.storage import statements
from services.network.use_cases.check_statement import check_statement
from services.network.use_cases.tell_again import tell_again
from services.network.use_cases.word_commands import MoveStatement
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def move_statement(
    unit: Unit, case: Case, statement: Statement, command: MoveStatement, *, today: date, now: datetime
) -> Statement:
    """Give a statement whose row is held another kind, as its next version; who did it and why stay with it. Raises SameKind."""
    wording = replace(fitting(statement.current.wording, command.kind), **command.wording)
    after = moved(statement, command.kind, wording, why=command.why, by=unit.actor.id, now=now)
    await check_statement(unit, case.id, command.kind, wording, itself=statement.id, today=today)
    await statements.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "statement", statement.id, before=statement, after=after)
    await unit.audit(
        "statement.moved",
        subject_kind="case",
        subject_id=case.id,
        details={"statement_id": str(statement.id), "from": statement.kind.value, "to": command.kind.value},
    )
    await tell_again(unit, after)
    return after
