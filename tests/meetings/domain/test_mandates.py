"""Due dates of a child's meetings, and which rule set them (DOMAIN §3.1, V1, V9)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.meetings.domain.errors import AfterDueDate
from services.meetings.domain.mandates import (
    RULES,
    Child,
    CountyRules,
    MandateStatus,
    Rule,
    RuleId,
    combined,
    dues_of,
    months_later,
    refuse_after_due,
    status_on,
)
from services.meetings.domain.working_days import after_working_days, last_working_day_before
from tests.meetings.domain.factories import an_id

HOLIDAYS = frozenset({date(2027, 3, 31), date(2027, 5, 31), date(2027, 7, 5)})
COUNTY = CountyRules(holidays=HOLIDAYS)
LILA = Child(child_id=an_id(7), entered_care_on=date(2027, 2, 3), disposition_on=date(2027, 3, 24), icwa_status="reason_to_know")
FEB_20 = date(2027, 2, 20)


def due_dates(child: Child, county: CountyRules = COUNTY, *, today: date = FEB_20) -> dict[str, date]:
    return {due.rule_id.value: due.due_on for due in dues_of(child, county, today=today)}


def test_v1_the_icwa_rule_sets_lilas_date() -> None:
    assert due_dates(LILA) == {"cft.initial": date(2027, 3, 24), "cft.initial_icwa": date(2027, 3, 5)}
    due = combined(dues_of(LILA, COUNTY, today=FEB_20))
    assert due is not None
    assert (due.rule_id, due.due_on, due.last_working_day) == (RuleId.INITIAL_ICWA, date(2027, 3, 5), date(2027, 3, 5))
    assert "thirty days" in due.source


def test_v1_when_icwa_does_not_apply_the_hearing_sets_it() -> None:
    due = combined(dues_of(replace(LILA, icwa_status="does_not_apply"), COUNTY, today=FEB_20))
    assert due is not None
    assert (due.rule_id, due.due_on) == (RuleId.INITIAL, date(2027, 3, 24))


def test_without_a_hearing_sixty_days_hold_and_a_sunday_stays_a_sunday() -> None:
    due = dues_of(replace(LILA, disposition_on=None, icwa_status="unknown"), COUNTY, today=FEB_20)[0]
    assert (due.due_on, due.last_working_day) == (date(2027, 4, 4), date(2027, 4, 2))


def test_v9_each_child_of_one_meeting_keeps_its_own_date() -> None:
    hearing = date(2027, 4, 30)
    eli = Child(child_id=an_id(1), entered_care_on=date(2027, 1, 11), disposition_on=hearing)
    mia = Child(child_id=an_id(2), entered_care_on=date(2027, 2, 8), disposition_on=hearing)
    dues = [due for child in (mia, eli) for due in dues_of(child, COUNTY, today=FEB_20)]
    assert [due.due_on for due in dues] == [date(2027, 4, 9), date(2027, 3, 12)]
    first = combined(dues)
    assert first is not None
    assert (first.child_id, first.due_on) == (an_id(1), date(2027, 3, 12))


def test_a_child_at_home_has_no_clock() -> None:
    assert dues_of(Child(child_id=an_id(1)), COUNTY, today=FEB_20) == ()
    assert combined([]) is None


def test_after_a_counting_meeting_the_next_one_is_due_in_months_or_in_ninety_days() -> None:
    met = replace(LILA, last_counting_on=date(2027, 3, 4), intensive_services=True)
    dues = {due.rule_id: due for due in dues_of(met, COUNTY, today=FEB_20)}
    assert dues[RuleId.INITIAL_ICWA].status is MandateStatus.MET
    assert dues[RuleId.PERIODIC].due_on == date(2027, 9, 4)
    assert dues[RuleId.INTENSIVE].due_on == date(2027, 6, 2)
    following = combined(dues.values())
    assert following is not None
    assert following.rule_id is RuleId.INTENSIVE


def test_a_meeting_before_this_placement_meets_nothing() -> None:
    assert all(due.met_on is None for due in dues_of(replace(LILA, last_counting_on=date(2027, 2, 1)), COUNTY, today=FEB_20))


def test_the_version_of_a_rule_that_held_at_its_trigger_counts() -> None:
    tomorrow = Rule(RuleId.INITIAL, "a later letter", date(2027, 2, 4), days=45, or_disposition=True)
    county = CountyRules(rules=(*RULES, tomorrow))
    child = replace(LILA, disposition_on=None, icwa_status="unknown")
    assert due_dates(child, county) == {"cft.initial": date(2027, 4, 4)}
    later = replace(child, entered_care_on=date(2027, 2, 4))
    assert due_dates(later, county) == {"cft.initial": date(2027, 3, 21)}


def test_a_county_may_have_its_own_number() -> None:
    county = CountyRules(overrides={RuleId.INITIAL_ICWA: 21})
    assert due_dates(LILA, county)["cft.initial_icwa"] == date(2027, 2, 24)


@pytest.mark.parametrize(
    ("days", "status"),
    [(-1, "overdue"), (0, "due_this_week"), (1, "due_this_week"), (2, "due_soon"), (14, "due_soon"), (15, "not_due")],
)
def test_the_status_of_a_date_seen_from_a_saturday(days: int, status: str) -> None:
    assert status_on(FEB_20, FEB_20 + timedelta(days=days)).value == status


def test_a_meeting_after_the_due_date_needs_a_written_reason() -> None:
    due = combined(dues_of(LILA, COUNTY, today=FEB_20))
    with pytest.raises(AfterDueDate) as refused:
        refuse_after_due(date(2027, 3, 10), due)
    assert (refused.value.facts["rule_id"], refused.value.facts["due_on"]) == ("cft.initial_icwa", "2027-03-05")
    with pytest.raises(AfterDueDate):
        refuse_after_due(date(2027, 3, 10), due, override="  ")
    refuse_after_due(date(2027, 3, 10), due, override="The tribe asked for this day.")
    refuse_after_due(date(2027, 3, 5), due)
    refuse_after_due(date(2027, 4, 10), combined(dues_of(LILA, COUNTY, today=date(2027, 4, 9))))


def test_a_month_too_short_gives_its_last_day() -> None:
    assert months_later(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert months_later(date(2027, 7, 15), 6) == date(2028, 1, 15)


def test_working_days_skip_weekends_and_holidays() -> None:
    assert after_working_days(date(2027, 3, 11), 3, HOLIDAYS) == date(2027, 3, 16)
    assert after_working_days(date(2027, 3, 30), 1, HOLIDAYS) == date(2027, 4, 1)
    assert last_working_day_before(date(2027, 5, 31), HOLIDAYS) == date(2027, 5, 28)
