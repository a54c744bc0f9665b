"""A plan is mended while it holds: the next version takes the promises along, and not an hour is lost in between."""

from datetime import date
from uuid import UUID

import pytest

from services.network.domain.agreements import AgreementMethod, Capacity
from services.network.domain.commitments import CommitmentState, PlanId
from services.network.domain.gate import Missing
from services.network.domain.plan_errors import PlanIsRevised, PlanNotActive, PlanNotReady
from services.network.domain.plans import Plan, PlanKind
from services.network.storage import commitments, gaps, plans
from services.network.use_cases.activate_plan import activate_plan, end_plans_of_family, see_readiness
from services.network.use_cases.agree_to_plan import agree_to_plan
from services.network.use_cases.plan_commands import Agree, RevisePlan, Said
from services.network.use_cases.revise_plan import revise_plan
from shared.db.unit import Units
from tests.network.conftest import BehindTheWall
from tests.network.use_cases.promised import Promised, a_network_county, at, times

NIGHTS = times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")
MONDAY = date(2027, 9, 13)


@pytest.fixture
async def family(units: Units, county_id: UUID) -> Promised:
    """A month of Saturday nights, which Kim covers; Luis was asked for one and has not answered."""
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={}, luis={})
    await family.plan(NIGHTS, starts_on=date(2027, 9, 1), ends_on=date(2027, 10, 1), kind=PlanKind.SDM_SAFETY_PLAN)
    await family.promise("kim", NIGHTS, backups=("luis",))
    await family.activate()
    await family.promise("luis", times("2027-09-18 12:00", "2027-09-18 14:00"), called="lunch", supportive=True, accept=False)
    family.now = at("2027-09-13 09:00")
    return family


async def revised(family: Promised, **facts: object) -> Plan:
    order = RevisePlan(**{"kind": None, "starts_on": None, "ends_on": None, "review_on": None, **facts})  # type: ignore[arg-type]
    async with family.held() as (unit, case, plan):
        return await revise_plan(unit, plan, case, order, today=MONDAY)


async def signed_and_activated(family: Promised, plan_id: PlanId) -> Plan:
    order = Agree(
        member_id=None,
        child_id=None,
        name="Dana",
        capacity=Capacity.PARENT,
        method=AgreementMethod.WET,
        witness="",
        signed_on=MONDAY,
    )
    family.plan_id = plan_id
    async with family.held() as (unit, case, plan):
        await agree_to_plan(unit, plan, case, order, today=MONDAY)
    async with family.held() as (unit, case, plan):
        return await activate_plan(unit, plan, case, family.county)


async def promises(family: Promised, plan_id: PlanId) -> dict[str, CommitmentState]:
    names = {commitment_id: name for name, commitment_id in family.commitments.items()}
    async with family.unit() as unit:
        return {names.get(each.id, "an ask"): each.state for each in await commitments.list_of_plan(unit, plan_id)}


async def reasons(family: Promised, plan_id: PlanId) -> list[str]:
    family.plan_id = plan_id
    async with family.held() as (unit, case, plan):
        return [reason.code for reason in (await see_readiness(unit, plan, case, family.county)).reasons]


async def test_the_promises_go_on_and_the_old_version_ends_in_the_same_moment(
    family: Promised, behind_the_wall: BehindTheWall
) -> None:
    old = family.this_plan
    draft = await revised(family)
    assert (draft.replaces, draft.starts_on, draft.ends_on, draft.windows[0].pattern.starts_local.day) == (
        old,
        MONDAY,
        date(2027, 10, 1),
        18,
    )
    assert await reasons(family, draft.id) == [Missing.NO_FAMILY_AGREEMENT], "Kim's promise counts for the version to come"
    before = len(behind_the_wall.facts())
    assert (await signed_and_activated(family, draft.id)).state == "active"
    assert await promises(family, draft.id) == {"kim": CommitmentState.ACTIVE}
    assert await promises(family, old) == {"lunch": CommitmentState.SUPERSEDED}
    family.plan_id = old
    assert await family.state() == "superseded"
    told = [
        (fact.type.removeprefix("network.").removesuffix(".v1"), fact.data.get("commitment_id"))
        for fact in behind_the_wall.facts()[before:]
        if "staff" not in fact.type and "member" not in fact.type
    ]
    assert told == [
        ("plan_ended", None),
        ("commitment_ended", str(family.commitments["lunch"])),
        ("plan_activated", None),
    ], "Kim hears nothing: not a minute of hers changed"


