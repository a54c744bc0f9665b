"""Whether a child is covered: the time that a plan requires, minus the time in which enough adults protect, are the gaps.

Everything is reckoned in instants, half-open, so that an hour that a clock change adds or takes is neither a gap nor an overlap.
One person counts once, however many of their promises overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from shared.kernel.spans import Span


@dataclass(frozen=True, slots=True, order=True)
class Needed:
    """Time in which a plan requires so many protective adults at once. Where such times overlap, the greater number holds."""

    span: Span
    adults: int = 1


@dataclass(frozen=True, slots=True)
class Cover:
    """Time in which one adult has promised to protect."""

    span: Span
    person_id: UUID


@dataclass(frozen=True, slots=True, order=True)
class Shortfall:
    """Time in which `adults` more would be needed."""

    span: Span
    adults: int


def shortfalls(needed: Iterable[Needed], covers: Iterable[Cover]) -> list[Shortfall]:
    """Return where too few protect the child, earliest first, each as long as it can be; touching cover leaves no gap.

    One walk over all instants at which anything begins or ends: n log n in the number of spans.
    """
    changes: list[tuple[datetime, int, int | UUID]] = []
    for need in needed:
        changes += ((need.span.start, 1, need.adults), (need.span.end, -1, need.adults))
    for cover in covers:
        changes += ((cover.span.start, 1, cover.person_id), (cover.span.end, -1, cover.person_id))
    changes.sort(key=_instant)
    required: dict[int, int] = {}
    present: dict[UUID, int] = {}
    found: list[Shortfall] = []
    missing, since = 0, None
    for instant, together in groupby(changes, key=_instant):
        for _, step, what in together:
            if isinstance(what, int):
                _count(required, what, step)
            else:
                _count(present, what, step)
        short = max(max(required, default=0) - len(present), 0)
        if short != missing:
            if missing and since is not None:
                found.append(Shortfall(Span(since, instant), missing))
            missing, since = short, instant
    return found


_instant = itemgetter(0)


def _count(counts: dict[Any, int], key: object, step: int) -> None:
    """Count up or down; what comes to nothing is not there. Within one instant a count may be below nothing for a moment."""
    now = counts.get(key, 0) + step
    if now:
        counts[key] = now
    else:
        del counts[key]


def within(shortfall: Shortfall, span: Span) -> Shortfall | None:
    """Return the part of a shortfall that lies in a span, if any."""
    start, end = max(shortfall.span.start, span.start), min(shortfall.span.end, span.end)
    return Shortfall(Span(start, end), shortfall.adults) if start < end else None
