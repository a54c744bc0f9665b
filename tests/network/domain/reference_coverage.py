"""Coverage the plain way: cut all time where anything begins or ends, and in each piece count the people who are there.

Slow, obvious, and shares nothing with the engine but the shape of its answer. Turns are laid out day by day, on the wall.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

Stretch = tuple[datetime, datetime]
Short = tuple[datetime, datetime, int]


@dataclass(frozen=True)
class Weekly:
    """Time on these weekdays (Monday is 0) from a wall time, for so many hours on that wall; but not on the days `without`."""

    zone: str
    weekdays: frozenset[int]
    hour: int
    hours: int
    first: date
    last: date
    without: frozenset[date] = frozenset()


def laid_out(weekly: Weekly) -> list[Stretch]:
    """Return the instants of each of its turns."""
    found = []
    for number in range((weekly.last - weekly.first).days + 1):
        day = weekly.first + timedelta(days=number)
        if day.weekday() in weekly.weekdays and day not in weekly.without:
            start = datetime(day.year, day.month, day.day, weekly.hour)  # noqa: DTZ001  a wall time
            found.append((instant(start, weekly.zone), instant(start + timedelta(hours=weekly.hours), weekly.zone)))
    return found


def instant(local: datetime, zone: str) -> datetime:
    """Return the instant of a wall time: the first of two, and shifted forward where there is none."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def shortfalls(needed: Iterable[tuple[Stretch, int]], covers: Iterable[tuple[Stretch, object]]) -> list[Short]:
    """Return where fewer people are there than needed, and how many are missing; pieces that touch and lack as many are one."""
    needed, covers = list(needed), list(covers)
    cuts = sorted({end for stretch, _ in [*needed, *covers] for end in stretch})
    found: list[Short] = []
    for start, end in pairwise(cuts):
        wanted = max((adults for (begin, over), adults in needed if begin <= start and end <= over), default=0)
        missing = wanted - len({person for (begin, over), person in covers if begin <= start and end <= over})
        if missing > 0 and found and found[-1][1:] == (start, missing):
            found[-1] = (found[-1][0], end, missing)
        elif missing > 0:
            found.append((start, end, missing))
    return found
