"""The circles around a family as pages show them: how the network stands, whom nobody has asked for, what relatives are owed.

The picture is reckoned here: rings around the children, each name inside its ring. The list beside it says the same in words.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.portal.domain.families import Member

QUALITIES = ("cares", "willing_to_meet", "understands_concern", "will_do_something")
RINGS = {"inner": 86, "middle": 142, "outer": 198}
EDGES = {"inner": 114, "middle": 170, "outer": 226}
MOST_LETTERS = 12
MOST_IN_RING = {"inner": 6, "middle": 10, "outer": 14}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What a worker should know about a network."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How a family's network stands."""

    viable: bool = False
    active_adults: int = 0
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedInto:
    """That somebody looked and found nobody."""

    note: str
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt of the list that finds forgotten people."""

    prompt: str
    status: str
    member_ids: tuple[str, ...] = ()
    looked_into: LookedInto | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A relative who is owed a notice; their record as far as a roster shows it."""

    id: str
    given_name: str = ""
    family_name: str = ""
    preferred_name: str = ""

    @property
    def name(self) -> str:
        """What the person is called."""
        return f"{self.preferred_name or self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class KinNotice:
    """The notice to one relative about one child."""

    id: str
    child_id: str
    person: Relative
    relationship: str
    state: str
    relationship_words: str = ""
    due_on: date | None = None
    owed: bool = False
    overdue: bool = False
    source: str | None = None
    notified_on: date | None = None
    method: str | None = None
    exempt_reason: str = ""
    note: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of a change; None where there was, or is, nothing."""

    field: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One change of a family's record. `changes` are for those who may see what it holds."""

    id: str
    at: datetime
    actor_kind: str
    actor_id: str
    kind: str
    thing_id: str = ""
    changes: tuple[Difference, ...] = ()

    @property
    def move(self) -> tuple[str, str] | None:
        """From which circle to which a member was moved by this; None where nobody moved."""
        moved = next((one for one in self.changes if self.kind == "member" and one.field == "circle"), None)
        return (moved.before, moved.after) if moved and moved.before and moved.after else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleMove:
    """A move of a member between circles, or in how much they know."""

    moved_at: datetime
    moved_by: str
    circle_from: str
    circle_to: str
    knows_from: str
    knows_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A member whom a release names."""

    member_id: str
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A written release as it was signed."""

    id: str
    signer_person_id: str
    signer_capacity: str
    signed_on: date
    method: str
    covers: tuple[Covered, ...] = ()
    record_classes: tuple[str, ...] = ()
    revoked_on: date | None = None
    ended_on: date | None = None
    active: bool = False
    note: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A name in the picture."""

    member_id: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Ring:
    """One circle of the picture: its radius, the names in it, and how many more there are than it holds."""

    circle: str
    radius: int
    names: tuple[Placed, ...]
    more: int


def newest_moves(changes: Sequence[Changed]) -> Mapping[str, Changed]:
    """Return by member the last time that they were moved, of changes newest first."""
    return {one.thing_id: one for one in reversed(changes) if one.move}


def rings(members: Sequence[Member]) -> tuple[Ring, ...]:
    """Return the circles of the picture, the outer one first, for it is drawn first."""
    return tuple(_ring(circle, [one for one in members if one.circle == circle]) for circle in reversed(RINGS))


def _ring(circle: str, members: Sequence[Member]) -> Ring:
    shown = members[: MOST_IN_RING[circle]]
    turn = {"inner": 0.0, "middle": 0.35, "outer": 0.7}[circle]
    names = []
    for number, member in enumerate(shown):
        angle = 2 * math.pi * number / max(1, len(shown)) - math.pi / 2 + turn
        x, y = RINGS[circle] * math.cos(angle), RINGS[circle] * math.sin(angle)
        names.append(Placed(member.id, short(member.person.name), round(x), round(y)))
    return Ring(circle, EDGES[circle], tuple(names), len(members) - len(shown))


def short(name: str) -> str:
    """Return a name that fits into a circle; the list has it in full."""
    first = name.split(" ", maxsplit=1)[0] if len(name) > MOST_LETTERS else name
    return first if len(first) <= MOST_LETTERS else f"{first[: MOST_LETTERS - 1]}…"
