"""Two people who must never meet do not come near each other by promises, in whatever order they say yes."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.network.domain.plan_errors import AlreadyCovered, KeptApart
from services.network.domain.recurrence import Pattern
from services.network.domain.separation import SeparationReason
from services.network.storage import members
from services.network.use_cases.commands import SetSeparation
from services.network.use_cases.plan_commands import Said
from services.network.use_cases.set_separation import set_separation
from shared.db.unit import Units
from shared.kernel.wall import local_date
from tests.network.use_cases.promised import ZONE, Promised, a_network_county, at, times
from tests.support.factories import a_caller


@pytest.fixture
async def night(units: Units, county_id: UUID) -> Promised:
    """Kim has a night; Rosa and Ben, who must never meet, protect on other days."""
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={}, rosa={}, ben={})
    await keep_apart(family, "rosa", "ben")
    saturday = times("2027-09-11 20:00", "2027-09-12 08:00", "FREQ=WEEKLY")
    await family.plan(saturday, starts_on=date(2027, 9, 1), ends_on=date(2027, 9, 30))
    await family.promise("kim", saturday)
    await family.promise("rosa", times("2027-09-06 09:00", "2027-09-06 10:00", "FREQ=WEEKLY"))
    await family.promise("ben", times("2027-09-07 09:00", "2027-09-07 10:00", "FREQ=WEEKLY"))
    await family.activate()
    family.now = at("2027-09-09 16:40")
    return family


async def keep_apart(family: Promised, one: str, other: str) -> None:
    async with family.held() as (unit, case, _):
        who = [(await members.get(unit, case.id, family.members[name])).person_id for name in (one, other)]
        rule = SetSeparation(person_a=who[0], person_b=who[1], reason=SeparationReason.DV_SAFETY, until=None)
        caller = a_caller("omar", county_id=family.county.id)
        await set_separation(unit, case, rule, caller=caller, today=local_date(unit.now, ZONE), now=unit.now)


async def test_when_one_of_two_takes_a_part_the_other_is_thanked(night: Promised) -> None:
    await night.say("kim", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-11 20:00"))
    assert sorted(await night.asks()) == [("ben", "sent"), ("rosa", "sent")], "all at once, for nobody is named"
    ben = await night.ask_of("ben")
    await night.say(await night.ask_of("rosa"), Said.PARTIAL, until=at("2027-09-11 23:00"))
    assert dict(await night.asks()) == {"ben": "covered", "rosa": "accepted_partial"}
    with pytest.raises(AlreadyCovered):
        await night.say(ben, Said.ACCEPTED)


async def test_two_offers_that_wait_do_not_both_become_promises(night: Promised) -> None:
    await night.promise("rosa", times("2027-09-17 18:00", "2027-09-17 20:00"), called="rosa on friday", accept=False)
    await night.promise("ben", times("2027-09-17 21:00", "2027-09-17 23:00"), called="ben on friday", accept=False)
    await night.say("rosa on friday", Said.ACCEPTED)
    with pytest.raises(KeptApart):
        await night.say("ben on friday", Said.ACCEPTED)
    await night.say("rosa on friday", Said.WITHDRAWN)
    assert (await night.say("ben on friday", Said.ACCEPTED)).holds


async def test_a_time_that_somebody_gave_up_is_not_taken_back_next_to_whom_they_must_not_meet(night: Promised) -> None:
    rosas = times("2027-09-13 18:00", "2027-09-13 20:00", "FREQ=WEEKLY")
    await night.promise("rosa", rosas, called="rosa on mondays")
    await night.say("rosa on mondays", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-20 18:00"))
    await night.promise("ben", times("2027-09-20 18:00", "2027-09-20 20:00"), called="ben instead")
    with pytest.raises(KeptApart):
        await night.say("rosa on mondays", Said.TURN_CONFIRMED, turn_starts_at=at("2027-09-20 18:00"))


async def another_plan(family: Promised, **promised: Pattern) -> Promised:
    """The family with a second plan, and what its members promise in that one."""
    other = replace(family, plan_id=None, commitments={})
    await other.plan(times("2027-09-13 18:00", "2027-09-13 20:00"), starts_on=date(2027, 9, 9), ends_on=date(2027, 9, 20))
    for name, pattern in promised.items():
        await other.promise(name, pattern)
    return other


MONDAY_EVENING = times("2027-09-13 18:00", "2027-09-13 20:00")
TOO_NEAR, FAR_ENOUGH = times("2027-09-13 21:00", "2027-09-13 22:00"), times("2027-09-13 22:30", "2027-09-13 23:00")


async def test_a_promise_in_another_plan_of_the_family_counts_too(night: Promised) -> None:
    other = await another_plan(night, ben=MONDAY_EVENING)
    with pytest.raises(KeptApart):
        await night.promise("rosa", TOO_NEAR)
    await night.promise("rosa", FAR_ENOUGH)
    with pytest.raises(KeptApart):
        await other.promise("ben", TOO_NEAR)


async def test_nobody_is_asked_to_stand_beside_whom_another_plan_brings_there(night: Promised) -> None:
    await another_plan(night, ben=times("2027-09-12 07:00", "2027-09-12 09:00"))
    await night.say("kim", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-11 20:00"))
    assert await night.asks() == [("ben", "sent")]


async def test_another_family_counts_where_the_same_child_is(night: Promised) -> None:
    elsewhere = Promised(night.units, night.county, night.now)
    await elsewhere.begin()
    await elsewhere.join("ben", known=await night.person_of("ben"))
    await elsewhere.child()
    await another_plan(elsewhere, ben=MONDAY_EVENING)
    await night.promise("rosa", TOO_NEAR)

    await elsewhere.child(await night.child())
    with pytest.raises(KeptApart):
        await night.promise("rosa", TOO_NEAR)
