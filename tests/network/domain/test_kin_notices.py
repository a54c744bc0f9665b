"""Relatives' notices: when they are due, which way they go, and days that cannot be."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.network.domain.cases import CaseId
from services.network.domain.circle_errors import KinNoticeStep
from services.network.domain.kin_notices import (
    RULES,
    KinNotice,
    KinNoticeId,
    KinNoticeState,
    NoticeChanges,
    NoticeMethod,
    changed_notice,
    check_relative,
    due_on,
)
from services.network.domain.members import RelationshipKind
from services.network.domain.people import PersonId
from shared.kernel.errors import Invalid
from tests.support.factories import NOW

ENTERED, TODAY = date(2027, 2, 3), date(2027, 2, 22)


def a_notice(**facts: Any) -> KinNotice:
    """The notice to Lila's grandmother."""
    ordinary: dict[str, Any] = {
        "id": KinNoticeId(uuid4()),
        "case_id": CaseId(uuid4()),
        "child_id": PersonId(uuid4()),
        "person_id": PersonId(uuid4()),
        "relationship": RelationshipKind.GRANDPARENT_MATERNAL,
        "relationship_words": "",
        "state": KinNoticeState.IDENTIFIED,
        "due_on": due_on(ENTERED),
        "version": 1,
        "updated_at": NOW,
    }
    return KinNotice(**(ordinary | facts))


def change(notice: KinNotice, *, entered: date | None = ENTERED, today: date = TODAY, **changes: Any) -> KinNotice:
    wanted: NoticeChanges = changes  # type: ignore[assignment]  # as a test names them
    return changed_notice(notice, wanted, entered_care_on=entered, today=today)


NOTIFIED: dict[str, Any] = {"state": KinNoticeState.NOTIFIED, "notified_on": date(2027, 2, 10), "method": NoticeMethod.LETTER}


def test_lilas_relatives_are_told_by_the_fifth_of_march() -> None:
    assert due_on(ENTERED) == date(2027, 3, 5)


def test_a_due_date_is_not_rolled_over_a_weekend() -> None:
    assert due_on(date(2027, 2, 4)) == date(2027, 3, 6)
    assert date(2027, 3, 6).weekday() == 5


def test_a_child_at_home_and_one_before_the_rule_have_none() -> None:
    assert (due_on(None), due_on(min(rule.effective_on for rule in RULES) - timedelta(days=1))) == (None, None)


def test_the_way_from_identified_to_responded() -> None:
    located = change(a_notice(), state=KinNoticeState.LOCATED, located_on=date(2027, 2, 5))
    notified = change(located, **NOTIFIED)
    responded = change(notified, state=KinNoticeState.RESPONDED, responded_on=date(2027, 2, 15))
    assert (responded.located_on, responded.notified_on, responded.method) == (
        date(2027, 2, 5), date(2027, 2, 10), NoticeMethod.LETTER,
    )  # fmt: skip
    assert not responded.is_overdue(date(2027, 4, 1))


def test_it_is_overdue_the_day_after_it_was_due() -> None:
    assert (a_notice().is_overdue(date(2027, 3, 5)), a_notice().is_overdue(date(2027, 3, 6))) == (False, True)


def test_a_letter_that_came_back_was_no_notice() -> None:
    back = change(change(a_notice(), **NOTIFIED), state=KinNoticeState.LOCATED, located_on=date(2027, 2, 20))
    assert (back.notified_on, back.method, back.is_overdue(date(2027, 3, 6))) == (None, None, True)


def test_who_is_exempt_is_so_for_a_reason_that_goes_with_it() -> None:
    exempt = change(a_notice(), state=KinNoticeState.NOTICE_EXEMPT, exempt_reason="history of violence")
    assert not exempt.is_overdue(date(2027, 4, 1))
    assert change(exempt, state=KinNoticeState.IDENTIFIED).exempt_reason == ""


@pytest.mark.parametrize(
    ("start", "to"),
    [
        (KinNoticeState.IDENTIFIED, KinNoticeState.RESPONDED),
        (KinNoticeState.LOCATED, KinNoticeState.RESPONDED),
        (KinNoticeState.NOTIFIED, KinNoticeState.NOTICE_EXEMPT),
        (KinNoticeState.RESPONDED, KinNoticeState.IDENTIFIED),
        (KinNoticeState.NOTICE_EXEMPT, KinNoticeState.NOTIFIED),
    ],
)
def test_a_step_that_cannot_be_is_refused(start: KinNoticeState, to: KinNoticeState) -> None:
    with pytest.raises(KinNoticeStep):
        change(a_notice(state=start), state=to)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"state": KinNoticeState.LOCATED}, [("needed_here", "#/located_on")]),
        ({"state": KinNoticeState.NOTIFIED}, [("needed_here", "#/notified_on"), ("needed_here", "#/method")]),
        ({"state": KinNoticeState.NOTICE_EXEMPT}, [("needed_here", "#/exempt_reason")]),
        (NOTIFIED | {"notified_on": date(2027, 2, 23)}, [("in_the_future", "#/notified_on")]),
        (NOTIFIED | {"notified_on": date(2027, 2, 2)}, [("end_before_start", "#/notified_on")]),
        (NOTIFIED | {"exempt_reason": "words"}, [("not_applicable", "#/exempt_reason")]),
        ({"notified_on": date(2027, 2, 10)}, [("not_applicable", "#/notified_on")]),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as refused:
        change(a_notice(), **changes)
    assert [(fault.code, fault.pointer) for fault in refused.value.faults] == found


def test_an_answer_does_not_come_before_the_notice() -> None:
    with pytest.raises(Invalid) as refused:
        change(change(a_notice(), **NOTIFIED), state=KinNoticeState.RESPONDED, responded_on=date(2027, 2, 9))
    assert [fault.pointer for fault in refused.value.faults] == ["#/responded_on"]


def test_a_day_may_be_corrected_where_it_stands() -> None:
    corrected = change(change(a_notice(), **NOTIFIED), notified_on=date(2027, 2, 11))
    assert (corrected.notified_on, corrected.state) == (date(2027, 2, 11), KinNoticeState.NOTIFIED)


def test_a_child_is_not_their_own_relative() -> None:
    child = PersonId(uuid4())
    with pytest.raises(Invalid):
        check_relative(child, child)
