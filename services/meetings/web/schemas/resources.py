"""Shapes of the county's pools: facilitators, rooms, interpreters."""

from typing import Annotated, Any

from pydantic import Field

from services.meetings.domain.resources import ResourceKind
from services.meetings.storage.resources import Pooled
from services.meetings.use_cases.commands import AddResource
from services.meetings.web.schemas.values import Languages, Site, Skills, absent, quoted, without_default
from shared.events.entries import Mode
from shared.web.fields import Instant, Line, Model, PageQuery, PersonId, ResourceId, StaffId


class ResourceIn(Model):
    """A facilitator, room or interpreter. With `person_id` it gets invitations; `staff_id` is whose sign-in it is."""

    kind: ResourceKind
    name: Line
    person_id: PersonId | None = None
    staff_id: StaffId | None = None
    skills: Skills = Field(default_factory=list)
    languages: Languages = Field(default_factory=list)
    capacity: int = Field(default=0, ge=0, le=1000)
    site: Site | None = None
    modes: list[Mode] = Field(default_factory=list, max_length=3)
    notice_working_days: int = Field(default=0, ge=0, le=60)
    daily_limit: int | None = Field(default=None, ge=1, le=50)


class ResourcePatch(Model):
    """What shall change about a resource. `retired` takes it out of its pool."""

    name: Line = absent()
    person_id: PersonId | None = absent()
    staff_id: StaffId | None = absent()
    skills: Skills = absent()
    languages: Languages = absent()
    capacity: int = Field(default=0, ge=0, le=1000, json_schema_extra=without_default)
    site: Site | None = absent()
    modes: Annotated[list[Mode], Field(max_length=3)] = absent()
    notice_working_days: int = Field(default=0, ge=0, le=60, json_schema_extra=without_default)
    daily_limit: int | None = Field(default=None, ge=1, le=50, json_schema_extra=without_default)
    retired: bool = absent()


class ResourceOut(Model):
    """A resource of the county's pools."""

    id: ResourceId
    kind: ResourceKind
    name: str
    person_id: PersonId | None
    staff_id: str | None
    skills: list[str]
    languages: list[str]
    capacity: int
    site: str | None
    modes: list[Mode]
    notice_working_days: int
    daily_limit: int | None
    updated_at: Instant
    etag: str


class ResourceQuery(PageQuery):
    """Which resources to list."""

    kind: ResourceKind | None = None


def add_resource_from(body: ResourceIn) -> AddResource:
    """Read the order to add a resource."""
    return AddResource(
        kind=body.kind,
        name=body.name,
        person_id=body.person_id,
        staff_id=body.staff_id,
        skills=frozenset(body.skills),
        languages=frozenset(body.languages),
        capacity=body.capacity,
        site=body.site or "",
        modes=frozenset(body.modes),
        notice_working_days=body.notice_working_days,
        daily_limit=body.daily_limit,
    )


def resource_changes_from(body: ResourcePatch) -> dict[str, Any]:
    """Read what shall change about a resource."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "retired" in given:
        given["is_retired"] = given.pop("retired")
    if "site" in given:
        given["site"] = given["site"] or ""
    for name in ("skills", "languages", "modes"):
        if name in given:
            given[name] = frozenset(given[name])
    return given


def resource_out(pooled: Pooled) -> ResourceOut:
    """Write a resource."""
    one = pooled.resource
    return ResourceOut(
        id=one.resource_id,
        kind=one.kind,
        name=pooled.name,
        person_id=one.person_id,
        staff_id=pooled.staff_id,
        skills=sorted(one.skills),
        languages=sorted(one.languages),
        capacity=one.capacity,
        site=one.site or None,
        modes=sorted(one.modes),
        notice_working_days=one.notice_working_days,
        daily_limit=one.daily_limit,
        updated_at=pooled.updated_at,
        etag=quoted(str(pooled.version)),
    )
