"""Plans are looked at again: by the supervisor within a day, with the family on dates, and staff are told what is due."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.network.domain.agreements import AgreementMethod, Capacity, is_agreed_by_family
from services.network.domain.commitments import AnswerSource
from services.network.domain.members import Member, SetAside, Vetting, VettingOutcome
from services.network.domain.plan_errors import PlanNotAgreed, PlanReviewRefused
from services.network.domain.plans import Plan, PlanKind, PlanState
from services.network.domain.reviews import ReviewOutcome
from services.network.domain.threats import ThreatState
from services.network.storage import agreements, cases, commitments, members, plans, steps
from services.network.use_cases.activate_plan import activate_plan, end_plan
from services.network.use_cases.agree_to_plan import agree_to_plan
from services.network.use_cases.change_member import change_member
from services.network.use_cases.keep_steps import add_step, agree_to_step
from services.network.use_cases.keep_threats import SeenThreat, change_threat, hold_threat, record_threat, see_threats
from services.network.use_cases.plan_commands import AddStep, Agree, HoldReview, RecordThreat, ThreatChanges
from services.network.use_cases.remind_of_reviews import remind_of_reviews
from services.network.use_cases.remove_member import remove_member
from services.network.use_cases.review_plan import approve_plan, hold_review, return_plan, submit_plan
from services.network.use_cases.vet_member import vet_member
from shared.db.unit import Units
from shared.kernel.access import Caller, Role
from tests.network.conftest import BehindTheWall
from tests.network.use_cases.promised import Promised, a_network_county, at, times
from tests.support.factories import a_caller

NIGHTS = times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")
FRIDAY = at("2027-09-03 17:00")
FROM_DANA = Agree(
    member_id=None,
    child_id=None,
    name="Dana",
    capacity=Capacity.PARENT,
    method=AgreementMethod.RECORDED,
    witness="Omar",
    signed_on=date(2027, 9, 3),
)


@pytest.fixture
async def family(units: Units, county_id: UUID) -> Promised:
    """A draft at five on a Friday: Kim covers the nights, and Luis would step in."""
    family = Promised(units, a_network_county(county_id), FRIDAY)
    await family.begin(kim={}, luis={})
    await family.plan(NIGHTS, starts_on=date(2027, 9, 3), ends_on=date(2027, 10, 3), kind=PlanKind.SDM_SAFETY_PLAN)
    await family.promise("kim", NIGHTS, backups=("luis",))
    return family


async def agreed(family: Promised) -> None:
    async with family.held() as (unit, case, plan):
        await agree_to_plan(unit, plan, case, FROM_DANA, today=date(2027, 9, 3))


async def begun_at_once(family: Promised) -> Plan:
    await agreed(family)
    async with family.held() as (unit, case, plan):
        return await activate_plan(unit, plan, case, family.county)


async def plan_now(family: Promised) -> Plan:
    async with family.unit() as unit:
        return await plans.get(unit, family.this_plan)


def sue(family: Promised, *roles: Role, unit: str = "north") -> Caller:
    return a_caller("sue", *roles or (Role.SUPERVISOR,), county_id=family.county.id, units=frozenset({unit}))


async def approved(family: Promised, *roles: Role, unit_name: str = "north") -> Plan:
    async with family.held() as (unit, case, plan):
        return await approve_plan(unit, plan, case, family.county, caller=sue(family, *roles, unit=unit_name))


def reminders(behind_the_wall: BehindTheWall) -> list[tuple[str, list[str]]]:
    return [
        (fact.data["reason"], fact.data["staff_ids"]) for fact in behind_the_wall.facts() if fact.type == "network.staff_needed.v1"
    ]


async def test_a_plan_begins_on_friday_evening_and_the_supervisor_is_told(family: Promised, behind_the_wall: BehindTheWall) -> None:
    plan = await begun_at_once(family)
    assert (plan.state, plan.oversight.due_at) == ("active", FRIDAY + timedelta(hours=24))
    assert reminders(behind_the_wall) == [("review_due", ["sue"])]
    after = await approved(family)
    assert (after.state, after.oversight.approved_by) == ("active", "sue")


async def test_a_plan_that_can_wait_is_laid_before_the_supervisor_first(family: Promised, behind_the_wall: BehindTheWall) -> None:
    with pytest.raises(PlanNotAgreed):
        async with family.held() as (unit, case, plan):
            await submit_plan(unit, plan, case, family.county)
    await agreed(family)
    async with family.held() as (unit, case, plan):
        assert (await submit_plan(unit, plan, case, family.county)).state == "supervisor_review"
    assert (await approved(family)).state == "supervisor_review"
    async with family.held() as (unit, case, plan):
        active = await activate_plan(unit, plan, case, family.county)
    assert active.oversight.approved_by == "sue"
    assert reminders(behind_the_wall) == [("review_due", ["sue"])], "told when it was laid before her, and not once more"


@pytest.mark.parametrize(
    ("roles", "unit_name"),
    [((Role.CASEWORKER,), "north"), ((Role.SUPERVISOR,), "south"), ((Role.SCHEDULER,), "north"), ((Role.SYSTEM,), "north")],
)
async def test_nobody_else_reviews(family: Promised, roles: tuple[Role, ...], unit_name: str) -> None:
    await begun_at_once(family)
    with pytest.raises(PlanReviewRefused):
        await approved(family, *roles, unit_name=unit_name)


async def test_what_was_returned_is_signed_again_before_it_is_approved(family: Promised, behind_the_wall: BehindTheWall) -> None:
    await begun_at_once(family)
    async with family.held() as (unit, case, plan):
        back = await return_plan(unit, plan, case, "Who is there on Sunday?", caller=sue(family))
    assert (back.state, back.oversight.returned_words) == ("under_review", "Who is there on Sunday?")
    assert reminders(behind_the_wall)[-1] == ("review_due", ["omar"])
    assert "Sunday" not in behind_the_wall.everything()
    with pytest.raises(PlanNotAgreed):
        await approved(family)
    async with family.unit() as unit:
        assert not is_agreed_by_family(await agreements.list_of_plan(unit, family.this_plan))
    await agreed(family)
    assert (await approved(family)).state == "active"


async def test_a_plan_under_review_is_still_covered(family: Promised) -> None:
    await begun_at_once(family)
    async with family.held() as (unit, case, plan):
        await return_plan(unit, plan, case, "?", caller=sue(family))
    async with family.held() as (unit, case, _):
        kim = await members.get_for_update(unit, case.id, family.members["kim"])
        await remove_member(unit, kim, now=unit.now)
    assert (await family.state(), set(await family.asks())) == ("under_review", {("luis", "sent")})


async def test_who_left_is_waited_for_by_nobody(family: Promised, behind_the_wall: BehindTheWall) -> None:
    await begun_at_once(family)
    async with family.held() as (unit, case, _):
        kim = await members.get_for_update(unit, case.id, family.members["kim"])
        await remove_member(unit, kim, now=unit.now)
    assert (await family.state(), "commitment_ended" in behind_the_wall.types()) == ("at_risk", True)
    async with family.unit() as unit:
        assert (await commitments.get(unit, family.commitments["kim"])).state == "withdrawn"


@pytest.mark.parametrize("what", ["caregiver_of_concern", "unsuitable", "set_aside"])
async def test_who_may_protect_no_longer_opens_the_nights(family: Promised, what: str) -> None:
    await begun_at_once(family)
    today = date(2027, 9, 3)
    async with family.held() as (unit, case, _):
        kim = await members.get_for_update(unit, case.id, family.members["kim"])
        changes: dict[str, Callable[[], Awaitable[Member]]] = {
            "caregiver_of_concern": lambda: change_member(unit, kim, {"caregiver_of_concern": True}, today=today, now=unit.now),
            "unsuitable": lambda: vet_member(unit, kim, Vetting(vetting=VettingOutcome.UNSUITABLE), now=unit.now),
            "set_aside": lambda: change_member(unit, kim, {"set_aside": SetAside.PAUSED}, today=today, now=unit.now),
        }
        await changes[what]()
    assert (await family.state(), set(await family.asks())) == ("at_risk", {("luis", "sent")})


async def a_step_for(family: Promised) -> SeenThreat:
    """Record a threat, and a step of Kim's that answers it."""
    async with family.held() as (unit, case, plan):
        order = RecordThreat(code="violence", text="Rick hit Dana.", identified_on=date(2027, 9, 1), child_ids=())
        seen = await record_threat(unit, case, order, family.county, today=date(2027, 9, 3))
        step = AddStep(
            owner_member_id=family.members["kim"],
            text="Kim takes Zoe to her house.",
            when_words="when Rick comes",
            due_on=None,
            danger_ids=(),
            threat_ids=(seen.threat.id,),
        )
        await add_step(unit, plan, step)
        return seen


