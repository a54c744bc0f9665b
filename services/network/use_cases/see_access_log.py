"""See who can see a family, and who has looked at it or at a person; these looks are on record too."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.network.domain.cases import Case, Share
from services.network.domain.people import Person
from services.network.domain.visibility import check_whole_county
from services.network.storage import access_log, shares
from shared.db.looks import Look, Viewer
from shared.db.unit import Unit
from shared.kernel.access import Caller


@dataclass(frozen=True, slots=True)
class Holder:
    """One member of staff who sees a family by name: since when, and, where somebody let them in later, who did.

    `share` is there where it ends by itself.
    """

    staff_id: str
    since: datetime
    by: str | None
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who sees a family by name. Beside them: supervisors and schedulers of its unit, administrators, auditors, county systems."""

    assigned: tuple[Holder, ...]
    shared_with: tuple[Holder, ...]


async def see_holders(unit: Unit, case: Case) -> Holders:
    """Return who sees a family by name, and since when."""
    changes = await access_log.list_access_changes(unit, case.id)
    ending = {share.staff_id: share for share in await shares.list_of(unit, case.id)}

    def since(staff_id: str, *, shared: bool) -> Holder:
        found = Holder(staff_id, case.opened_at, None)
        had = not shared  # whom nobody let in later has held it from the beginning
        for at, by, assigned, shared_with in changes:
            has = staff_id in (shared_with if shared else assigned)
            if has and not had:
                found = Holder(staff_id, at, by)
            had = has
        return replace(found, share=ending.get(staff_id)) if shared else found

    return Holders(
        assigned=tuple(since(each, shared=False) for each in sorted(case.access.assigned)),
        shared_with=tuple(since(each, shared=True) for each in sorted(case.access.shared_with)),
    )


async def see_access_log(unit: Unit, case: Case, *, before: int | None, limit: int) -> list[Look]:
    """Return a page of the record of a family that the caller sees."""
    found = await access_log.list_of(unit, case.id, before=before, limit=limit)
    await unit.audit("case.access_log_read", subject_kind="case", subject_id=case.id)
    return found


async def see_viewers(unit: Unit, case: Case) -> list[Viewer]:
    """Return everybody who has looked at a family that the caller sees."""
    found = await access_log.list_viewers(unit, case.id)
    await unit.audit("case.access_log_read", subject_kind="case", subject_id=case.id)
    return found


async def see_person_access_log(unit: Unit, person: Person, *, caller: Caller, before: int | None, limit: int) -> list[Look]:
    """Return a page of the record of a person. It spans families, so it is for those who see them all. Raises Refused."""
    check_whole_county(caller)
    found = await access_log.list_of_person(unit, person.id, before=before, limit=limit)
    await unit.audit("person.access_log_read", subject_kind="person", subject_id=person.id)
    return found
