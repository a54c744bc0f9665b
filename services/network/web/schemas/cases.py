"""Shapes of families, of who holds them, and of who looked at them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.network.domain.cases import Case
from services.network.storage.access_log import Look
from services.network.use_cases.commands import OpenCase
from services.network.web.schemas.values import absent
from shared.kernel.access import CaseAccess
from shared.web import fields
from shared.web.fields import ExternalId, Instant, Line, Model, PageQuery, StaffId, ZoneName

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


class AccessIn(Model):
    """Who holds a family, all of them."""

    unit: UnitName
    assigned: Staff
    shared_with: Staff = Field(default_factory=list)


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


def access_from(body: AccessIn) -> CaseAccess:
    """Read who shall hold a family."""
    return CaseAccess(unit=body.unit, assigned=frozenset(body.assigned), shared_with=frozenset(body.shared_with))


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


class LookOut(Model):
    """One entry of the record of who looked at a family or changed it."""

    seq: int
    at: Instant
    actor_kind: str
    actor_id: str
    action: str
    request_id: str


def look_out(look: Look) -> LookOut:
    """Write an entry of the record."""
    return LookOut(
        seq=look.seq,
        at=look.at,
        actor_kind=look.actor_kind,
        actor_id=look.actor_id,
        action=look.action,
        request_id=look.request_id,
    )
