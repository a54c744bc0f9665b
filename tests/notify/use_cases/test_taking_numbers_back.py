"""A number that said STOP, or that was taken away, gets nothing that has not passed its final dot yet."""

from dataclasses import replace
from uuid import UUID, uuid4

from services.notify.domain.messages import Message
from services.notify.storage.claims import pass_dot
from services.notify.use_cases.begin_attempts import begin_attempts
from services.notify.use_cases.claim_due import claim_due
from services.notify.use_cases.stop_number import stop_number
from shared.events.network import Channel
from tests.notify.office import Office, Person, outlet
from tests.support.waiting import waits_for


async def claimed(office: Office) -> tuple[list[UUID], UUID]:
    """Claim what is due: which messages, under which lease."""
    lease = uuid4()
    async with office.unit() as unit:
        return [each.message.id for each in await claim_due(unit, lease=lease, most=10)], lease


async def begun(office: Office) -> Message:
    """Let the attempt of the one message that is due begin."""
    ids, lease = await claimed(office)
    async with office.unit() as unit:
        [ready] = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
    return ready.message


async def may_leave(office: Office, message: Message) -> bool:
    """Ask for the final dot."""
    async with office.unit() as unit:
        return await pass_dot(unit, message)


async def say_stop(office: Office, person: Person) -> None:
    """Let somebody stop their number."""
    async with office.unit() as unit:
        await stop_number(unit, person.points[0].lookup, source="text")


async def test_a_text_that_was_begun_before_a_stop_does_not_leave_after_it(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    message = await begun(office)
    await say_stop(office, carmen)
    assert not await may_leave(office, message)
    await office.send_due()
    assert office.texts.to(carmen.phone) == []
    assert await office.states("invitation") == [("invitation", "sms", "suppressed")]
    assert [task["reason"] for task in await office.facts("call_task_opened")] == ["opted_out"]


async def test_a_text_that_is_being_begun_while_stop_is_said_does_not_leave(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    ids, lease = await claimed(office)
    async with office.unit() as unit:
        [ready] = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
        stopping = await waits_for(office.owner, unit, say_stop(office, carmen))
    await stopping
    assert not await may_leave(office, ready.message)
    await office.send_due()
    assert office.texts.to(carmen.phone) == []


async def test_nothing_is_claimed_for_a_number_while_it_is_being_stopped(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    async with office.unit() as unit:
        await stop_number(unit, carmen.points[0].lookup, source="text")
        ids, _ = await claimed(office)
        assert ids == []
    await office.send_due()
    assert office.texts.to(carmen.phone) == []


async def test_what_has_passed_its_final_dot_is_not_taken_back(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    message = await begun(office)
    assert await may_leave(office, message)
    await say_stop(office, carmen)
    assert await office.states("invitation") == [("invitation", "sms", "sending")]


async def test_a_mail_on_its_way_to_somebody_who_stops_texts_is_left_alone(office: Office) -> None:
    denise = await office.known(Channel.EMAIL, Channel.SMS)
    await office.book(denise)
    message = await begun(office)
    async with office.unit() as unit:
        await stop_number(unit, denise.points[1].lookup, source="text")
    assert await may_leave(office, message)


async def test_a_text_that_was_begun_goes_to_the_new_number_when_the_old_one_is_taken_away(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    message = await begun(office)
    changed = office.with_new(carmen, Channel.SMS)
    await office.tell(changed, changed=True)
    assert not await may_leave(office, message)
    await office.send_due()
    assert (len(office.texts.to(carmen.phone)), len(office.texts.to(changed.phone))) == (0, 1)


async def test_a_text_that_is_being_begun_while_its_number_is_taken_away_goes_to_the_new_one(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    ids, lease = await claimed(office)
    changed = office.with_new(carmen, Channel.SMS)
    async with office.unit() as unit:
        [ready] = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
        telling = await waits_for(office.owner, unit, office.tell(changed, changed=True))
    await telling
    assert not await may_leave(office, ready.message)
    await office.send_due()
    assert (len(office.texts.to(carmen.phone)), len(office.texts.to(changed.phone))) == (0, 1)


async def test_a_text_that_was_begun_to_somebody_whom_nothing_may_reach_any_more_becomes_a_call(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    message = await begun(office)
    await office.tell(replace(carmen, facts={"direct_messages_ok": False}), changed=True)
    assert not await may_leave(office, message)
    await office.send_due()
    assert office.texts.to(carmen.phone) == []
    assert [task["kind"] for task in await office.facts("call_task_opened")] == ["invitation"]
