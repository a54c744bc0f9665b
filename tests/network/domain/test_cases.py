"""Who holds a family, and what that allows."""

from dataclasses import replace

import pytest

from services.network.domain.cases import access_at_opening, closed, reassigned
from services.network.domain.errors import CaseIsClosed, NotYoursToReassign
from services.network.domain.visibility import may_see_person
from shared.kernel.access import CaseAccess, Role
from tests.support.factories import NOW, a_caller, a_case, a_person

AMY = a_caller("amy")
SAM = a_caller("sam")
BOSS = a_caller("bo", Role.SUPERVISOR)
SYSTEM = a_caller("alder-cws", Role.SYSTEM)
AUDITOR = a_caller("audra", Role.AUDITOR)


def test_a_worker_who_names_nobody_holds_the_family() -> None:
    assert access_at_opening("north", frozenset(), AMY).assigned == {"amy"}


def test_a_county_system_may_leave_it_to_the_unit() -> None:
    assert access_at_opening("north", frozenset(), SYSTEM).assigned == frozenset()


def test_an_assigned_worker_may_share() -> None:
    case = a_case()
    shared = replace(case.access, shared_with=frozenset({"sam"}))
    assert reassigned(case, shared, AMY).access == shared


def test_an_assigned_worker_may_not_hand_over() -> None:
    with pytest.raises(NotYoursToReassign):
        reassigned(a_case(), CaseAccess("north", frozenset({"sam"})), AMY)


def test_one_with_a_share_may_not_share_on() -> None:
    case = a_case(access=CaseAccess("north", frozenset({"amy"}), frozenset({"sam"})))
    with pytest.raises(NotYoursToReassign):
        reassigned(case, replace(case.access, shared_with=frozenset({"sam", "eve"})), SAM)


def test_a_supervisor_may_hand_over() -> None:
    handed = CaseAccess("north", frozenset({"sam"}))
    assert reassigned(a_case(), handed, BOSS).access == handed


def test_a_supervisor_of_another_unit_with_a_share_may_not_hand_over() -> None:
    sue = a_caller("sue", Role.SUPERVISOR, units=("south",))
    case = a_case(access=CaseAccess("north", frozenset({"amy"}), frozenset({"sue"})))
    with pytest.raises(NotYoursToReassign):
        reassigned(case, CaseAccess("south", frozenset({"sue"})), sue)


def test_a_closed_family_cannot_change_hands() -> None:
    with pytest.raises(CaseIsClosed):
        reassigned(closed(a_case(), now=NOW), CaseAccess("north", frozenset()), BOSS)


def test_a_family_ends_once() -> None:
    with pytest.raises(CaseIsClosed):
        closed(closed(a_case(), now=NOW), now=NOW)


def test_whoever_registered_somebody_sees_them_until_they_join_a_family() -> None:
    person = a_person(registered_by="amy")
    assert may_see_person(person, [], AMY)
    assert not may_see_person(person, [], SAM)
    assert not may_see_person(person, [CaseAccess("south", frozenset({"sam"}))], AMY)


def test_sight_of_one_family_gives_the_person() -> None:
    families = [CaseAccess("south", frozenset({"sam"})), CaseAccess("north", frozenset({"amy"}))]
    assert may_see_person(a_person(registered_by="x"), families, AMY)


def test_colleagues_see_one_another() -> None:
    assert may_see_person(a_person(registered_by="x", staff_id="sam"), [], AMY)


@pytest.mark.parametrize("caller", [SYSTEM, AUDITOR, a_caller("ad", Role.COUNTY_ADMIN)])
def test_some_see_the_whole_county(caller: object) -> None:
    assert may_see_person(a_person(registered_by="x"), [], caller)  # type: ignore[arg-type]  # parametrized
