"""Who may see a family: those who hold it, their unit's supervisor and scheduler, and nobody by default."""

from uuid import UUID

import pytest

from shared.kernel.access import Caller, CaseAccess, Role, may_see

COUNTY = UUID(int=1)
FAMILY = CaseAccess(unit="north", assigned=frozenset({"ana"}), shared_with=frozenset({"ben"}))


def caller(staff_id: str = "zoe", *roles: Role, units: frozenset[str] = frozenset()) -> Caller:
    """Somebody of the county."""
    return Caller(COUNTY, staff_id, roles=frozenset(roles), units=units)


@pytest.mark.parametrize("staff_id", ["ana", "ben"])
@pytest.mark.parametrize("roles", [(), (Role.CASEWORKER,), (Role.FACILITATOR,)])
def test_assigned_and_shared_staff_see_it_whatever_their_role(staff_id: str, roles: tuple[Role, ...]) -> None:
    assert may_see(FAMILY, caller(staff_id, *roles))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("units", [frozenset[str](), frozenset({"north"}), frozenset({"south"})])
def test_the_matrix_of_roles_and_units(role: Role, units: frozenset[str]) -> None:
    everywhere = role in {Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM}
    in_its_unit = role in {Role.SUPERVISOR, Role.SCHEDULER} and "north" in units
    assert may_see(FAMILY, caller("zoe", role, units=units)) == (everywhere or in_its_unit)


def test_nobody_sees_it_by_default() -> None:
    assert not may_see(FAMILY, caller())
    assert not may_see(FAMILY, caller(units=frozenset({"north"})))
    assert not may_see(CaseAccess(unit=""), caller("", Role.CASEWORKER))


def test_taking_a_family_away_takes_the_sight_of_it() -> None:
    assert not may_see(CaseAccess(unit="north", assigned=frozenset({"carl"})), caller("ana", Role.CASEWORKER))


def test_a_system_is_not_a_person() -> None:
    assert caller("alder-cws", Role.SYSTEM).is_system
    assert not caller("ana", Role.SUPERVISOR).is_system
