"""Look at the cover of all plans of a family again, because somebody in it came, left, or may protect no longer."""

from services.network.domain.cases import Case
from services.network.domain.people import PersonId
from services.network.storage import cases, commitments, plans
from services.network.use_cases.keep_cover import keep_cover
from shared.db.unit import Unit
from shared.settings import County


async def look_again(unit: Unit, case: Case, county: County) -> None:
    """Reckon the cover of a family's plans in force anew; the family's row is held."""
    for plan in await plans.list_in_force(unit, case.id):
        await keep_cover(unit, await plans.get_for_update(unit, plan.id), case, county)


async def look_again_for(unit: Unit, person_id: PersonId, county: County) -> None:
    """The same for every family in which a person has promised something: they changed, not their place."""
    for case_id in sorted({each.case_id for each in await commitments.list_open_of_person(unit, person_id)}):
        await look_again(unit, await cases.get_for_update(unit, case_id), county)
