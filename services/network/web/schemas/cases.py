"""Shapes of families, and of who holds and sees them."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.network.domain.cases import Case, ShareReason
from services.network.use_cases.commands import OpenCase
from services.network.use_cases.release_commands import ShareWish, WantedAccess
from services.network.use_cases.see_access_log import Holder, Holders
from services.network.web.schemas.values import absent
from shared.kernel.access import OF_THE_COUNTY, OF_THE_UNIT, CaseAccess
from shared.web import fields
from shared.web.fields import Day, ExternalId, Instant, Line, Model, PageQuery, StaffId, ZoneName

UnitName = Annotated[str, fields.Pattern(r"[A-Za-z0-9][A-Za-z0-9._ \-]{0,63}", "Use the unit's name as the sign-in has it.", 64)]
Staff = Annotated[list[StaffId], Field(max_length=50)]


class CaseIn(Model):
    """A family to be opened. `title` is what staff call it, such as "The R. family"; without a zone it is the county's."""

    title: Line
    time_zone: ZoneName | None = None
    unit: UnitName
    assigned: Staff = Field(default_factory=list)
    external_id: ExternalId | None = None


class CasePatch(Model):
    """What shall change about a family."""

    title: Line = absent()
    external_id: ExternalId | None = absent()


class ShareIn(Model):
    """A share that ends by itself: its last day, where the family is, and why it is given."""

    staff_id: StaffId
    until: Day
    reason: ShareReason


class AccessIn(Model):
    """Who holds a family, all of them. Whoever stands in `shares` has a share with an end, wherever else they stand.

    Without `shares` the ends that are there stay for those who are still in `shared_with`.
    """

    unit: UnitName
    assigned: Staff
    shared_with: Staff = Field(default_factory=list)
    shares: list[ShareIn] | None = Field(default=None, max_length=50)


class CaseStatus(StrEnum):
    """Whether work with a family goes on."""

    OPEN = "open"
    CLOSED = "closed"


class CasesQuery(PageQuery):
    """Which families to list."""

    status: CaseStatus | None = None


class CaseOut(Model):
    """A family."""

    id: fields.CaseId
    title: str
    time_zone: str
    status: CaseStatus
    unit: str
    assigned: list[str]
    shared_with: list[str]
    external_id: str | None
    opened_at: Instant
    closed_at: Instant | None
    updated_at: Instant
    etag: str


def open_case_from(body: CaseIn) -> OpenCase:
    """Read the order to open a family."""
    return OpenCase(
        title=body.title,
        time_zone=body.time_zone,
        unit=body.unit,
        assigned=frozenset(body.assigned),
        external_id=body.external_id,
    )


def access_from(body: AccessIn) -> WantedAccess:
    """Read who shall hold a family."""
    return WantedAccess(
        access=CaseAccess(unit=body.unit, assigned=frozenset(body.assigned), shared_with=frozenset(body.shared_with)),
        shares=None
        if body.shares is None
        else tuple(ShareWish(staff_id=each.staff_id, reason=each.reason, until=each.until) for each in body.shares),
    )


def case_out(case: Case) -> CaseOut:
    """Write a family."""
    return CaseOut(
        id=case.id,
        title=case.title,
        time_zone=case.time_zone,
        status=CaseStatus.CLOSED if case.is_closed else CaseStatus.OPEN,
        unit=case.access.unit,
        assigned=sorted(case.access.assigned),
        shared_with=sorted(case.access.shared_with),
        external_id=case.external_id,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        updated_at=case.updated_at,
        etag=f'"{case.version}"',
    )


class HolderOut(Model):
    """One member of staff who sees a family by name; `by` is who let them in after it was opened."""

    staff_id: str
    since: Instant
    by: str | None


class SharedOut(HolderOut):
    """One member of staff with whom a family is shared; `until` is the last day of a share that ends by itself."""

    until: date | None
    reason: ShareReason | None


class HoldersOut(Model):
    """Who can see a family: these by name, and whoever has one of these roles, in the unit or in the whole county."""

    unit: str
    assigned: list[HolderOut]
    shared_with: list[SharedOut]
    roles_of_unit: list[str]
    roles_of_county: list[str]


def holders_out(case: Case, holders: Holders) -> HoldersOut:
    """Write who can see a family."""
    return HoldersOut(
        unit=case.access.unit,
        assigned=[HolderOut(staff_id=each.staff_id, since=each.since, by=each.by) for each in holders.assigned],
        shared_with=[_shared_out(each) for each in holders.shared_with],
        roles_of_unit=sorted(OF_THE_UNIT),
        roles_of_county=sorted(OF_THE_COUNTY),
    )


def _shared_out(holder: Holder) -> SharedOut:
    share = holder.share
    return SharedOut(
        staff_id=holder.staff_id,
        since=holder.since,
        by=holder.by,
        until=share.until if share else None,
        reason=share.reason if share else None,
    )
