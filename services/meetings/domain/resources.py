"""What a meeting may need from the county's pools: a facilitator, a room, an interpreter; and which of them would do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.meetings.domain.busy import GAP_MINUTES
from shared.events.entries import Mode


class ResourceKind(StrEnum):
    """The pools of a county."""

    FACILITATOR = "facilitator"
    ROOM = "room"
    INTERPRETER = "interpreter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One facilitator, room or interpreter. No mode named means that any will do; `site` is where a room is."""

    resource_id: UUID
    kind: ResourceKind
    person_id: UUID | None = None
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    capacity: int = 0
    site: str = ""
    modes: frozenset[Mode] = frozenset()
    notice_working_days: int = 0
    daily_limit: int | None = None
    booked_on: Mapping[date, int] = field(default_factory=dict)

    @property
    def identity(self) -> UUID:
        """Who it is, when one person stands in two pools."""
        return self.person_id or self.resource_id

    @property
    def is_person(self) -> bool:
        """Whether it needs a buffer and has to travel; a room does neither."""
        return self.kind is not ResourceKind.ROOM

    @property
    def gap_minutes(self) -> int:
        """The least time between two of its meetings."""
        return GAP_MINUTES if self.is_person else 0

    @property
    def may_come(self) -> bool:
        """Whether it can be there in person."""
        return not self.modes or Mode.IN_PERSON in self.modes


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing a meeting needs: of a kind, and of these qualities. A named resource must have them too."""

    kind: ResourceKind
    resource_id: UUID | None = None
    skills: frozenset[str] = frozenset()
    language: str = ""
    capacity: int = 0
    site: str = ""
    mode: Mode | None = None


def fits(resource: Resource, need: Need) -> bool:
    """Whether this resource would do, whenever it is free."""
    return (
        resource.kind is need.kind
        and need.resource_id in (None, resource.resource_id)
        and need.skills <= resource.skills
        and (not need.language or speaks(resource.languages, need.language))
        and resource.capacity >= need.capacity
        and need.site in ("", resource.site)
        and (need.mode is None or not resource.modes or need.mode in resource.modes)
    )


def speaks(languages: frozenset[str], wanted: str) -> bool:
    """Whether one of these languages is understood where `wanted` is spoken: `es` serves `es-MX`, and the other way round."""
    return spoken(wanted) in {spoken(language) for language in languages}


def spoken(language: str) -> str:
    """Return a language without its place: one interpreter serves everybody who speaks it."""
    return language.split("-", maxsplit=1)[0].lower()


def distinct(languages: Iterable[str]) -> tuple[str, ...]:
    """Return these languages, of those that one interpreter serves only the first."""
    found: dict[str, str] = {}
    for language in languages:
        found.setdefault(spoken(language), language)
    return tuple(found.values())
