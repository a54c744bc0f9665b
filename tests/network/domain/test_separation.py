"""Rules that keep two people apart."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.network.domain.errors import ProtectiveOrderStands
from services.network.domain.people import PersonId
from services.network.domain.release_errors import NotYoursToOverride, OverrideTooLong, SeparationNotActive
from services.network.domain.separation import (
    Apart,
    SeparationReason,
    SeparationRule,
    check_may_lift,
    check_may_override,
    check_until,
    kept_apart,
    pair,
    was_set,
    without_separated,
)
from shared.kernel.access import Caller, Role
from shared.kernel.errors import Invalid
from tests.support.factories import NOW, TODAY, a_caller, a_rule

ORDER = a_rule(reason=SeparationReason.PROTECTIVE_ORDER)
ONE, TWO, THREE = (PersonId(UUID(int=number)) for number in (1, 2, 3))


def test_a_pair_has_one_form() -> None:
    assert pair(TWO, ONE) == pair(ONE, TWO) == (ONE, TWO)


def test_nobody_is_kept_apart_from_themselves() -> None:
    with pytest.raises(Invalid):
        pair(ONE, ONE)


def test_a_rule_cannot_begin_over() -> None:
    with pytest.raises(Invalid):
        check_until(TODAY - timedelta(days=1), today=TODAY)


@pytest.mark.parametrize(("until", "active"), [(None, True), (TODAY, True), (TODAY - timedelta(days=1), False)])
def test_a_rule_holds_through_its_last_day(until: date | None, active: bool) -> None:
    assert a_rule(until=until).is_active(TODAY) is active


def test_a_worker_may_lift_an_ordinary_rule() -> None:
    check_may_lift(a_rule(), a_caller(), today=TODAY)


def test_a_worker_may_not_lift_a_protective_order() -> None:
    with pytest.raises(ProtectiveOrderStands):
        check_may_lift(ORDER, a_caller(), today=TODAY)


def test_a_supervisor_may_say_that_an_order_has_ended() -> None:
    check_may_lift(ORDER, a_caller("bo", Role.SUPERVISOR), today=TODAY)


def test_a_protective_order_is_announced_as_not_overridable_and_without_its_reason() -> None:
    fact = was_set(ORDER, at=NOW)
    assert not fact.overridable
    assert "protective_order" not in repr(fact)


def apart_of(rule: SeparationRule, **facts: Any) -> Apart:
    return replace(rule.apart, **facts)


def test_two_are_kept_apart_whichever_is_named_first() -> None:
    rules = [apart_of(a_rule(person_a=ONE, person_b=TWO))]
    assert kept_apart(rules, ONE, TWO, TODAY)
    assert kept_apart(rules, TWO, ONE, TODAY)
    assert not kept_apart(rules, ONE, THREE, TODAY)


@pytest.mark.parametrize(
    ("facts", "apart"),
    [
        ({}, True),
        ({"until": TODAY}, True),
        ({"until": TODAY - timedelta(days=1)}, False),
        ({"rests_until": TODAY}, False),
        ({"rests_until": TODAY - timedelta(days=1)}, True),
    ],
)
def test_they_are_kept_apart_unless_the_rule_ended_or_rests(facts: dict[str, date], apart: bool) -> None:
    assert kept_apart([apart_of(a_rule(person_a=ONE, person_b=TWO), **facts)], ONE, TWO, TODAY) is apart


def test_one_rule_that_rests_leaves_another_standing() -> None:
    rule = a_rule(person_a=ONE, person_b=TWO)
    assert kept_apart([apart_of(rule, rests_until=TODAY), apart_of(rule)], ONE, TWO, TODAY)


def test_what_is_made_for_one_person_leaves_out_those_they_are_kept_from() -> None:
    rules = [apart_of(a_rule(person_a=ONE, person_b=TWO)), apart_of(a_rule(person_a=TWO, person_b=THREE))]
    everybody = [ONE, TWO, THREE]
    assert [without_separated(everybody, each, rules, TODAY) for each in everybody] == [[ONE, THREE], [TWO], [ONE, THREE]]


BO = a_caller("bo", Role.SUPERVISOR)


def test_a_supervisor_of_the_unit_may_let_a_separation_rest_for_a_week() -> None:
    check_may_override(a_rule(), [], BO, "north", until=TODAY + timedelta(days=7), today=TODAY)


@pytest.mark.parametrize(
    ("rule", "beside", "caller", "days", "refusal"),
    [
        (ORDER, [], BO, 1, ProtectiveOrderStands),
        (a_rule(), [ORDER], BO, 1, ProtectiveOrderStands),
        (a_rule(), [], a_caller(), 1, NotYoursToOverride),
        (a_rule(), [], a_caller("sol", Role.SUPERVISOR, units=frozenset({"south"})), 1, NotYoursToOverride),
        (a_rule(), [], a_caller("ad", Role.COUNTY_ADMIN), 1, NotYoursToOverride),
        (a_rule(until=TODAY - timedelta(days=1)), [], BO, 1, SeparationNotActive),
        (a_rule(), [], BO, -1, Invalid),
        (a_rule(), [], BO, 8, OverrideTooLong),
    ],
)
def test_an_override_is_refused(
    rule: SeparationRule, beside: list[SeparationRule], caller: Caller, days: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_may_override(rule, beside, caller, "north", until=TODAY + timedelta(days=days), today=TODAY)


def test_an_order_that_has_ended_stands_in_nobodys_way() -> None:
    ended = a_rule(reason=SeparationReason.PROTECTIVE_ORDER, until=TODAY - timedelta(days=1))
    check_may_override(a_rule(), [ended], BO, "north", until=TODAY, today=TODAY)
