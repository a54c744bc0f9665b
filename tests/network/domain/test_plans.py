"""Safety plans: how long each kind lasts, when it is looked at again, and how it goes from draft to force and back."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from services.network.domain import plans
from services.network.domain.plan_errors import PlanHasEnded, PlanIsActive, PlanNotActive, PlanNotAgreed
from services.network.domain.plans import (
    ENDED,
    IN_FORCE,
    REVIEW_RULES,
    Oversight,
    Plan,
    PlanKind,
    PlanState,
    check_dates,
    check_windows,
    next_review,
    review_rule,
)
from services.network.domain.reviews import Review, ReviewId, ReviewOutcome, check_may_review, check_review
from shared.kernel.access import Role
from shared.kernel.errors import Invalid, Refused
from tests.network.domain.planned import NOW, a_plan, a_window
from tests.network.use_cases.promised import times
from tests.support.factories import a_caller, a_case

FIRST = date(2027, 9, 1)
DAY = timedelta(days=1)


def faults(call: Callable[[], object]) -> list[tuple[str, str | None]]:
    with pytest.raises(Invalid) as refused:
        call()
    return [(fault.code, fault.pointer) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("kind", "ends_on", "code"),
    [
        (PlanKind.IMMEDIATE, FIRST - DAY, "end_before_start"),
        (PlanKind.IMMEDIATE, FIRST + 8 * DAY, "duration_out_of_range"),
        (PlanKind.IMMEDIATE, None, "needed_here"),
        (PlanKind.SDM_SAFETY_PLAN, FIRST + 31 * DAY, "duration_out_of_range"),
        (PlanKind.SDM_SAFETY_PLAN, None, "needed_here"),
        (PlanKind.ONGOING, None, "needed_here"),
    ],
)
def test_each_kind_has_its_longest_duration(kind: PlanKind, ends_on: date | None, code: str) -> None:
    assert faults(lambda: check_dates(kind, FIRST, ends_on, None)) == [(code, "#/ends_on")]


@pytest.mark.parametrize(
    ("kind", "ends_on", "first_review"),
    [
        (PlanKind.IMMEDIATE, FIRST, FIRST),
        (PlanKind.IMMEDIATE, date(2027, 9, 8), date(2027, 9, 4)),
        (PlanKind.SDM_SAFETY_PLAN, date(2027, 10, 1), date(2027, 9, 8)),
        (PlanKind.FAMILY_SAFETY_PLAN, None, date(2027, 9, 15)),
        (PlanKind.FAMILY_SAFETY_PLAN, date(2027, 9, 11), date(2027, 9, 6)),
    ],
)
def test_the_first_review_is_by_the_rule_or_at_half_of_the_time(kind: PlanKind, ends_on: date | None, first_review: date) -> None:
    assert check_dates(kind, FIRST, ends_on, None) == first_review


def test_a_plans_own_review_wins_within_the_plan() -> None:
    assert check_dates(PlanKind.SDM_SAFETY_PLAN, FIRST, date(2027, 10, 1), date(2027, 9, 20)) == date(2027, 9, 20)
    for outside in (FIRST - DAY, date(2027, 10, 2)):
        assert faults(lambda day=outside: check_dates(PlanKind.SDM_SAFETY_PLAN, FIRST, date(2027, 10, 1), day)) == [  # type: ignore[misc]
            ("date_out_of_range", "#/review_on")
        ]


def test_a_window_begins_within_the_plan_and_is_a_time() -> None:
    before = a_window(times("2027-08-31 20:00", "2027-09-01 08:00"))
    backwards = a_window(times("2027-09-02 20:00", "2027-09-02 19:00"))
    assert faults(lambda: check_windows([before], FIRST, None)) == [("date_out_of_range", "#/windows/0/starts_local")]
    assert faults(lambda: check_windows([backwards], FIRST, None)) == [("end_before_start", "#/windows/0/ends_local")]


def test_a_window_in_the_spring_gap_is_moved_forward_and_not_refused() -> None:
    """At 02:30 on 2027-03-14 no clock shows that time: the window begins at 03:30, and the page says so."""
    window = a_window(times("2027-03-14 02:30", "2027-03-14 06:00"))
    check_windows([window], date(2027, 3, 14), None)
    plan = a_plan(window, starts_on=date(2027, 3, 14), ends_on=date(2027, 3, 15))
    [needed] = plans.needed(plan, begin=plan.starts_on, end=date(2027, 3, 15))
    assert needed.span.length == timedelta(hours=2, minutes=30)


@pytest.mark.parametrize(
    ("kind", "held_on", "due"),
    [
        (PlanKind.SDM_SAFETY_PLAN, date(2027, 9, 8), date(2027, 9, 15)),
        (PlanKind.SDM_SAFETY_PLAN, date(2027, 9, 28), date(2027, 9, 30)),
        (PlanKind.ONGOING, date(2027, 9, 29), date(2027, 9, 30)),
    ],
)
def test_the_next_review_is_by_the_rule_and_on_the_last_day_at_the_latest(kind: PlanKind, held_on: date, due: date) -> None:
    assert next_review(a_plan(kind=kind), held_on) == due


@pytest.mark.parametrize(("day", "weeks"), [(0, 14), (89, 14), (90, 30), (364, 30), (365, 91), (900, 91)])
def test_a_family_safety_plan_is_reviewed_ever_less_often(day: int, weeks: int) -> None:
    assert review_rule(PlanKind.FAMILY_SAFETY_PLAN, day, on=FIRST).every_days == weeks


@pytest.mark.parametrize("kind", list(PlanKind))
def test_every_day_of_every_kind_has_a_rule_with_a_source(kind: PlanKind) -> None:
    for day in range(-1, 1000, 7):
        for on in (date(2020, 1, 1), FIRST):
            assert review_rule(kind, day, on=on).source
    assert all(rule.effective_on for rule in REVIEW_RULES)


def a_draft(state: PlanState = PlanState.DRAFT, **facts: object) -> Plan:
    return a_plan(state=state, **facts)


def test_the_way_from_draft_to_force() -> None:
    agreed = plans.agreed(a_draft(), now=NOW)
    laid = plans.submitted(agreed, now=NOW)
    assert (agreed.state, laid.state) == (PlanState.AGREED, PlanState.SUPERVISOR_REVIEW)
    assert laid.oversight.due_at == NOW + timedelta(hours=24)
    assert plans.submitted(laid, now=NOW + DAY) == laid
    approved = plans.approved(laid, by="sue", is_agreed=True, now=NOW)
    assert (approved.oversight.approved_by, approved.oversight.approved_at) == ("sue", NOW)
    active = plans.activated(approved, now=NOW)
    assert (active.state, active.oversight.approved_at) == (PlanState.ACTIVE, NOW)


def test_at_five_on_a_friday_a_plan_begins_and_the_supervisor_looks_within_a_day() -> None:
    active = plans.activated(plans.agreed(a_draft(), now=NOW), now=NOW)
    assert (active.state, active.oversight.due_at) == (PlanState.ACTIVE, NOW + timedelta(hours=24))
    approved = plans.approved(active, by="sue", is_agreed=True, now=NOW)
    assert (approved.state, approved.oversight.approved_by) == (PlanState.ACTIVE, "sue")
    assert plans.approved(approved, by="sam", is_agreed=True, now=NOW + DAY) == approved, "a second look changes nothing"


def test_what_was_returned_holds_under_review_until_the_family_signs_and_the_supervisor_approves() -> None:
    active = plans.activated(a_draft(PlanState.AGREED), now=NOW)
    back = plans.returned(active, "Who is there on Sunday?", now=NOW)
    assert (back.state, back.oversight.returned_words, back.oversight.due_at) == (
        PlanState.UNDER_REVIEW,
        "Who is there on Sunday?",
        None,
    )
    assert plans.at_risk(back, True, now=NOW) == back, "a plan under review stays so"
    with pytest.raises(PlanNotAgreed):
        plans.approved(back, by="sue", is_agreed=False, now=NOW)
    signed = plans.agreed(back, now=NOW + DAY)
    assert signed.oversight.due_at == NOW + 2 * DAY
    assert plans.approved(signed, by="sue", is_agreed=True, now=NOW + DAY).state is PlanState.ACTIVE


def test_what_was_returned_before_it_began_is_a_draft_again() -> None:
    back = plans.returned(a_draft(PlanState.SUPERVISOR_REVIEW), "Name a backup.", now=NOW)
    assert (back.state, back.oversight.due_at) == (PlanState.DRAFT, None)


@pytest.mark.parametrize("state", [PlanState.AGREED, PlanState.SUPERVISOR_REVIEW])
def test_other_words_make_a_draft_of_it_that_nobody_approved(state: PlanState) -> None:
    approved = a_draft(state, oversight=Oversight(due_at=NOW, approved_at=NOW, approved_by="sue"))
    after = plans.redrafted(approved, now=NOW, words=plans.PlanWords(title="Other"))
    assert (after.state, after.oversight, after.words.title) == (PlanState.DRAFT, Oversight(), "Other")


def test_a_draft_is_neither_laid_before_anybody_nor_given_back() -> None:
    refused: list[Callable[[], Plan]] = [
        lambda: plans.submitted(a_draft(), now=NOW),
        lambda: plans.returned(a_draft(), "?", now=NOW),
        lambda: plans.approved(a_draft(), by="sue", is_agreed=False, now=NOW),
    ]
    for each in refused:
        with pytest.raises(PlanNotAgreed):
            each()


@pytest.mark.parametrize("state", sorted(IN_FORCE))
def test_what_a_plan_in_force_says_does_not_change(state: PlanState) -> None:
    for refused in (plans.redrafted, plans.submitted, plans.activated):
        with pytest.raises(PlanIsActive):
            refused(a_draft(state), now=NOW)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_nothing_becomes_of_a_plan_that_ended(state: PlanState) -> None:
    plan = a_draft(state)
    refused: list[Callable[[], Plan]] = [
        lambda: plans.redrafted(plan, now=NOW),
        lambda: plans.submitted(plan, now=NOW),
        lambda: plans.approved(plan, by="sue", is_agreed=True, now=NOW),
        lambda: plans.returned(plan, "?", now=NOW),
        lambda: plans.reviewed(plan, None, now=NOW),
    ]
    for each in refused:
        with pytest.raises(PlanHasEnded):
            each()


def test_a_review_moves_the_next_one() -> None:
    assert plans.reviewed(a_plan(), date(2027, 9, 15), now=NOW).review_on == date(2027, 9, 15)
    assert plans.reviewed(a_plan(), None, now=NOW).review_on == a_plan().review_on
    with pytest.raises(PlanNotActive):
        plans.reviewed(a_draft(), None, now=NOW)


@pytest.mark.parametrize(
    ("held_on", "review_on", "fault"),
    [
        (date(2027, 9, 11), None, ("in_the_future", "#/held_on")),
        (FIRST - DAY, None, ("date_out_of_range", "#/held_on")),
        (date(2027, 9, 8), date(2027, 9, 8), ("end_before_start", "#/review_on")),
        (date(2027, 9, 8), date(2027, 10, 2), ("date_out_of_range", "#/review_on")),
    ],
)
def test_a_review_lies_in_the_past_of_its_plan_and_the_next_one_ahead(
    held_on: date, review_on: date | None, fault: tuple[str, str]
) -> None:
    plan = a_plan()
    review = Review(
        id=ReviewId(plan.id),
        case_id=plan.case_id,
        plan_id=plan.id,
        held_on=held_on,
        outcome=ReviewOutcome.CONTINUE,
        text="",
        review_on=review_on,
        recorded_at=NOW,
        recorded_by="omar",
    )
    assert faults(lambda: check_review(review, plan, today=date(2027, 9, 10))) == [fault]


def test_only_the_units_supervisor_and_the_countys_administrator_review() -> None:
    access = a_case().access
    check_may_review(access, a_caller("sue", Role.SUPERVISOR))
    check_may_review(access, a_caller("ad", Role.COUNTY_ADMIN, units=frozenset()))
    for other in (
        a_caller("amy"),
        a_caller("sol", Role.SUPERVISOR, units=frozenset({"south"})),
        a_caller("sid", Role.SCHEDULER),
        a_caller("cws", Role.SYSTEM),
    ):
        with pytest.raises(Refused, match="plan_review_refused"):
            check_may_review(access, other)
