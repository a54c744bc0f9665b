"""Working days of a county: Monday to Friday without its holidays. Due dates themselves are calendar days and never roll over."""

from collections.abc import Collection
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Whether offices are open."""
    return day.weekday() < 5 and day not in holidays


def last_working_day_before(day: date, holidays: Collection[date]) -> date:
    """Return the last working day on or before a date; it is shown beside a due date, never instead of it."""
    while not is_working_day(day, holidays):
        day -= ONE_DAY
    return day


def after_working_days(day: date, count: int, holidays: Collection[date]) -> date:
    """Return the day that is `count` working days later; the day itself is day 0, whatever day it is."""
    for _ in range(count):
        day += ONE_DAY
        while not is_working_day(day, holidays):
            day += ONE_DAY
    return day
