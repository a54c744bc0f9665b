"""A meeting that is being planned: what was chosen so far. It lives with the sign-in until it is booked or left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

ANY, NONE = "any", "none"

PURPOSES = (
    "initial_cft",
    "safety_plan",
    "safety_mapping",
    "case_plan_development",
    "case_plan_review",
    "placement_preservation",
    "placement_change",
    "return_home",
    "transition_planning",
    "cans_review",
    "permanency",
    "youth_independence",
    "family_requested",
    "case_closure",
    "strtp_consideration",
    "emergency_removal",
    "other",
)
LENGTHS = (30, 45, 60, 75, 90, 120, 150, 180)
_USUAL_LENGTH: Mapping[str, int] = {"initial_cft": 90, "safety_mapping": 120, "emergency_removal": 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person who is to come."""

    person_id: str
    role: str
    required: bool = True
    mode: str = "in_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A time that was picked or typed. `typed` says that nobody checked it against calendars."""

    starts_local: datetime
    facilitator_id: str | None = None
    room_id: str | None = None
    interpreter_ids: tuple[str, ...] = ()
    typed: bool = False
    hold_id: str | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was chosen so far. `following` are the people of a linked second meeting; `linked_to` the first one's id."""

    purposes: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    minutes: int = 60
    earliest_on: date | None = None
    latest_on: date | None = None
    facilitator: str = ANY
    room: str = ANY
    chosen: Chosen | None = None
    place_name: str = ""
    address: str = ""
    join_url: str = ""
    dial_in: str = ""
    following: tuple[Seat, ...] = ()
    linked_to: str | None = None

    @property
    def place(self) -> dict[str, str] | None:
        """The place as the API takes it; None when nothing was typed."""
        named = {"name": self.place_name, "address": self.address, "join_url": self.join_url, "dial_in": self.dial_in}
        return {key: value for key, value in named.items() if value} or None

    def interpreters(self, speaks: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """Return which interpreters are needed; `speaks` is the language of each person who needs one."""
        return tuple(
            {"language": speaks[seat.person_id], "person_id": seat.person_id} for seat in self.seats if seat.person_id in speaks
        )


def usual_length(purposes: tuple[str, ...]) -> int:
    """Return how long meetings of these purposes usually take, in minutes (DOMAIN §3.5)."""
    return max((_USUAL_LENGTH.get(one, 60) for one in purposes), default=60)


def split(seats: tuple[Seat, ...], apart: frozenset[frozenset[str]]) -> tuple[tuple[Seat, ...], ...]:
    """Return the tables of a linked pair: people who must never meet sit at different ones, everybody else at each."""
    table_of: dict[str, int] = {}
    involved = [one.person_id for one in seats if any(one.person_id in pair for pair in apart)]
    for person in involved:
        taken = {table_of[other] for other in table_of if frozenset({person, other}) in apart}
        table_of[person] = next(number for number in range(len(involved) + 1) if number not in taken)
    count = max(table_of.values(), default=0) + 1
    return tuple(tuple(one for one in seats if table_of.get(one.person_id, number) == number) for number in range(count))
