"""Gaps on record: each instant belongs to one at most, and what is left of them is what lies open, whatever came before."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.network.domain.commitments import GapId
from services.network.domain.coverage import Shortfall
from services.network.domain.gaps import STANDING, Gap, GapState, Told, accepted, apart, reconcile
from services.network.domain.plan_errors import GapIsClosed, ReasonNeeded
from shared.kernel.spans import Span, difference, union
from tests.network.domain.planned import NOW, a_gap


def hours(start: float, end: float) -> Span:
    return Span(NOW + timedelta(hours=start), NOW + timedelta(hours=end))


NIGHT = hours(10, 22)
AHEAD = hours(0, 100)


def seen(gap: Gap, *open_: Span, at: float = 0, looked_at: Span | None = None, adults: int = 1) -> Gap:
    """The gap after a look that found this time open."""
    now = NOW + timedelta(hours=at)
    found = [Shortfall(span, adults) for span in open_]
    done = reconcile([gap], found, looked_at or Span(now, AHEAD.end), now=now)
    assert not done.fresh
    return done.changed[0] if done.changed else gap


def test_time_that_opens_makes_one_gap_and_looking_again_none() -> None:
    first = reconcile([], [Shortfall(NIGHT, 1)], AHEAD, now=NOW)
    assert (first.changed, first.fresh) == ((), (Shortfall(NIGHT, 1),))
    again = reconcile([a_gap(NIGHT)], [Shortfall(NIGHT, 1)], AHEAD, now=NOW)
    assert (again.changed, again.fresh) == ((), ())


def test_a_partial_yes_leaves_the_same_gap_smaller_and_the_rest_of_it_fills_it() -> None:
    gap = a_gap(NIGHT)
    part = seen(gap, hours(13, 22))
    assert (part.id, part.state, part.left, part.span) == (gap.id, GapState.PARTLY_FILLED, (hours(13, 22),), NIGHT)
    assert part.version == gap.version + 1
    filled = seen(part)
    assert (filled.id, filled.state, filled.left, filled.closed_at) == (gap.id, GapState.FILLED, (), NOW)


def test_a_yes_for_the_middle_leaves_two_stretches_of_one_gap() -> None:
    assert seen(a_gap(NIGHT), hours(10, 12), hours(18, 22)).left == (hours(10, 12), hours(18, 22))


def test_a_gap_that_was_filled_stays_so_and_its_time_opens_a_new_one() -> None:
    filled = a_gap(NIGHT, left=(), state=GapState.FILLED, closed_at=NOW)
    done = reconcile([filled], [Shortfall(NIGHT, 1)], AHEAD, now=NOW)
    assert (done.changed, done.fresh) == ((), (Shortfall(NIGHT, 1),))


def test_time_beside_a_gap_is_a_gap_of_its_own() -> None:
    done = reconcile([a_gap(NIGHT)], [Shortfall(hours(8, 30), 1)], AHEAD, now=NOW)
    assert done.fresh == (Shortfall(hours(8, 10), 1), Shortfall(hours(22, 30), 1))


def test_who_was_told_of_less_is_told_again() -> None:
    part = a_gap(NIGHT, left=(hours(13, 22),), state=GapState.PARTLY_FILLED, told=Told.UNFILLED)
    assert seen(part, hours(14, 22)).told is Told.UNFILLED
    assert seen(part, NIGHT).told is Told.NOBODY
    assert seen(part, hours(13, 22), adults=2).told is Told.NOBODY


def test_a_gap_says_how_many_are_missing_now() -> None:
    two = a_gap(NIGHT, adults=2)
    one = seen(two, NIGHT)
    assert (one.adults, one.left, one.state) == (1, (NIGHT,), GapState.OPEN)
    more = reconcile([a_gap(NIGHT)], [Shortfall(hours(10, 16), 1), Shortfall(hours(16, 22), 2)], AHEAD, now=NOW)
    [gap] = more.changed
    assert (gap.adults, gap.left, gap.state) == (2, (NIGHT,), GapState.OPEN), "nothing of it is filled"


def test_time_that_begins_uncovered_has_elapsed_and_what_is_left_of_it_may_still_be_covered() -> None:
    begun = seen(a_gap(NIGHT), hours(10.5, 22), at=10.5)
    assert (begun.state, begun.closed_at, begun.is_standing) == (GapState.ELAPSED_UNCOVERED, NOW + timedelta(hours=10.5), True)
    covered = seen(begun, at=11)
    assert (covered.state, covered.left, covered.is_standing) == (GapState.ELAPSED_UNCOVERED, (), False)
    assert covered.span == hours(10, 11)


@pytest.mark.parametrize("found", [(), (hours(18, 22),)])
def test_what_went_by_before_somebody_came_stays_on_record_although_nobody_looked(found: tuple[Span, ...]) -> None:
    gap, now = a_gap(NIGHT), NOW + timedelta(hours=11)
    done = reconcile([gap], [Shortfall(span, 1) for span in found], Span(now, AHEAD.end), now=now)
    [rest], [part] = done.changed, done.parts
    assert (rest.id, rest.span, rest.left) == (gap.id, hours(11, 22), found)
    assert rest.state is (GapState.PARTLY_FILLED if found else GapState.FILLED)
    passed = apart(part, GapId(uuid4()), now=now)
    assert (passed.state, passed.span, passed.left, passed.closed_at) == (GapState.ELAPSED_UNCOVERED, hours(10, 11), (), now)


def test_the_rest_of_a_time_that_began_uncovered_is_filled_when_somebody_has_all_of_it() -> None:
    begun = seen(a_gap(NIGHT), hours(10.5, 22), at=10.5)
    now = NOW + timedelta(hours=11)
    [part] = reconcile([begun], [], Span(now, AHEAD.end), now=now).parts
    assert (part.span, part.state) == (hours(11, 22), GapState.FILLED)


def test_a_gap_that_nobody_looked_at_until_it_was_over_has_elapsed() -> None:
    over = seen(a_gap(NIGHT), at=23)
    assert (over.state, over.left, over.is_standing) == (GapState.ELAPSED_UNCOVERED, (), False)
    filled = a_gap(NIGHT, left=(), state=GapState.FILLED, closed_at=NOW)
    assert seen(filled, at=23) == filled


def test_a_gap_beyond_the_look_stays_as_it_was() -> None:
    far = a_gap(hours(60, 72))
    assert seen(far, looked_at=hours(0, 48)) == far


def test_a_look_that_ends_within_a_gap_changes_nothing_beyond() -> None:
    long = a_gap(hours(10, 60))
    assert seen(long, hours(10, 48), looked_at=hours(0, 48)) == long
    part = seen(long, looked_at=hours(0, 48))
    assert (part.state, part.left) == (GapState.PARTLY_FILLED, (hours(48, 60),))


def test_a_window_that_begins_within_the_look_is_seen_to_its_end() -> None:
    night = a_gap(hours(46, 58))
    assert seen(night, hours(46, 58), looked_at=hours(0, 48)).left == (hours(46, 58),)
    part = a_gap(hours(46, 58), left=(hours(50, 58),), state=GapState.PARTLY_FILLED)
    assert seen(part, hours(50, 58), looked_at=hours(0, 48)) == part


def test_a_gap_that_a_worker_accepted_opens_no_other_and_stands_no_more() -> None:
    taken = accepted(a_gap(NIGHT), " with her father ", by="omar", now=NOW)
    assert (taken.state, taken.reason, taken.accepted_by, taken.is_standing) == (
        GapState.ACCEPTED_BY_WORKER,
        "with her father",
        "omar",
        False,
    )
    assert seen(taken, NIGHT) == taken
    with pytest.raises(GapIsClosed):
        accepted(taken, "again", by="omar", now=NOW)


@pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
def test_a_gap_is_accepted_with_a_reason_only(reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        accepted(a_gap(NIGHT), reason, by="omar", now=NOW)


@dataclass
class Record:
    """What a plan's windows require, who covers what, the gaps on record, and a clock."""

    chance: random.Random
    windows: list[Span] = field(default_factory=list)
    covered: list[Span] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    hour: float = 0

    @property
    def now(self) -> datetime:
        return NOW + timedelta(hours=self.hour)

    def change(self) -> None:
        """Somebody comes or goes, time passes, a window is asked for, or a worker accepts a gap."""
        self.chance.choice([self.come, self.come, self.go, self.go, self.go, self.pass_time, self.require, self.accept])()

    def span(self) -> Span:
        start = self.chance.randint(0, 110)
        return hours(start, start + self.chance.randint(1, 14))

    def come(self) -> None:
        self.covered.append(self.span())

    def go(self) -> None:
        self.covered = self.chance.sample(self.covered, max(len(self.covered) - 1, 0))

    def pass_time(self) -> None:
        self.hour += self.chance.choice([0.25, 1, 6])

    def require(self) -> None:
        self.windows.append(self.span())

    def accept(self) -> None:
        standing = [gap for gap in self.gaps if gap.state in STANDING]
        taken = {gap.id: accepted(gap, "because", by="omar", now=self.now) for gap in standing[:1]}
        self.gaps = [taken.get(gap.id, gap) for gap in self.gaps]

    def open_in(self, windows: Sequence[Span]) -> list[Span]:
        past = [Span(NOW - timedelta(hours=1), self.now)] if self.hour else []
        return difference(windows, [*self.covered, *past])

    def look(self, reach: float) -> Span:
        """Look as far as that: windows that begin in it are seen to their end."""
        looked_at = Span(self.now, self.now + timedelta(hours=reach))
        found = self.open_in([window for window in self.windows if window.start < looked_at.end])
        done = reconcile(self.gaps, [Shortfall(span, 1) for span in found], looked_at, now=self.now)
        changed = {gap.id: gap for gap in done.changed}
        self.gaps = [changed.get(gap.id, gap) for gap in self.gaps] + [a_gap(short.span) for short in done.fresh]
        self.gaps += [apart(part, GapId(uuid4()), now=self.now) for part in done.parts]
        return looked_at


