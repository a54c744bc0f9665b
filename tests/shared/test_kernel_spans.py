"""Spans of instants: half-open, and equal to what counting instants one by one would say."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.spans import Span, difference, union

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(start: int, end: int) -> Span:
    """A span between two hours of the calendar that starts at START."""
    return Span(START + start * HOUR, START + end * HOUR)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 40))
    return span(start, start + draw(st.integers(1, 12)))


def hours(of: list[Span]) -> set[int]:
    """The hours that lie in some span: the plain meaning of a set of spans."""
    return {hour for hour in range(60) for each in of if each.start <= START + hour * HOUR < each.end}


@given(st.lists(spans(), max_size=12))
def test_a_union_has_the_same_hours_in_the_fewest_spans(some: list[Span]) -> None:
    merged = union(some)
    assert hours(merged) == hours(some)
    assert merged == sorted(merged)
    assert all(first.end < second.start for first, second in pairwise(merged))


@given(st.lists(spans(), max_size=10), st.lists(spans(), max_size=10))
def test_a_difference_has_the_hours_of_one_and_not_the_other(whole: list[Span], taken: list[Span]) -> None:
    left = difference(whole, taken)
    assert hours(left) == hours(whole) - hours(taken)
    assert left == union(left)


@given(spans(), spans())
def test_two_spans_overlap_when_they_share_an_hour(one: Span, other: Span) -> None:
    assert one.overlaps(other) == other.overlaps(one) == bool(hours([one]) & hours([other]))


@given(spans(), spans())
def test_a_span_covers_what_has_no_other_hours(one: Span, other: Span) -> None:
    assert one.covers(other) == (hours([other]) <= hours([one]))


@given(spans(), st.integers(0, 5), st.integers(0, 5))
def test_buffers_lengthen_a_span_on_both_sides(one: Span, before: int, after: int) -> None:
    wide = one.widened(before * HOUR, after * HOUR)
    assert wide.covers(one)
    assert wide.length == one.length + (before + after) * HOUR


def test_touching_spans_can_both_be_booked() -> None:
    assert not span(10, 11).overlaps(span(11, 12))
    assert union([span(11, 12), span(10, 11)]) == [span(10, 12)]


def test_the_same_instants_in_another_zone_are_the_same_span() -> None:
    west = timezone(timedelta(hours=-8))
    assert Span(START.astimezone(west), (START + HOUR).astimezone(west)) == span(0, 1)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 0)])
def test_a_span_ends_after_it_starts(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="ends after"):
        span(start, end)


def test_wall_times_make_no_span() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="instants"):
        Span(naive, naive + HOUR)
