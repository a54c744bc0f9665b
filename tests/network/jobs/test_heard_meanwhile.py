"""What is heard while somebody else has the family in hand is judged by what they leave, not by what stood before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.network.domain.agreements import AgreementMethod, Capacity
from services.network.domain.commitments import AnswerSource, Commitment
from services.network.domain.people import PersonId
from services.network.storage import commitments, plans
from services.network.use_cases.activate_plan import activate_plan
from services.network.use_cases.agree_to_plan import agree_to_plan
from services.network.use_cases.answer_commitment import answer_commitment
from services.network.use_cases.note_contact_lost import note_contact_lost
from services.network.use_cases.plan_commands import Agree, GiveAnswer, RevisePlan, Said
from services.network.use_cases.revise_plan import revise_plan
from services.network.use_cases.take_reply import take_reply
from shared.db.unit import Unit, Units
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, SubjectKind
from tests.network.conftest import BehindTheWall
from tests.network.use_cases.promised import Promised, a_network_county, at, times
from tests.support.waiting import waits_for

SATURDAYS = times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")
SUNDAYS = times("2027-09-05 20:00", "2027-09-06 08:00", "FREQ=WEEKLY")
MONDAY = date(2027, 9, 13)


@pytest.fixture
async def family(units: Units, county_id: UUID) -> Promised:
    """Kim covers the Saturday nights and the Sunday nights of a month."""
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={})
    await family.plan(SATURDAYS, SUNDAYS, starts_on=date(2027, 9, 1), ends_on=date(2027, 9, 30))
    await family.promise("kim", SATURDAYS, called="saturdays")
    await family.promise("kim", SUNDAYS, called="sundays")
    await family.activate()
    family.now = at("2027-09-13 09:00")
    return family


async def lose(family: Promised, person_id: PersonId) -> None:
    async with family.unit() as unit:
        await note_contact_lost(unit, person_id)


async def take_no_of(family: Promised, called: str) -> None:
    reply = ReplyReceived(
        reply_id=uuid4().hex,
        subject_kind=SubjectKind.COMMITMENT,
        subject_id=family.commitments[called],
        person_id=None,
        participant_id=family.commitments[called],
        uid="",
        recurrence_id=None,
        sequence=None,
        stamp=None,
        received_at=family.now,
        channel=ReplyChannel.SMS,
        kind=ReplyKind.WITHDRAWAL,
        partstat="",
        proof=Proof.PHONE_NUMBER,
        refused="",
        proposed_starts_at=None,
        proposed_ends_at=None,
    )
    async with family.unit() as unit:
        await take_reply(unit, reply, family.county)


async def all_of(family: Promised) -> dict[str, Commitment]:
    async with family.unit() as unit:
        return {called: await commitments.get(unit, found) for called, found in family.commitments.items()}


@asynccontextmanager
async def withdrawn_meanwhile(family: Promised) -> AsyncIterator[Unit]:
    """A transaction in which Kim takes both promises back."""
    async with family.held() as (unit, case, plan):
        for called in ("saturdays", "sundays"):
            commitment = await commitments.get(unit, family.commitments[called])
            said = GiveAnswer(said=Said.WITHDRAWN, source=AnswerSource.TEXT)
            await answer_commitment(unit, await plans.get(unit, plan.id), case, commitment, said, family.county)
        yield unit


async def test_a_lost_number_revives_no_promise_that_is_being_taken_back(family: Promised, engine: AsyncEngine) -> None:
    kim = await family.person_of("kim")
    async with withdrawn_meanwhile(family) as unit:
        heard = await waits_for(engine, unit, lose(family, kim))
    await heard
    found = await all_of(family)
    assert {each.state.value for each in found.values()} == {"withdrawn"}
    assert not any(each.contact_lost for each in found.values())
    assert len(await family.standing_gaps()) > 0


async def test_a_no_that_waits_for_the_next_version_of_the_plan_is_taken_there(
    family: Promised, engine: AsyncEngine, behind_the_wall: BehindTheWall
) -> None:
    async with family.held() as (unit, case, plan):
        order = RevisePlan(kind=None, starts_on=None, ends_on=None, review_on=None)
        family.plan_id = (await revise_plan(unit, plan, case, order, today=MONDAY)).id
    parent = Agree(
        member_id=None,
        child_id=None,
        name="Dana",
        capacity=Capacity.PARENT,
        method=AgreementMethod.WET,
        witness="",
        signed_on=MONDAY,
    )
    async with family.held() as (unit, case, plan):
        await agree_to_plan(unit, plan, case, parent, today=MONDAY)
    async with family.held() as (unit, case, plan):
        await activate_plan(unit, plan, case, family.county)
        heard = await waits_for(engine, unit, take_no_of(family, "saturdays"))
    await heard
    [told] = [fact.data for fact in behind_the_wall.facts() if fact.type == "network.commitment_answered.v1"][-1:]
    assert (told["said"], told["outcome"]) == ("withdrawn", "applied")
    found = await all_of(family)
    assert (found["saturdays"].state.value, found["sundays"].state.value) == ("withdrawn", "active")
    assert found["sundays"].plan_id == family.plan_id
