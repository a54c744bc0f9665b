"""People who must never meet share no meeting and no place within two hours (DOMAIN §5.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.meetings.domain.errors import Separated, TooNearEachOther
from services.meetings.domain.separation import (
    LinkedMeetings,
    SeparationRule,
    breaches,
    kept_from,
    linked_meetings,
    refuse_separated,
    refuse_too_near,
)
from services.meetings.domain.times import Presence
from shared.kernel.spans import Span
from tests.meetings.domain.factories import an_id

DAY = date(2027, 3, 4)
TEN = datetime(2027, 3, 4, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOTHER, FATHER, WORKER, AUNT = (an_id(n) for n in range(1, 5))


def apart(a: int, b: int, *, until: date | None = None) -> SeparationRule:
    return SeparationRule(rule_id=an_id(100 * a + b), person_a=an_id(a), person_b=an_id(b), until=until)


def test_a_meeting_of_two_who_must_not_meet_is_refused_and_two_meetings_are_proposed() -> None:
    with pytest.raises(Separated) as refused:
        refuse_separated([WORKER, FATHER, MOTHER], [apart(1, 2)], on=DAY)
    assert set(refused.value.facts) == {"linked_pair"}
    assert refused.value.facts["linked_pair"] == LinkedMeetings((frozenset({MOTHER, WORKER}), frozenset({FATHER, WORKER})), 120)


def test_a_rule_holds_through_its_last_day() -> None:
    rule = apart(1, 2, until=DAY)
    assert breaches([MOTHER, FATHER], [rule], on=DAY) == (rule,)
    assert breaches([MOTHER, FATHER], [rule], on=DAY + timedelta(days=1)) == ()
    refuse_separated([MOTHER, WORKER], [rule], on=DAY)


def test_rules_that_share_a_person_still_need_two_meetings() -> None:
    linked = linked_meetings([MOTHER, FATHER, WORKER, AUNT], [apart(1, 2), apart(4, 2)], on=DAY)
    assert linked.tables == (frozenset({MOTHER, AUNT, WORKER}), frozenset({FATHER, WORKER}))


def test_three_who_must_all_be_apart_need_three() -> None:
    linked = linked_meetings([MOTHER, FATHER, AUNT], [apart(1, 2), apart(2, 4), apart(1, 4)], on=DAY)
    assert sorted(linked.tables, key=min) == [frozenset({MOTHER}), frozenset({FATHER}), frozenset({AUNT})]


def test_no_proposed_meeting_breaks_a_rule() -> None:
    rules = [apart(a, b) for a, b in ((1, 2), (3, 4), (2, 5), (5, 6), (6, 1))]
    linked = linked_meetings([an_id(n) for n in range(1, 8)], rules, on=DAY)
    assert all(breaches(table, rules, on=DAY) == () for table in linked.tables)
    assert frozenset().union(*linked.tables) == {an_id(n) for n in range(1, 8)}


def test_those_to_keep_away_from_are_found_from_either_side() -> None:
    assert kept_from([MOTHER, WORKER], [apart(2, 1), apart(5, 6)], on=DAY) == {FATHER}


@pytest.mark.parametrize(("hours", "refused"), [(1, True), (2.75, True), (3, False), (-2.75, True), (-3, False)])
def test_one_place_needs_two_hours_between(hours: float, refused: bool) -> None:
    meeting = Span(TEN, TEN + HOUR)
    near = Presence("office", (Span(TEN + hours * HOUR, TEN + (hours + 1) * HOUR),))
    if refused:
        with pytest.raises(TooNearEachOther):
            refuse_too_near(meeting, "office", [near])
    else:
        refuse_too_near(meeting, "office", [near])
    refuse_too_near(meeting, "elsewhere", [near])
    refuse_too_near(meeting, "", [near])
