"""The next version of a plan: promises go on as they were made, and never for longer; windows begin where the version does."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.network.domain.commitments import CommitmentState, PlanId
from services.network.domain.cover import open_time
from services.network.domain.plans import Plan, needed
from services.network.domain.promises_told import turns_of
from services.network.domain.versions import changes_times, first_day, moving, windows_from
from shared.kernel.wall import Clock
from tests.network.domain.planned import a_commitment, a_plan, a_seat, a_window, an_ask
from tests.network.use_cases.promised import ZONE, at, times

SATURDAYS = times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")
NOW = at("2027-09-15 12:00")
OLD = a_plan(a_window(SATURDAYS), starts_on=date(2027, 9, 1), ends_on=date(2027, 9, 30))


def a_version(*, ends_on: date | None = OLD.ends_on, starts_on: date = date(2027, 9, 15)) -> Plan:
    return a_plan(id=PlanId(uuid4()), starts_on=starts_on, ends_on=ends_on)


def starts(plan: Plan, *promises: object) -> list[str]:
    """The days on which the promises have a turn in a plan, from 15 September on."""
    found = [
        turn
        for promise in promises
        for turn in turns_of(promise, plan, Clock(ZONE), begin=date(2027, 9, 15))  # type: ignore[arg-type]  # of moving()
    ]
    return [f"{turn.starts_local:%m-%d}" for turn in found]


def test_what_was_promised_goes_on_with_its_identity() -> None:
    promise, new = a_commitment(SATURDAYS), a_version()
    [(before, after)] = moving([promise], OLD, new, now=NOW)
    assert before == promise
    assert (after.id, after.plan_id, after.sequence, after.state) == (promise.id, new.id, promise.sequence, promise.state)
    assert starts(new, after) == ["09-18", "09-25"]
    assert not changes_times(after, OLD, new), "nobody's calendar changes"


def test_no_promise_becomes_longer_than_what_somebody_said() -> None:
    new = a_version(ends_on=date(2027, 10, 31))
    promise = a_commitment(SATURDAYS)
    [(_, after)] = moving([promise], OLD, new, now=NOW)
    assert starts(new, after) == ["09-18", "09-25"]
    assert not changes_times(after, OLD, new)
    wanted = replace(new, windows=(a_window(replace(SATURDAYS, rule=SATURDAYS.rule)),))
    open_now = open_time(
        wanted, [after], {promise.member_id: a_seat(promise)}, begin=date(2027, 9, 15), end=date(2027, 10, 10), now=NOW
    )
    assert [short.span.start for short in open_now] == [at("2027-10-02 20:00"), at("2027-10-09 20:00")], (
        "the gate says what is open"
    )


def test_a_shorter_version_takes_its_last_times_from_a_promise_and_says_so() -> None:
    new = a_version(ends_on=date(2027, 9, 20))
    [(_, after)] = moving([a_commitment(SATURDAYS)], OLD, new, now=NOW)
    assert starts(new, after) == ["09-18"]
    assert changes_times(after, OLD, new)


@pytest.mark.parametrize("state", [CommitmentState.OFFERED, CommitmentState.DECLINED, CommitmentState.WITHDRAWN])
def test_what_was_not_promised_stays_behind(state: CommitmentState) -> None:
    assert moving([a_commitment(SATURDAYS, state=state)], OLD, a_version(), now=NOW) == []


def test_what_rests_goes_on_resting() -> None:
    [(_, after)] = moving([a_commitment(SATURDAYS, state=CommitmentState.PAUSED)], OLD, a_version(), now=NOW)
    assert after.state is CommitmentState.PAUSED


def test_a_promise_without_a_time_in_the_new_version_stays_behind() -> None:
    once = a_commitment(times("2027-09-04 20:00", "2027-09-05 08:00"))
    late = a_commitment(times("2027-09-25 20:00", "2027-09-26 08:00"))
    assert moving([once, late], OLD, a_version(ends_on=date(2027, 9, 20)), now=NOW) == []


def test_a_turn_that_runs_now_goes_on() -> None:
    running = a_commitment(times("2027-09-14 20:00", "2027-09-15 20:00"))
    assert [after.id for _, after in moving([running], OLD, a_version(), now=NOW)] == [running.id]


def test_a_backups_night_goes_on_as_it_was_taken() -> None:
    taken = a_commitment(times("2027-09-18 20:00", "2027-09-18 23:00"), ask=an_ask())
    [(_, after)] = moving([taken], OLD, a_version(), now=NOW)
    assert (after.promise, after.ask) == (taken.promise, taken.ask)


def test_windows_begin_where_the_version_does() -> None:
    once = a_window(times("2027-09-04 20:00", "2027-09-05 08:00"))
    every_other = a_window(times("2027-09-04 10:00", "2027-09-04 12:00", "FREQ=WEEKLY;INTERVAL=2"))
    counted = a_window(times("2027-09-13 10:00", "2027-09-13 12:00", "FREQ=DAILY;COUNT=5"))
    ahead = a_window(times("2027-09-20 10:00", "2027-09-20 12:00"))
    found = windows_from([once, every_other, counted, ahead], date(2027, 9, 15), OLD.ends_on)
    before = replace(OLD, windows=(once, every_other, counted, ahead))
    after = replace(OLD, starts_on=date(2027, 9, 15), windows=tuple(found))
    assert [window.pattern.starts_local.day for window in found] == [18, 15, 20]
    begin, end = date(2027, 9, 15), date(2027, 9, 30)
    assert sorted(needed(after, begin=begin, end=end)) == sorted(needed(before, begin=begin, end=end))


@pytest.mark.parametrize(
    ("chosen", "begins"),
    [
        (date(2027, 9, 18), date(2027, 9, 18)),
        (date(2027, 9, 19), date(2027, 9, 18)),
        (date(2027, 9, 20), date(2027, 9, 20)),
    ],
)
def test_a_night_that_runs_into_the_first_day_belongs_to_the_version(chosen: date, begins: date) -> None:
    assert first_day(OLD.windows, chosen, ZONE) == begins


def test_what_ends_or_begins_at_midnight_runs_into_nothing() -> None:
    evening, morning = times("2027-09-18 20:00", "2027-09-19 00:00"), times("2027-09-19 00:00", "2027-09-19 08:00")
    assert first_day([a_window(evening), a_window(morning)], date(2027, 9, 19), ZONE) == date(2027, 9, 19)


def test_a_window_past_the_end_of_the_version_stays_behind() -> None:
    late = a_window(times("2027-09-25 20:00", "2027-09-26 08:00"))
    assert windows_from([late], date(2027, 9, 15), date(2027, 9, 20)) == []
