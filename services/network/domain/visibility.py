"""Who may see a person: those who see a family the person belongs to, colleagues, and those with the whole county in hand.

A person stands around several families without any sight across them, so sight of one family gives the person and not the others.
"""

from collections.abc import Iterable
from datetime import timedelta

from services.network.domain.errors import ColleagueRecord, WholeCountyOnly
from services.network.domain.people import Person
from shared.kernel.access import Caller, CaseAccess, Role, may_see

_COUNTY_WIDE = frozenset({Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM})
_KEEP_STAFF = frozenset({Role.SCHEDULER, Role.SUPERVISOR, Role.COUNTY_ADMIN, Role.SYSTEM})

FOUND_FOR = timedelta(hours=1)
"""How long a worker who found a person by search may add them to a family."""


def sees_whole_county(caller: Caller) -> bool:
    """County administrators, auditors and county systems see every person of their county."""
    return bool(caller.roles & _COUNTY_WIDE)


def check_whole_county(caller: Caller) -> None:
    """Refuse what spans families that the caller cannot see."""
    if not sees_whole_county(caller):
        raise WholeCountyOnly


def may_see_person(person: Person, families: Iterable[CaseAccess], caller: Caller) -> bool:
    """Say whether a person is there at all for this caller.

    Staff see their colleagues. Somebody in no family is seen by whoever registered them, until they join one: from then on the
    family decides, so that handing a family over takes its people along.
    """
    if sees_whole_county(caller) or person.profile.staff_id is not None:
        return True
    held = tuple(families)
    if not held:
        return person.registered_by == caller.staff_id
    return any(may_see(access, caller) for access in held)


def check_may_keep_staff(caller: Caller, *staff_ids: str | None) -> None:
    """Refuse to write the record of a colleague, or to make somebody a colleague: everybody in the county sees those."""
    if not caller.roles & _KEEP_STAFF and any(staff_id not in (None, caller.staff_id) for staff_id in staff_ids):
        raise ColleagueRecord


def may_write_by_external_id(caller: Caller) -> bool:
    """Say whether a caller may write records by the county's own ids, which reaches people out of a worker's sight."""
    return bool(caller.roles & {Role.COUNTY_ADMIN, Role.SYSTEM})
