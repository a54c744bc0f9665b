"""A new version of a plan: what of the version before goes on in it, and with which times (ADR 0019)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.network.domain.commitments import Commitment, CommitmentState
from services.network.domain.plans import Plan, Window
from services.network.domain.promises_told import YEAR, bounded, turns_of
from services.network.domain.recurrence import LONGEST_TURN, Pattern, turns
from shared.kernel.wall import Clock, local_date

DAY = timedelta(days=1)
_GOES_ON = frozenset({CommitmentState.ACCEPTED, CommitmentState.ACTIVE, CommitmentState.PAUSED})


def moving(promised: Iterable[Commitment], before: Plan, after: Plan, *, now: datetime) -> list[tuple[Commitment, Commitment]]:
    """Return the promises that go on in a new version, each as it was and as it will be: those that still have a time in it.

    Nobody's promise becomes longer than what they said: without an end of its own it ends with the version for which it was made.
    """
    found = []
    for each in promised:
        if each.state not in _GOES_ON:
            continue
        pattern = each.promise.pattern if each.ask is not None else bounded(each.promise.pattern, before)
        moved = replace(
            each, plan_id=after.id, promise=replace(each.promise, pattern=pattern), version=each.version + 1, updated_at=now
        )
        begin = local_date(now, pattern.time_zone) - LONGEST_TURN - DAY
        if any(turn.ends_at > now for turn in turns_of(moved, after, Clock(pattern.time_zone), begin=begin)):
            found.append((each, moved))
    return found


def changes_times(moved: Commitment, before: Plan, after: Plan) -> bool:
    """Whether a promise that moved has other times in the new version, so that its member's calendar must say so."""
    pattern = moved.promise.pattern
    return moved.ask is None and bounded(pattern, after) != bounded(pattern, before)


def first_day(windows: Iterable[Window], chosen: date, time_zone: str) -> date:
    """Return the day on which a version begins that shall begin on a day: with the night that runs across it, or that day.

    What was required at midnight is required until it is over; a version that began in the middle of it would lose its rest.
    """
    midnight = Clock(time_zone).at(chosen, timedelta(0))
    running = [
        turn.starts_local.date()
        for window in windows
        for turn in turns(window.pattern, Clock(window.pattern.time_zone), begin=chosen - LONGEST_TURN - DAY, end=chosen)
        if turn.starts_at < midnight < turn.ends_at
    ]
    return min([chosen, *running])


def windows_from(windows: Iterable[Window], starts_on: date, ends_on: date | None) -> list[Window]:
    """Return the windows of a plan for a version that begins on a later day; those that have no turn any more stay behind."""
    moved = [replace(window, pattern=pattern) for window in windows if (pattern := _from(window.pattern, starts_on)) is not None]
    return [window for window in moved if ends_on is None or window.pattern.starts_local.date() <= ends_on]


def _from(pattern: Pattern, day: date) -> Pattern | None:
    """Return a pattern with those of its turns that begin on a day or later; None when there are none."""
    if pattern.starts_local.date() >= day:
        return pattern
    clock = Clock(pattern.time_zone)
    ahead = turns(pattern, clock, begin=day, end=day + YEAR, most=1)
    if not ahead:
        return None
    rule = pattern.rule
    if rule is not None and rule.count is not None:
        gone = turns(pattern, clock, begin=pattern.starts_local.date(), end=day - DAY)
        rule = replace(rule, count=rule.count - len(gone))
    return replace(pattern, starts_local=ahead[0].starts_local, ends_local=ahead[0].ends_local, rule=rule)
