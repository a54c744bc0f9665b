"""Change the words of a statement, or who may see it."""

from dataclasses import replace
from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.statements import Statement, reworded
from services.network.storage import statements
from services.network.use_cases.check_statement import check_statement, check_who_may_see
from services.network.use_cases.tell_again import tell_again
from services.network.use_cases.word_commands import ChangeStatement
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def change_statement(
    unit: Unit, case: Case, statement: Statement, command: ChangeStatement, *, today: date, now: datetime
) -> Statement:
    """Change a statement whose row is held. New words are its next version, which everyone is to be told anew."""
    wording = replace(statement.current.wording, **command.wording)
    await check_statement(unit, case.id, statement.kind, wording, itself=statement.id, today=today)
    after = reworded(statement, wording, by=unit.actor.id, now=now)
    if command.audience is not None and command.audience != after.audience:
        await check_who_may_see(unit, case.id, command.audience)
        after = replace(after, audience=command.audience, version=statement.version + 1, updated_at=now)
    if after == statement:
        return statement
    await statements.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "statement", statement.id, before=statement, after=after)
    await unit.audit(
        "statement.changed",
        subject_kind="case",
        subject_id=case.id,
        details={"statement_id": str(statement.id), "number": after.current.number, "visibility": after.audience.visibility.value},
    )
    if after.current != statement.current:
        await tell_again(unit, after)
    return after
