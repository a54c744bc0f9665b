"""Time as cells, and sets of cells as whole numbers: bit n stands for the n-th cell after the first midnight of a horizon.

Python does the arithmetic of such numbers in C, thousands of cells at once (CALENDAR §7.2). Cells are counted from the epoch, so
they line up for everybody; days are cut at local midnights, so a day of a clock change simply has more cells or fewer. What is
taken is rounded outward to whole cells, what is free inward.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from services.meetings.domain.busy import ONE_DAY, days
from shared.kernel.spans import Span
from shared.kernel.wall import resolve


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of a horizon: its first cell and how many it has (96 of 15 minutes; 92 or 100 at a clock change)."""

    on: date
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """The local days among which a time is sought, cut into cells. `first` is the number of its first cell since the epoch."""

    time_zone: str
    cell_minutes: int
    first: int
    size: int
    days: tuple[Day, ...]

    @property
    def everything(self) -> int:
        """The set of all cells."""
        return (1 << self.size) - 1

    def instant(self, cell: int) -> datetime:
        """The instant at which a cell begins."""
        return datetime.fromtimestamp((self.first + cell) * self.cell_minutes * 60, UTC)

    def cell(self, instant: datetime) -> int:
        """The cell in which an instant lies; below 0 or beyond `size` outside the horizon."""
        return int(instant.timestamp() // (self.cell_minutes * 60)) - self.first

    def ceiling(self, instant: datetime) -> int:
        """The first cell that does not begin before an instant."""
        return -int(-instant.timestamp() // (self.cell_minutes * 60)) - self.first

    def cells(self, minutes: int) -> int:
        """How many cells so many minutes need."""
        return -(-minutes // self.cell_minutes)

    def touched(self, spans: Iterable[Span]) -> int:
        """The cells that spans touch: what is taken."""
        seconds = self.cell_minutes * 60
        return self.between(
            (int(span.start.timestamp() // seconds) - self.first, -int(-span.end.timestamp() // seconds) - self.first)
            for span in spans
        )

    def between(self, stretches: Iterable[tuple[int, int]]) -> int:
        """The cells from each low one up to, and without, its high one; what lies outside the horizon is left out."""
        size, bits = self.size, 0
        for start, end in stretches:
            # Ten thousand times in a search: comparing costs half of what max and min would.
            low = start if start > 0 else 0
            high = end if end < size else size
            if low < high:
                bits |= ((1 << high - low) - 1) << low
        return bits

    def within(self, spans: Iterable[Span]) -> int:
        """The cells that lie wholly inside spans: what is free. Merge touching spans first."""
        bits = 0
        for span in spans:
            low, high = max(self.ceiling(span.start), 0), min(self.cell(span.end), self.size)
            if low < high:
                bits |= ((1 << (high - low)) - 1) << low
        return bits


@lru_cache(maxsize=64)
def horizon(first_on: date, last_on: date, time_zone: str, cell_minutes: int = 15) -> Horizon:
    """Return the cells of these local days, both included."""
    dates = days(first_on, last_on)
    seconds = cell_minutes * 60
    midnights = [
        int(resolve(datetime.combine(day, time(0)), time_zone).instant.timestamp()) // seconds
        for day in [*dates, last_on + ONE_DAY]
    ]
    first = midnights[0]
    cut = tuple(Day(day, midnights[n] - first, midnights[n + 1] - midnights[n]) for n, day in enumerate(dates))
    return Horizon(time_zone, cell_minutes, first, midnights[-1] - first, cut)


@lru_cache(maxsize=64)
def possible_starts(among: Horizon, minutes: int, step_minutes: int, opens: time, closes: time) -> tuple[int, ...]:
    """Return, for each day, the starts at a multiple of `step_minutes` on the wall clock that keep between two wall times."""
    length = among.cells(minutes)
    whole = 24 * 60 // among.cell_minutes
    plain: int | None = None
    found = []
    for day in among.days:
        if day.length == whole and plain is not None:
            found.append(plain << day.start)
            continue
        low = among.cell(resolve(datetime.combine(day.on, opens), among.time_zone).instant)
        high = among.cell(resolve(datetime.combine(day.on, closes), among.time_zone).instant)
        past_midnight = opens.hour * 60 + opens.minute
        bits = sum(
            1 << n for n in range(low, high - length + 1) if (past_midnight + (n - low) * among.cell_minutes) % step_minutes == 0
        )
        if day.length == whole:
            plain = bits >> day.start
        found.append(bits)
    return tuple(found)


def erode(bits: int, length: int) -> int:
    """Return the cells from which `length` cells in a row are all in the set: the starts at which a whole meeting fits."""
    done = 1
    while done < length:
        step = min(done, length - done)
        bits &= bits >> step
        done += step
    return bits


def dilate(bits: int, *, before: int, after: int) -> int:
    """Return the set widened on both sides; the caller cuts off what lies beyond the horizon."""
    up, done = bits, 0
    while done < after:
        step = min(done + 1, after - done)
        up |= up << step
        done += step
    down, done = bits, 0
    while done < before:
        step = min(done + 1, before - done)
        down |= down >> step
        done += step
    return up | down


def indexes(bits: int) -> Iterator[int]:
    """Yield the cells of a set, earliest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class Tally:
    """Counts, for every cell at once, how many sets (with weights) hold it: plane k has bit 2^k of every cell's count."""

    __slots__ = ("planes",)

    def __init__(self) -> None:
        self.planes: list[int] = []

    def add(self, bits: int, weight: int = 1) -> None:
        """Count the cells of a set `weight` times more."""
        place = 0
        while weight:
            if weight & 1:
                carry, at = bits, place
                while carry:
                    while at >= len(self.planes):
                        self.planes.append(0)
                    self.planes[at], carry = self.planes[at] ^ carry, self.planes[at] & carry
                    at += 1
            weight >>= 1
            place += 1

    def of(self, cell: int) -> int:
        """The count of one cell."""
        return sum((plane >> cell & 1) << k for k, plane in enumerate(self.planes))

    def highest(self, among: int) -> int:
        """Of a set, the cells with the highest count."""
        for plane in reversed(self.planes):
            among = among & plane or among
        return among

    def lowest(self, among: int) -> int:
        """Of a set, the cells with the lowest count."""
        for plane in reversed(self.planes):
            among = among & ~plane or among
        return among

    def at_least(self, count: int, among: int) -> int:
        """Of a set, the cells whose count is at least `count`."""
        more, equal = 0, among
        for k in reversed(range(max(len(self.planes), count.bit_length()))):
            plane = self.planes[k] if k < len(self.planes) else 0
            if count >> k & 1:
                equal &= plane
            else:
                more |= equal & plane
                equal &= ~plane
        return more | equal