def clipped(spans: Sequence[Span], to: Span) -> list[Span]:
    outside = [Span(to.start - timedelta(days=30), to.start), Span(to.end, to.end + timedelta(days=30))]
    return difference(spans, outside)


def test_whatever_happens_no_instant_is_in_two_gaps_and_what_is_left_is_what_lies_open() -> None:
    chance = random.Random(8)
    for _ in range(200):
        record = Record(chance, windows=[hours(start, start + 10) for start in chance.sample(range(0, 110, 10), 5)])
        for _ in range(25):
            before = {gap.id: gap for gap in record.gaps}
            record.change()
            reach = chance.choice([24, 48, 130])
            looked_at = record.look(reach)
            held = [gap for gap in record.gaps if gap.state is not GapState.FILLED]
            spans = [gap.span for gap in held]
            assert sum((span.length for span in union(spans)), timedelta()) == sum((span.length for span in spans), timedelta())
            left = [span for gap in held for span in gap.left]
            assert clipped(left, looked_at) == clipped(record.open_in(record.windows), looked_at)
            assert all(gap.span.covers(span) for gap in held for span in gap.left)
            assert all(bool(gap.left) for gap in record.gaps if gap.state in STANDING)
            assert all(before[gap.id].state in {gap.state, *STANDING} for gap in record.gaps if gap.id in before), (
                "closed is closed"
            )
            after = [(gap.id, gap.left) for gap in record.gaps]
            record.look(reach)
            assert [(gap.id, gap.left) for gap in record.gaps] == after, "a second look at the same moment changes nothing"
