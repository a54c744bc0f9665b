"""What a county's file says of people bears on cover at once, as if staff had said it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.network.domain.imports import Import, ImportId, ImportKind, ImportMode, ImportStatus, MemberLine, PersonLine, Tally
from services.network.storage import cases, imports, members, people
from services.network.use_cases.import_members import import_members
from services.network.use_cases.import_people import import_people
from shared.db.unit import Unit, Units
from shared.kernel.access import Caller, Role
from tests.network.use_cases.promised import ZONE, Promised, a_network_county, at, times

TODAY = date(2027, 9, 9)


@pytest.fixture
async def zoe(units: Units, county_id: UUID) -> Promised:
    """A plan in force, of a family that the county knows as F1: Kim, its P1, covers the Saturday nights, and Luis would step in."""
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={}, luis={})
    nights = times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")
    await family.plan(nights, starts_on=date(2027, 9, 1), ends_on=date(2027, 10, 1))
    await family.promise("kim", nights, backups=("luis",))
    await family.activate()
    async with family.held() as (unit, case, _):
        kim = await people.get_for_update(unit, (await members.get(unit, case.id, family.members["kim"])).person_id)
        await cases.save(unit, replace(case, external_id="F1"))
        await people.save(unit, replace(kim, profile=replace(kim.profile, external_id="P1")))
    family.now = at("2027-09-09 16:40")
    return family


async def an_order(unit: Unit) -> Import:
    """A file of members that has arrived."""
    order = Import(
        id=ImportId(unit.new_id()), kind=ImportKind.MEMBERS, mode=ImportMode.UPSERT, dry_run=False, all_or_nothing=False,
        source="cws", as_of=unit.now, confirm_remove=None, actor_kind="staff", actor_id="alder-cws", roles="system", zone=ZONE,
        status=ImportStatus.SUCCEEDED, code="", rows=1, blocks=0, next_block=0, would_remove=0, tally=Tally(),
        received_at=unit.now, finished_at=unit.now,
    )  # fmt: skip
    await imports.add(unit, order)
    return order


async def test_a_caregiver_of_concern_covers_nothing_from_that_line_on(zoe: Promised) -> None:
    caller = Caller(zoe.county.id, "alder-cws", frozenset({Role.SYSTEM}))
    lines = [MemberLine(line=1, case_external_id="F1", person_external_id="P1", caregiver_of_concern=True)]
    async with zoe.unit() as unit:
        applied = await import_members(unit, await an_order(unit), lines, caller=caller, today=TODAY, now=unit.now)
    assert applied.tally.updated == 1
    assert (await zoe.state(), set(await zoe.asks())) == ("at_risk", {("luis", "sent")})


async def test_nor_does_somebody_who_is_a_child_after_all(zoe: Promised) -> None:
    caller = Caller(zoe.county.id, "alder-cws", frozenset({Role.SYSTEM}))
    lines = [PersonLine(line=1, external_id="P1", born_on=date(2012, 1, 1))]
    async with zoe.unit() as unit:
        applied = await import_people(unit, lines, caller=caller, zone=ZONE, today=TODAY, now=unit.now)
    assert applied.tally.updated == 1
    assert (await zoe.state(), set(await zoe.asks())) == ("at_risk", {("luis", "sent")})
