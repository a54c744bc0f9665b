"""A plan's cover day by day, hour by hour: who is there, and where nobody is. One value for the picture and its table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from services.portal.domain.plans import Coverage, Gap, Turn
from shared.kernel.wall import at_wall, resolve


class Held(StrEnum):
    """How a stretch of required time stands."""

    COVERED = "covered"
    SHORT = "short"
    ACCEPTED = "accepted"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one day in which nothing changes. `members` protect in it; `x` and `width` are thousandths of the day."""

    starts_local: datetime
    ends_local: datetime
    members: tuple[str, ...]
    held: Held
    missing: int
    x: int
    width: int

    @property
    def ends_the_day(self) -> bool:
        """Whether it lasts until midnight."""
        return self.ends_local.date() > self.starts_local.date()


@dataclass(frozen=True, slots=True)
class Day:
    """One local day with the time that must be covered."""

    on: date
    pieces: tuple[Piece, ...]

    @property
    def is_covered(self) -> bool:
        """Whether somebody is there at all of its time."""
        return all(one.held in {Held.COVERED, Held.ACCEPTED} for one in self.pieces)


@dataclass(frozen=True, slots=True)
class _Bounds:
    start: datetime
    end: datetime
    zone: str

    def part(self, at: datetime) -> int:
        return round(1000 * ((at - self.start) / (self.end - self.start)))


def days_of(coverage: Coverage, *, now: datetime) -> tuple[Day, ...]:
    """Return the days on which something must be covered, in order."""
    protecting = [one for one in coverage.turns if one.protects and not one.excused]
    accepted = [one for one in coverage.gaps if one.state == "accepted_by_worker"]
    found = []
    for number in range((coverage.end - coverage.begin).days + 2):
        on = coverage.begin + timedelta(days=number)
        midnight = datetime.combine(on, time())
        bounds = _Bounds(
            resolve(midnight, coverage.time_zone).instant,
            resolve(midnight + timedelta(days=1), coverage.time_zone).instant,
            coverage.time_zone,
        )
        pieces = _pieces(coverage, protecting, accepted, bounds, now.astimezone(UTC))
        if pieces:
            found.append(Day(on, pieces))
    return tuple(found)


def _pieces(
    coverage: Coverage, protecting: Sequence[Turn], accepted: Sequence[Gap], day: _Bounds, now: datetime
) -> tuple[Piece, ...]:
    spans = [
        *((one.starts_at, one.ends_at) for one in coverage.required),
        *((one.starts_at, one.ends_at) for one in protecting),
        *((one.starts_at, one.ends_at) for one in accepted),
    ]
    cuts = sorted({min(max(at, day.start), day.end) for span in (*spans, (now, now)) for at in span} | {day.start, day.end})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        adults = max((one.adults for one in coverage.required if one.starts_at <= start and end <= one.ends_at), default=0)
        if not adults:
            continue
        members = _there(protecting, start, end)
        missing = max(0, adults - len(members))
        piece = Piece(
            at_wall(start, day.zone),
            at_wall(end, day.zone),
            members,
            _held(missing, any(one.starts_at <= start and end <= one.ends_at for one in accepted), past=end <= now),
            missing,
            day.part(start),
            day.part(end) - day.part(start),
        )
        if found and _same(found[-1], piece):
            before = found.pop()
            piece = Piece(
                before.starts_local, piece.ends_local, members, piece.held, missing, before.x, piece.x + piece.width - before.x
            )
        found.append(piece)
    return tuple(found)


def _there(protecting: Iterable[Turn], start: datetime, end: datetime) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.member_id for one in protecting if one.starts_at <= start and end <= one.ends_at))


def _held(missing: int, is_accepted: bool, *, past: bool) -> Held:
    if not missing:
        return Held.COVERED
    if is_accepted:
        return Held.ACCEPTED
    return Held.MISSED if past else Held.SHORT


def _same(one: Piece, other: Piece) -> bool:
    return one.x + one.width == other.x and (one.members, one.held, one.missing) == (other.members, other.held, other.missing)
