"""Families ("cases"): what they are called among staff, who holds them, and whether work with them goes on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.errors import CaseIsClosed, NotYoursToReassign
from shared.events.network import CaseAccessChanged
from shared.kernel.access import Caller, CaseAccess, Role, may_see
from shared.kernel.errors import Fault, Invalid
from shared.kernel.wall import resolve

CaseId = NewType("CaseId", UUID)
ShareId = NewType("ShareId", UUID)

LONGEST_SHARE = timedelta(days=366)
"""How long a share with an end may last (our choice); it can be given again."""

_MAY_REASSIGN_ALL = frozenset({Role.COUNTY_ADMIN, Role.SYSTEM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One family. `title` is what staff call it and stays inside; `time_zone` is where its due dates are reckoned.

    With whom `access` says that it is shared are all whose share runs now; which of those end by themselves the `Share`s tell.
    """

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


class ShareReason(StrEnum):
    """Why a family is shared for a while (our list)."""

    COVERING = "covering"
    FACILITATION = "facilitation"
    CONSULTATION = "consultation"
    TRANSFER = "transfer"
    REVIEW = "review"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share that ends by itself: to whom, by whom, why; `until` is its last day where the family is, over at `ends_at`."""

    id: ShareId
    staff_id: str
    reason: ShareReason
    until: date
    ends_at: datetime
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class InHands:
    """A family and the shares of it that have an end: what changes when it changes hands."""

    case: Case
    shares: tuple[Share, ...]


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


def end_of_share(until: date, time_zone: str) -> datetime:
    """Return the instant at which the last day of a share is over where the family is."""
    return resolve(datetime.combine(until + timedelta(days=1), time()), time_zone).instant


def check_shares(shared: Sequence[tuple[str, date]], *, today: date) -> None:
    """Refuse shares that would be over already, last too long, or name a colleague twice. Raises Invalid."""
    faults = []
    for place, (staff_id, until) in enumerate(shared):
        pointer = f"#/shares/{place}/until"
        if until < today:
            faults.append(Fault("in_the_past", "Choose today or a later date.", pointer=pointer))
        elif until > today + LONGEST_SHARE:
            faults.append(Fault("duration_out_of_range", "Share it for a year at most; it can be given again.", pointer=pointer))
        if any(staff_id == earlier for earlier, _ in shared[:place]):
            detail = "This colleague is named twice. Keep one of the two."
            faults.append(Fault("duplicate", detail, pointer=f"#/shares/{place}/staff_id"))
    if faults:
        raise Invalid(faults)


def with_shares(wanted: CaseAccess, shares: Iterable[Share]) -> CaseAccess:
    """Return who holds a family when those whose share has an end are counted too."""
    return replace(wanted, shared_with=wanted.shared_with | {share.staff_id for share in shares})


def without_ended(case: Case, ended: Iterable[Share], *, now: datetime) -> Case:
    """Return the family after some shares ended. It may be closed by now: an end is an end."""
    gone = {share.staff_id for share in ended}
    access = replace(case.access, shared_with=case.access.shared_with - gone)
    return replace(case, access=access, version=case.version + 1, updated_at=now)


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
