"""Keep that a member was told a statement, and see who was."""

from dataclasses import dataclass
from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.members import MemberId
from services.network.domain.statements import Statement
from services.network.domain.telling import Telling, check_telling, still_to_tell
from services.network.storage import members, tellings
from shared.db.unit import Unit


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told which version of a statement, and who is still to be told the newest."""

    statement: Statement
    tellings: list[Telling]
    still_to_tell: list[MemberId]


async def tell_statement(
    unit: Unit, case: Case, statement: Statement, member_id: MemberId, *, number: int, told_on: date, today: date, now: datetime
) -> None:
    """Keep that a member of an open family whose row is held was told this version. Said twice, the later word stands.

    Being told is not yet understanding: that quality is seen by a worker, and recorded with the member. Raises MayNotBeTold.
    """
    member = await members.get(unit, case.id, member_id)
    check_telling(statement, member, number=number, told_on=told_on, today=today)
    telling = Telling(
        statement_id=statement.id, number=number, member_id=member.id, told_on=told_on, told_by=unit.actor.id, recorded_at=now
    )
    is_first = await tellings.save(unit, case.id, telling)
    await unit.audit(
        "statement.told" if is_first else "statement.told_corrected",
        subject_kind="person",
        subject_id=member.person_id,
        details={"case_id": str(case.id), "statement_id": str(statement.id), "number": number},
    )


async def see_told(unit: Unit, statement: Statement) -> Told:
    """Return who was told a statement that the caller has just seen."""
    known = await tellings.list_of(unit, statement.id)
    present = await members.list_present(unit, statement.case_id)
    return Told(statement, known, still_to_tell(statement, present, known))