async def test_other_contents_are_signed_again(family: Promised) -> None:
    await agreed(family)
    assert (await plan_now(family)).state == "agreed"
    await a_step_for(family)
    assert (await plan_now(family)).state == "draft"
    async with family.unit() as unit:
        [agreement] = await agreements.list_of_plan(unit, family.this_plan)
    assert agreement.void_at == FRIDAY


async def test_a_threat_is_told_to_worker_and_supervisor_and_answered_by_a_plan_in_force(
    family: Promised, behind_the_wall: BehindTheWall
) -> None:
    threat = (await a_step_for(family)).threat
    assert reminders(behind_the_wall) == [("threat_without_plan", ["omar", "sue"])]

    async def alert() -> list[bool]:
        async with family.unit() as unit:
            case = await cases.get(unit, family.case_id)
            return [each.is_without_plan for each in await see_threats(unit, case, after=None, limit=10)]

    assert await alert() == [True], "the step is in a draft yet"
    async with family.held() as (unit, _, plan):
        [step] = await steps.list_of_plans(unit, [plan.id])
        await agree_to_step(unit, plan, step, source=AnswerSource.RECORDED, witness="Omar")
    await begun_at_once(family)
    assert await alert() == [False]
    async with family.held() as (unit, case, plan):
        await end_plan(unit, plan, PlanState.ENDED_RESOLVED, family.county)
    assert await alert() == [True]
    async with family.held() as (unit, case, _):
        held = await hold_threat(unit, case, threat.id)
        resolved: ThreatChanges = {"state": ThreatState.RESOLVED, "resolved_on": date(2027, 9, 3), "how": "Rick moved out."}
        await change_threat(unit, case, held, resolved, today=date(2027, 9, 3))
    assert await alert() == [False]


