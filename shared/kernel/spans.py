"""Half-open spans of instants, and the few set operations that coverage and finding times need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The instants from `start` up to, not including, `end`. Both carry a zone; an empty span cannot be made."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse naive or reversed ends."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs instants, not wall times")
        if self.end <= self.start:
            raise ValueError("a span ends after it starts")

    @property
    def length(self) -> timedelta:
        """Elapsed time, also across a clock change."""
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Touching spans do not overlap: 10-11 and 11-12 can both be booked."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Span") -> bool:
        """Whether every instant of `other` lies in this span."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, before: timedelta, after: timedelta) -> "Span":
        """The span with a buffer on each side."""
        return Span(self.start - before, self.end + after)


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same instants as the fewest spans, earliest first; touching spans become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def difference(whole: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return the instants of `whole` that lie in none of `taken`, as the fewest spans, earliest first."""
    holes = union(taken)
    left: list[Span] = []
    for span in union(whole):
        start = span.start
        for hole in holes:
            if hole.end <= start or hole.start >= span.end:
                continue
            if hole.start > start:
                left.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < span.end:
            left.append(Span(start, span.end))
    return left