async def test_what_somebody_took_out_stays_out_and_is_asked_about_by_the_new_version(family: Promised) -> None:
    await family.say("kim", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-18 20:00"))
    await family.say(await family.ask_of("luis"), Said.ACCEPTED)
    draft = await revised(family)
    assert (await signed_and_activated(family, draft.id)).state == "active"
    assert await promises(family, draft.id) == {"kim": CommitmentState.ACTIVE, "an ask": CommitmentState.ACTIVE}
    await family.say("kim", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-25 20:00"))
    assert [gap.span.start for gap in await family.standing_gaps()] == [at("2027-09-25 20:00")]


async def test_a_gap_of_the_old_version_closes_with_it(family: Promised) -> None:
    old = family.this_plan
    await family.say("kim", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-18 20:00"))
    draft = await revised(family)
    assert await reasons(family, draft.id) == [Missing.NO_FAMILY_AGREEMENT, Missing.NOT_COVERED]
    await family.promise("luis", times("2027-09-18 20:00", "2027-09-19 08:00"), called="luis's night")
    await signed_and_activated(family, draft.id)
    assert await family.standing_gaps() == []
    async with family.unit() as unit:
        [gap] = await gaps.list_of_plan(unit, old, ending_after=family.now)
    assert (gap.is_standing, gap.closed_at) == (False, family.now)


async def test_where_the_new_version_lasts_longer_the_gate_says_which_nights_are_open(family: Promised) -> None:
    draft = await revised(family, ends_on=date(2027, 10, 12))
    assert await reasons(family, draft.id) == [Missing.NO_FAMILY_AGREEMENT, Missing.NOT_COVERED, Missing.NOT_COVERED]


async def test_a_version_of_a_later_day_waits_for_it(family: Promised) -> None:
    draft = await revised(family, starts_on=date(2027, 9, 14))
    with pytest.raises(PlanNotReady) as refused:
        await signed_and_activated(family, draft.id)
    assert [reason.code for reason in refused.value.reasons] == [Missing.STARTS_LATER]
    family.now = at("2027-09-14 09:00")
    async with family.held() as (unit, case, plan):
        assert (await activate_plan(unit, plan, case, family.county)).state == "active"


async def test_a_plan_that_is_mended_in_the_night_still_wants_the_rest_of_it(family: Promised) -> None:
    family.now = at("2027-09-19 02:00")
    async with family.held() as (unit, case, plan):
        order = RevisePlan(kind=None, starts_on=None, ends_on=None, review_on=None)
        draft = await revise_plan(unit, plan, case, order, today=date(2027, 9, 19))
    assert draft.starts_on == date(2027, 9, 18)
    await signed_and_activated(family, draft.id)
    family.now = at("2027-09-19 03:00")
    await family.say("kim", Said.WITHDRAWN)
    first = (await family.standing_gaps())[0]
    assert [(left.start, left.end) for left in first.left] == [(family.now, at("2027-09-19 08:00"))]


async def test_there_is_one_version_in_the_making_and_only_of_a_plan_that_holds(family: Promised) -> None:
    draft = await revised(family)
    with pytest.raises(PlanIsRevised):
        await revised(family)
    family.plan_id = draft.id
    with pytest.raises(PlanNotActive):
        await revised(family)


async def test_a_family_that_is_closed_has_no_plan_and_nobody_comes_in_vain(family: Promised) -> None:
    old, draft = family.this_plan, await revised(family)
    async with family.held() as (unit, case, _):
        await end_plans_of_family(unit, case, family.county)
    async with family.unit() as unit:
        assert [(await plans.get(unit, each)).state for each in (old, draft.id)] == ["cancelled", "cancelled"]
    assert set((await promises(family, old)).values()) == {CommitmentState.SUPERSEDED}