async def reviewed(family: Promised, held_on: date, **facts: object) -> Plan:
    order = HoldReview(**{"held_on": held_on, "outcome": ReviewOutcome.CONTINUE, "text": "", "review_on": None, **facts})  # type: ignore[arg-type]
    async with family.held() as (unit, _, plan):
        await hold_review(unit, plan, order, today=held_on)
    return await plan_now(family)


async def test_a_review_moves_the_next_one_by_the_rule_or_as_people_choose(family: Promised) -> None:
    assert (await begun_at_once(family)).review_on == date(2027, 9, 10)
    family.now = at("2027-09-10 10:00")
    assert (await reviewed(family, date(2027, 9, 10))).review_on == date(2027, 9, 17)
    assert (await reviewed(family, date(2027, 9, 10), review_on=date(2027, 9, 13))).review_on == date(2027, 9, 13)
    after = await reviewed(family, date(2027, 9, 10), outcome=ReviewOutcome.END)
    assert (after.state, after.review_on) == ("active", date(2027, 9, 13)), "a plan ends when people end it"


async def remind(family: Promised) -> int:
    async with family.unit() as unit:
        return await remind_of_reviews(unit, family.county)


async def test_staff_are_reminded_the_day_before_and_each_day_that_a_review_is_late(
    family: Promised, behind_the_wall: BehindTheWall
) -> None:
    await begun_at_once(family)
    await approved(family)
    told = len(reminders(behind_the_wall))
    due = {}
    for day in (8, 9, 10, 11, 12):
        family.now = at(f"2027-09-{day:02} 02:00")
        due[day] = await remind(family) + await remind(family)
    assert due == {8: 0, 9: 1, 10: 0, 11: 1, 12: 1}, "once a day, however often the night comes by"
    assert reminders(behind_the_wall)[told:] == [("review_due", ["omar"])] * 3


async def test_the_supervisor_is_reminded_of_a_plan_that_waits_for_more_than_a_day(
    family: Promised, behind_the_wall: BehindTheWall
) -> None:
    await begun_at_once(family)
    assert await remind(family) == 0
    family.now = FRIDAY + timedelta(hours=24)
    assert await remind(family) == 1
    assert reminders(behind_the_wall)[-1] == ("review_due", ["sue"])
    await approved(family)
    family.now = FRIDAY + timedelta(hours=48)
    assert await remind(family) == 0


async def test_the_worker_is_reminded_of_a_plan_that_came_back(family: Promised, behind_the_wall: BehindTheWall) -> None:
    await begun_at_once(family)
    async with family.held() as (unit, case, plan):
        await return_plan(unit, plan, case, "Who is there on Sunday?", caller=sue(family))
    family.now = FRIDAY + timedelta(hours=20)
    assert await remind(family) == 1
    assert reminders(behind_the_wall)[-1] == ("review_due", ["omar"])
