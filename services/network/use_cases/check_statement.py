"""What has to be true of a statement whatever is done to it: its kind's rules, and that all it names belongs to its family."""

from datetime import date

from services.network.domain.audience import Audience, check_audience
from services.network.domain.cases import CaseId
from services.network.domain.members import Member, MemberId
from services.network.domain.statements import StatementId, StatementKind, Wording, check_goal, check_wording
from services.network.storage import members, statements
from shared.db.unit import Unit
from shared.kernel.errors import NotFound


async def check_statement(
    unit: Unit, case_id: CaseId, kind: StatementKind, wording: Wording, *, itself: StatementId | None, today: date
) -> None:
    """Refuse words that cannot be right for a kind in this family. A goal does not answer itself. Raises Invalid."""
    check_wording(kind, wording, today=today)
    if kind is not StatementKind.SAFETY_GOAL:
        return
    actor = await find_member(unit, case_id, wording.actor_id)
    linked = await statements.kinds_of(unit, case_id, set(wording.links) - {itself})
    check_goal(wording, actor=actor, linked=linked)


async def check_who_may_see(unit: Unit, case_id: CaseId, audience: Audience) -> None:
    """Refuse an audience that names nobody, or members of another family. Raises Invalid."""
    check_audience(audience, {member.id for member in await members.list_present(unit, case_id)})


async def find_member(unit: Unit, case_id: CaseId, member_id: MemberId | None) -> Member | None:
    """Return a present member of a family; None for anybody else, as for nobody."""
    if member_id is None:
        return None
    try:
        return await members.get(unit, case_id, member_id)
    except NotFound:
        return None
