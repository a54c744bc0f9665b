"""Look at the cover of all plans of a family again, because somebody in it came, left, or may protect no longer."""

from services.network.domain.cases import CaseId
from services.network.domain.commitments import withdraw
from services.network.domain.members import Member
from services.network.domain.people import PersonId
from services.network.domain.qualities import bears_on_cover
from services.network.storage import cases, commitments, members, plans
from services.network.use_cases.keep_cover import keep_cover
from services.network.use_cases.tell_promise import tell_change
from shared.db.unit import Unit
from shared.events.entries import Notice


async def look_again(unit: Unit, case_id: CaseId) -> None:
    """End what people who left had promised, and reckon the cover of a family's plans anew.

    A member's row may change with it: they may have nothing promised any more.
    """
    case = await cases.get_for_update(unit, case_id)
    present = {member.id for member in await members.list_present(unit, case.id)}
    for each in await plans.list_open(unit, case.id):
        plan = await plans.get_for_update(unit, each.id)
        for promised in await commitments.list_of_plan(unit, plan.id):
            if promised.member_id not in present and not promised.has_ended:
                await tell_change(unit, promised, withdraw(promised, now=unit.now), plan, unit.county, Notice.ENDED)
        await keep_cover(unit, plan, case, unit.county)


async def look_again_after(unit: Unit, before: Member, after: Member) -> Member:
    """Look again where a change of a member bears on cover, and return the member as they stand then."""
    if not bears_on_cover(before, after):
        return after
    await look_again(unit, after.case_id)
    return await members.get_for_update(unit, after.case_id, after.id)


async def look_again_for(unit: Unit, person_id: PersonId) -> None:
    """Look again in every family in which a person has promised something: they changed, not their place."""
    for case_id in await commitments.list_cases_with_open(unit, person_id):
        await look_again(unit, case_id)
