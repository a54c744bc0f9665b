"""Look at the notices that relatives are owed: of one family, or of all of one's own that come due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.kin_notices import KinNotice
from services.network.domain.people import Person
from services.network.storage import kin_notices, people
from shared.db.unit import Unit
from shared.kernel.access import Caller


@dataclass(frozen=True, slots=True)
class SeenNotice:
    """A notice and the relative it is for."""

    notice: KinNotice
    person: Person


async def see_kin_notices(unit: Unit, case: Case, *, after: UUID | None, limit: int) -> list[SeenNotice]:
    """Return a page of the notices of a family that the caller sees; each relative is on record as seen."""
    return await _seen(unit, await kin_notices.list_of(unit, case.id, after=after, limit=limit))


async def see_owed_notices(
    unit: Unit, *, caller: Caller, due_before: date | None, after: tuple[date, UUID] | None, limit: int
) -> list[SeenNotice]:
    """Return a page of the notices still owed in the caller's open families, the first due first."""
    found = await kin_notices.list_owed(unit, caller, due_before=due_before, after=after, limit=limit)
    return await _seen(unit, found)


async def see_kin_notice(unit: Unit, notice: KinNotice) -> SeenNotice:
    """Return a notice with the relative, on record as seen."""
    return (await _seen(unit, [notice]))[0]


async def _seen(unit: Unit, notices: Sequence[KinNotice]) -> list[SeenNotice]:
    persons = {person.id: person for person in await people.list_by_id(unit, {notice.person_id for notice in notices})}
    for notice in notices:
        details = {"case_id": str(notice.case_id)}
        await unit.audit("person.read", subject_kind="person", subject_id=notice.person_id, details=details)
    return [SeenNotice(notice, persons[notice.person_id]) for notice in notices]
