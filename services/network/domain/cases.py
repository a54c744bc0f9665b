"""Families ("cases"): what they are called among staff, who holds them, and whether work with them goes on."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType
from uuid import UUID

from services.network.domain.errors import CaseIsClosed, NotYoursToReassign
from shared.events.network import CaseAccessChanged
from shared.kernel.access import Caller, CaseAccess, Role, may_see

CaseId = NewType("CaseId", UUID)

_MAY_REASSIGN_ALL = frozenset({Role.COUNTY_ADMIN, Role.SYSTEM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One family. `title` is what staff call it and stays inside; `time_zone` is where its due dates are reckoned."""

    id: CaseId
    title: str
    time_zone: str
    external_id: str | None
    access: CaseAccess
    opened_at: datetime
    closed_at: datetime | None
    version: int
    updated_at: datetime

    @property
    def is_closed(self) -> bool:
        """Whether work with this family has ended."""
        return self.closed_at is not None


def check_open(case: Case) -> None:
    """Refuse to change anything about a family once work with it has ended."""
    if case.is_closed:
        raise CaseIsClosed


def access_at_opening(unit: str, assigned: frozenset[str], caller: Caller) -> CaseAccess:
    """Return who holds a new family. A worker who names nobody holds it themselves, so that no family is out of sight."""
    if not assigned and not caller.is_system:
        assigned = frozenset({caller.staff_id})
    return CaseAccess(unit=unit, assigned=assigned)


def reassigned(case: Case, wanted: CaseAccess, caller: Caller) -> Case:
    """Return the family in other hands. Assigned staff may share it; only the unit's supervisor or an administrator may do more.

    Nobody who merely has a share may widen it. The change holds from the next request on.
    """
    check_open(case)
    leads = Role.SUPERVISOR in caller.roles and case.access.unit in caller.units
    if not leads and not caller.roles & _MAY_REASSIGN_ALL:
        same_hands = wanted.unit == case.access.unit and wanted.assigned == case.access.assigned
        if not same_hands or caller.staff_id not in case.access.assigned:
            raise NotYoursToReassign
    return replace(case, access=wanted)


def closed(case: Case, *, now: datetime) -> Case:
    """Return the family with work ended; a family ends once."""
    check_open(case)
    return replace(case, closed_at=now)


def is_visible(case: Case, caller: Caller) -> bool:
    """Say whether the family is there at all for this caller."""
    return may_see(case.access, caller)


def access_changed(case: Case, *, at: datetime) -> CaseAccessChanged:
    """Say who holds the family now, all of them."""
    return CaseAccessChanged(
        case_id=case.id,
        unit=case.access.unit,
        assigned=tuple(sorted(case.access.assigned)),
        shared_with=tuple(sorted(case.access.shared_with)),
        at=at,
    )
