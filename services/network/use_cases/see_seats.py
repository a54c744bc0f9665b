"""Gather who is around a family now and who of them may protect: what every question about cover starts from."""

from services.network.domain.cases import CaseId
from services.network.domain.cover import Seats, seats_of
from services.network.storage import members, people, separations
from shared.db.unit import Unit
from shared.kernel.wall import local_date
from shared.settings import County

MOST_MEMBERS = 500


async def seats_around(unit: Unit, case_id: CaseId, county: County) -> Seats:
    """Return the present members of a family. Nobody is shown to anybody by this."""
    present = await members.list_of(unit, case_id, after=None, limit=MOST_MEMBERS)
    found = await people.list_by_id(unit, [member.person_id for member in present])
    rules = await separations.list_about(unit, [person.id for person in found])
    return seats_of(present, {person.id: person for person in found}, rules, today=local_date(unit.now, county.time_zone))
