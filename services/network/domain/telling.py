"""Who was told which version of a statement, when and by whom; and who is still to be told the newest one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.network.domain.audience import admits_member
from services.network.domain.members import Member, MemberId
from services.network.domain.statements import Statement, StatementId, check_may_be_told
from shared.kernel.errors import Fault, Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """That a member was told one version of a statement, on a county-local day."""

    statement_id: StatementId
    number: int
    member_id: MemberId
    told_on: date
    told_by: str
    recorded_at: datetime


def check_telling(statement: Statement, member: Member, *, number: int, told_on: date, today: date) -> None:
    """Refuse a version that is not there, a day to come, and a member who may not see the statement."""
    faults = []
    if number > statement.current.number:
        faults.append(Fault("version_unknown", "Choose a version that this statement has.", pointer="#/number"))
    if told_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/told_on"))
    if faults:
        raise Invalid(faults)
    check_may_be_told(statement, member)


def still_to_tell(statement: Statement, members: Iterable[Member], tellings: Iterable[Telling]) -> list[MemberId]:
    """Return the members with whom the statement may be shared and who do not know its newest version."""
    know = {telling.member_id for telling in tellings if telling.number == statement.current.number}
    return [member.id for member in members if member.id not in know and admits_member(statement.audience, member)]
