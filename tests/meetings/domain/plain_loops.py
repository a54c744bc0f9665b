"""Finding times the plain way: every start, every person, every busy stretch. Slow, obvious, and shares nothing with the sets.

It takes people as lists of stretches in minutes since the epoch, and is the yardstick of both correctness and speed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

Stretch = tuple[int, int]
CELL = 15


@dataclass
class Body:
    """A person or resource (then with its row): hours (None for any), what is taken hard, softly, at school, or booked."""

    id: UUID
    row: UUID | None = None
    hours: list[Stretch] | None = None
    hard: list[Stretch] = field(default_factory=list)
    soft: list[Stretch] = field(default_factory=list)
    school: list[Stretch] = field(default_factory=list)
    booked: list[tuple[Stretch, str]] = field(default_factory=list)
    gap: int = 0
    travels: bool = True
    required: bool = True
    weight: int = 1
    site: str = ""
    limit: int | None = None
    per_day: dict[date, int] = field(default_factory=dict)
    earliest: date | None = None


@dataclass
class World:
    """One small question."""

    zone: str
    first_on: date
    last_on: date
    minutes: int
    step: int
    now: int
    people: list[Body]
    pools: list[list[Body]]
    facilitator_pool: int | None
    room_pool: int | None
    site: str
    travel: dict[tuple[str, str], int]
    presences: list[tuple[Stretch, str]]
    closed: set[date]
    due_on: date | None
    wishes: list[Stretch]
    last: UUID | None


def down(minute: int) -> int:
    return minute // CELL * CELL


def up(minute: int) -> int:
    return -(-minute // CELL) * CELL


def meets(start: int, end: int, taken: Stretch, before: int = 0, after: int = 0) -> bool:
    return start < up(taken[1]) + up(after) and down(taken[0]) - up(before) < end


def inside(start: int, end: int, spans: Sequence[Stretch]) -> bool:
    merged: list[list[int]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], high)
        else:
            merged.append([low, high])
    return any(up(low) <= start and end <= down(high) for low, high in merged)


def can(world: World, body: Body, site: str, start: int, end: int, on: date) -> bool:
    """Whether one is free from start to end at a site."""
    if body.hours is not None and not inside(start, end, body.hours):
        return False
    if any(meets(start, end, taken) for taken in body.hard):
        return False
    for taken, where in body.booked:
        before = after = body.gap
        if body.travels and site and where and where != site:
            before = max(before, world.travel.get((site, where), 0))
            after = max(after, world.travel.get((where, site), 0))
        if meets(start, end, taken, before, after):
            return False
    if body.limit is not None and body.per_day.get(on, 0) >= body.limit:
        return False
    return body.earliest is None or on >= body.earliest


def starts(world: World) -> list[tuple[int, date]]:
    """Every start in the horizon that the day itself allows."""
    zone, found, day = ZoneInfo(world.zone), [], world.first_on
    length = timedelta(minutes=up(world.minutes))
    while day <= world.last_on:
        if day not in world.closed:
            for minute in range(7 * 60, 21 * 60, world.step):
                at = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone).astimezone(UTC)
                closing = datetime(day.year, day.month, day.day, 21, tzinfo=zone)
                if at + length <= closing:
                    found.append((int(at.timestamp()) // 60, day))
        day += timedelta(days=1)
    if world.due_on is not None:
        after = world.due_on + timedelta(days=1)
        if datetime(after.year, after.month, after.day, tzinfo=zone).timestamp() // 60 > world.now:
            found = [(at, on) for at, on in found if on <= world.due_on]
    return [(at, on) for at, on in found if at > world.now]


def look(world: World, start: int, on: date, site: str) -> tuple[int, bool] | None:
    """The score of one start at one site and whether last time's facilitator can serve; None when it is not possible."""
    end = start + up(world.minutes)
    free = {body.id: can(world, body, site, start, end, on) for body in world.people}
    if not all(free[body.id] for body in world.people if body.required):
        return None
    if site and any(where == site and meets(start, end, taken, 120, 120) for taken, where in world.presences):
        return None
    seated = {body.id for body in world.people}
    pools = [
        [
            body
            for body in pool
            if body.id not in seated and (n != world.room_pool or body.site == site) and can(world, body, site, start, end, on)
        ]
        for n, pool in enumerate(world.pools)
    ]
    choices = [choice for choice in product(*pools) if len({body.id for body in choice}) == len(choice)]
    if not choices:
        return None
    same = world.facilitator_pool is not None and any(choice[world.facilitator_pool].row == world.last for choice in choices)
    score = 2 * same
    for body in world.people:
        score += body.weight if free[body.id] and not any(meets(start, end, taken) for taken in body.soft) else 0
    school = [taken for body in world.people for taken in body.school]
    score += 3 if school and not any(meets(start, end, taken) for taken in school) else 0
    score += 2 if world.wishes and inside(start, end, world.wishes) else 0
    return score, same


def search(world: World) -> list[tuple[int, int, str, bool]]:
    """Every possible start with its score, place, and whether the facilitator is the same, best first."""
    rooms = set() if world.room_pool is None else {room.site for room in world.pools[world.room_pool]}
    found = []
    for start, on in starts(world):
        best = None
        for site in sorted(rooms) if rooms else [world.site]:
            seen = look(world, start, on, site)
            if seen is not None and (best is None or seen[0] > best[0]):
                best = (seen[0], site, seen[1])
        if best is not None:
            found.append((start, best[0], best[1], best[2]))
    return sorted(found, key=lambda one: (-one[1], one[0]))
