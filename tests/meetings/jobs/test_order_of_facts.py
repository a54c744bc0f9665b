"""Two people change the same thing in network at once: meetings believes whoever had it last, whoever began first."""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from services.meetings.app import LISTENERS
from services.meetings.storage import families
from services.meetings.storage import people as known
from services.network.domain.cases import Case
from services.network.domain.children import PlacementKind
from services.network.domain.people import Person
from services.network.storage import cases, children, people
from services.network.use_cases.add_child import add_child
from services.network.use_cases.change_child import change_child
from services.network.use_cases.change_person import change_person
from services.network.use_cases.commands import AddChild, ChangePerson, OpenCase, ProfileChanges
from services.network.use_cases.open_case import open_case
from services.network.use_cases.reassign_case import reassign_case
from services.network.use_cases.register_person import register_person
from services.network.use_cases.release_commands import WantedAccess
from shared.db.unit import Unit, Units
from shared.kernel.access import CaseAccess, Role
from tests.meetings.conftest import TODAY, WRAPPING_KEY, ZONE, World
from tests.support.databases import DatabaseOf
from tests.support.factories import a_caller, a_placement, a_registration
from tests.support.network_told import SUE, NetworkTold, Work


@pytest.fixture
async def network(world: World, fresh_database_of: DatabaseOf) -> AsyncIterator[NetworkTold]:
    """network, in the county of meetings."""
    told = NetworkTold(fresh_database_of("network"), world.county_id, wrapping_key=WRAPPING_KEY)
    yield told
    await told.engine.dispose()


@pytest.fixture
async def toby(network: NetworkTold) -> Person:
    """A child whom Amy registered."""
    async with network.units.open(network.county_id, SUE) as unit:
        return await register_person(unit, a_registration(), caller=a_caller(), today=TODAY, now=unit.now)


@pytest.fixture
async def case(network: NetworkTold, toby: Person) -> Case:
    """Amy's family, in which Toby is a child at home."""
    async with network.units.open(network.county_id, SUE) as unit:
        order = OpenCase(title="The L. family", time_zone=None, unit="north", assigned=frozenset({"amy"}), external_id=None)
        case = await open_case(unit, order, caller=a_caller(), county_zone=ZONE, now=unit.now)
        await add_child(unit, case, AddChild(person_id=toby.id, placement=a_placement()), caller=a_caller(), now=unit.now)
        return case


def handing_to(case: Case, staff_id: str) -> Work:
    """The supervisor's word who holds a family."""

    async def work(unit: Unit) -> None:
        held = await cases.get_for_update(unit, case.id)
        wanted = WantedAccess(access=CaseAccess(unit="north", assigned=frozenset({staff_id})))
        await reassign_case(unit, held, wanted, caller=a_caller("sue", Role.SUPERVISOR), now=unit.now)

    return work


async def test_a_family_is_with_whom_it_was_given_to_last(network: NetworkTold, units: Units, world: World, case: Case) -> None:
    await network.overlap(begun_first=handing_to(case, "bo"), done_first=handing_to(case, "cy"))
    await network.tell(units, LISTENERS)
    async with world.unit() as unit:
        family = await families.find(unit, case.id)
    assert family is not None
    assert family.access.assigned == {"bo"}


def changing(person: Person, **profile: str) -> Work:
    """A worker's change of somebody."""

    async def work(unit: Unit) -> None:
        held = await people.get_for_update(unit, person.id)
        change = ChangePerson(profile=cast(ProfileChanges, profile), contact_points=None)
        await change_person(unit, held, change, caller=a_caller(), today=TODAY, now=unit.now)

    return work


async def test_a_person_speaks_what_was_recorded_last(network: NetworkTold, units: Units, world: World, toby: Person) -> None:
    await network.overlap(begun_first=changing(toby, spoken_language="hmn"), done_first=changing(toby, spoken_language="vi"))
    await network.tell(units, LISTENERS)
    async with world.unit() as unit:
        heard = await known.find(unit, toby.id)
    assert heard is not None
    assert heard.spoken_language == "hmn"


def placing(case: Case, child: Person, kind: PlacementKind) -> Work:
    """A worker's word where a child lives."""

    async def work(unit: Unit) -> None:
        held = await children.get_for_update(unit, case.id, child.id)
        await change_child(unit, held, {"placement_kind": kind}, now=unit.now)

    return work


async def test_a_child_lives_where_was_recorded_last(
    network: NetworkTold, units: Units, world: World, toby: Person, case: Case
) -> None:
    await network.overlap(
        begun_first=placing(case, toby, PlacementKind.RELATIVE), done_first=placing(case, toby, PlacementKind.NREFM)
    )
    await network.tell(units, LISTENERS)
    async with world.unit() as unit:
        [child] = await families.list_children(unit, case.id)
    assert child.placement_kind == "relative"
