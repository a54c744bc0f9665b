"""Whoever waited for somebody else's transaction goes by what that one left."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.network.domain.cases import InHands, Share, ShareId, ShareReason
from services.network.domain.commitments import AnswerSource
from services.network.domain.plan_errors import KeptApart
from services.network.storage import cases, commitments, shares
from services.network.use_cases.answer_commitment import answer_commitment
from services.network.use_cases.plan_commands import GiveAnswer, Said
from services.network.use_cases.refresh_age_bands import refresh_age_bands
from services.network.use_cases.register_person import register_person
from shared.db.unit import Units
from tests.network.conftest import BehindTheWall, OpenUnit
from tests.network.use_cases.promised import Promised, a_network_county, at, times
from tests.network.use_cases.test_apart_in_cover import keep_apart
from tests.support.factories import a_caller, a_registration
from tests.support.waiting import waits_for


async def a_family(units: Units, county_id: UUID, **members: dict[str, object]) -> Promised:
    family = Promised(units, a_network_county(county_id), at("2027-09-09 16:40"))
    await family.begin(**members)
    return family


async def test_two_who_must_not_meet_do_not_both_say_yes_in_two_families_of_one_child(
    units: Units, county_id: UUID, engine: AsyncEngine
) -> None:
    here = await a_family(units, county_id, rosa={}, ben={})
    await keep_apart(here, "rosa", "ben")
    there = await a_family(units, county_id)
    await there.join("ben", known=await here.person_of("ben"))
    await there.child(await here.child())
    evening = times("2027-09-13 18:00", "2027-09-13 20:00")
    for family, name in ((here, "rosa"), (there, "ben")):
        await family.plan(evening, starts_on=date(2027, 9, 9), ends_on=date(2027, 9, 20))
        await family.promise(name, evening, accept=False)

    async with there.held() as (unit, case, plan):
        yes = GiveAnswer(said=Said.ACCEPTED, source=AnswerSource.TEXT)
        await answer_commitment(unit, plan, case, await commitments.get(unit, there.commitments["ben"]), yes, there.county)
        rosa = await waits_for(engine, unit, here.say("rosa", Said.ACCEPTED))
    with pytest.raises(KeptApart):
        await rosa


async def test_a_file_that_waited_for_a_family_finds_no_share_that_has_ended_meanwhile(
    units: Units, county_id: UUID, engine: AsyncEngine
) -> None:
    family = await a_family(units, county_id)
    async with family.held() as (unit, case, _):
        share = Share(
            id=ShareId(uuid4()),
            staff_id="yolanda",
            reason=ShareReason.COVERING,
            until=date(2027, 9, 30),
            ends_at=at("2027-10-01 00:00"),
            given_by="sue",
            given_at=unit.now,
        )
        await shares.replace_all(unit, [InHands(case, (share,))])

    async def who_sees_it() -> frozenset[str]:
        async with family.unit() as unit:
            return (await cases.list_by_id_for_update(unit, [family.case_id]))[family.case_id].access.shared_with

    assert await who_sees_it() == {"yolanda"}
    async with family.held() as (unit, case, _):
        await shares.replace_all(unit, [InHands(case, ())])
        file = await waits_for(engine, unit, who_sees_it())
    assert await file == frozenset()


async def test_of_two_tickers_in_one_night_one_tells_who_came_of_age(
    open_unit: OpenUnit, county_id: UUID, engine: AsyncEngine, behind_the_wall: BehindTheWall
) -> None:
    async with open_unit() as unit:
        today = date(unit.now.year + 1, 6, 15)
        child = a_registration(born_on=today.replace(year=today.year - 18))
        await register_person(unit, child, caller=a_caller(county_id=county_id), today=today, now=unit.now)

    async def tell() -> int:
        async with open_unit() as unit:
            return await refresh_age_bands(unit, today)

    async with open_unit() as unit:
        assert await refresh_age_bands(unit, today) == 1
        await unit.session.flush()
        other = await waits_for(engine, unit, tell())
    assert await other == 0
    assert [fact.type for fact in behind_the_wall.facts()].count("network.person_changed.v1") == 1
