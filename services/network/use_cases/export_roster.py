"""Give a county its whole roster: every member of every family where work goes on, family by family, each on record as seen."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.errors import CountySystemsOnly
from services.network.domain.members import Member
from services.network.domain.people import Person
from services.network.domain.visibility import may_write_by_external_id
from services.network.storage import cases, members, people
from services.network.use_cases.see_import import Opens
from shared.db.unit import Unit
from shared.kernel.access import Caller

PAGE = 500


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person's place around one family."""

    case: Case
    member: Member
    person: Person


async def export_roster(opens: Opens, *, caller: Caller) -> AsyncIterator[tuple[list[RosterEntry], datetime]]:
    """Return the roster page by page, with the instant of each: a transaction of its own, kept before the page leaves.

    A member who joins or leaves meanwhile may be in it or not. Raises CountySystemsOnly.
    """
    if not may_write_by_external_id(caller):
        raise CountySystemsOnly
    after: tuple[UUID, UUID] | None = None
    while True:
        async with opens() as unit:
            if after is None:
                await unit.audit("roster.exported", subject_kind="county", subject_id=unit.county_id)
            found = await _page(unit, after)
        yield found, unit.now
        if len(found) < PAGE:
            return
        after = (found[-1].member.case_id, found[-1].member.person_id)


async def _page(unit: Unit, after: tuple[UUID, UUID] | None) -> list[RosterEntry]:
    found = await members.list_everywhere(unit, after=after, limit=PAGE)
    families = {case.id: case for case in await cases.list_by_id(unit, {each.case_id for each in found})}
    persons = {person.id: person for person in await people.list_by_id(unit, {each.person_id for each in found})}
    for each in found:
        await unit.audit(
            "person.exported", subject_kind="person", subject_id=each.person_id, details={"case_id": str(each.case_id)}
        )
    return [RosterEntry(families[each.case_id], each, persons[each.person_id]) for each in found]
