"""Rules that keep two people apart."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.network.domain.errors import ProtectiveOrderStands
from services.network.domain.people import PersonId
from services.network.domain.separation import SeparationReason, check_may_lift, check_until, pair, was_set
from shared.kernel.access import Role
from shared.kernel.errors import Invalid
from tests.support.factories import NOW, TODAY, a_caller, a_rule

ORDER = a_rule(reason=SeparationReason.PROTECTIVE_ORDER)
ONE, TWO = PersonId(UUID(int=1)), PersonId(UUID(int=2))


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
