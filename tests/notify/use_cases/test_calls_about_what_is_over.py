"""Nobody is asked to phone about a meeting or a promise that has ended, even where a message about it fails at that moment."""

from uuid import uuid4

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.entries import ended
from services.notify.domain.messages import Message, Phase, State
from services.notify.domain.receipts import Receipt
from services.notify.storage import entries
from services.notify.storage.claims import pass_dot
from services.notify.use_cases.begin_attempts import begin_attempts
from services.notify.use_cases.claim_due import claim_due
from services.notify.use_cases.end_promises import end_promise
from services.notify.use_cases.record_attempt import record_attempt
from services.notify.use_cases.store_receipt import store_receipt
from shared.db.unit import Unit
from shared.events.meetings import MeetingCancelled
from shared.events.network import Channel
from tests.notify.office import Booked, Office, outlet
from tests.notify.promises import Promised, promise, turns_from, whole_hours
from tests.support.waiting import waits_for

REFUSED = Outcome(fate=Fate.REFUSED, phase=Phase.ANSWERED, code=400, reason="refused")


async def being_sent(office: Office) -> tuple[Booked, Message]:
    """A booking whose invitation has passed its final dot: no revision takes it back any more."""
    booked = await office.book(await office.known(Channel.SMS))
    return booked, await sent_as_far_as_dot(office)


async def sent_as_far_as_dot(office: Office) -> Message:
    """Let what is due leave."""
    lease = uuid4()
    async with office.unit() as unit:
        ids = [each.message.id for each in await claim_due(unit, lease=lease, most=10)]
        [ready] = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
        assert await pass_dot(unit, ready.message)
    return ready.message


async def fail(office: Office, message: Message) -> None:
    """Let the provider refuse it."""
    async with office.unit() as unit:
        await record_attempt(unit, message, REFUSED, jitter=0.5)


async def report_failure(office: Office, provider_id: str) -> None:
    """Let the provider report that it did not arrive."""
    async with office.unit() as unit:
        await store_receipt(
            unit, Receipt(provider="sms", provider_id=provider_id, event="undelivered", code="30003", state=State.FAILED)
        )


async def open_tasks(office: Office) -> list[str]:
    """What staff are asked to phone about."""
    rows = await office.rows("SELECT kind FROM call_tasks WHERE county_id = :county AND state = 'open'")
    return [row.kind for row in rows]


async def end(unit: Unit, message: Message) -> None:
    """End what a message is about."""
    assert message.entry_id is not None
    entry = await entries.get_for_update(unit, message.entry_id)
    assert entry is not None
    await end_promise(unit, ended(entry, at=unit.now))


async def test_an_invitation_that_fails_is_phoned(office: Office) -> None:
    _, message = await being_sent(office)
    await fail(office, message)
    assert await open_tasks(office) == ["invitation"]


async def test_an_invitation_that_fails_once_its_meeting_is_over_is_not_phoned(office: Office) -> None:
    booked, message = await being_sent(office)
    await office.hear(MeetingCancelled, office.cancelled(booked))
    await fail(office, message)
    assert "invitation" not in await open_tasks(office)


async def test_an_invitation_that_fails_while_its_meeting_ends_is_not_phoned(office: Office) -> None:
    _, message = await being_sent(office)
    async with office.unit() as unit:
        await end(unit, message)
        failing = await waits_for(office.owner, unit, fail(office, message))
    await failing
    assert await open_tasks(office) == []


async def test_a_meeting_that_ends_while_its_invitation_fails_leaves_no_call_to_make(office: Office) -> None:
    booked, message = await being_sent(office)
    async with office.unit() as unit:
        await record_attempt(unit, message, REFUSED, jitter=0.5)
        ending = await waits_for(office.owner, unit, office.hear(MeetingCancelled, office.cancelled(booked)))
    await ending
    assert "invitation" not in await open_tasks(office)


async def test_an_invitation_that_is_reported_as_lost_while_its_meeting_ends_is_not_phoned(office: Office) -> None:
    _, message = await being_sent(office)
    sid = f"SM{uuid4().hex}"
    async with office.unit() as unit:
        accepted = Outcome(fate=Fate.ACCEPTED, phase=Phase.ANSWERED, code=201, provider_id=sid)
        await record_attempt(unit, message, accepted, jitter=0.5)
    async with office.unit() as unit:
        await end(unit, message)
        failing = await waits_for(office.owner, unit, report_failure(office, sid))
    await failing
    assert await open_tasks(office) == []


async def reminded(office: Office) -> tuple[Promised, Message]:
    """A promise of three turns, of the first of which a reminder has passed its final dot."""
    kim = await office.known(Channel.SMS)
    told = await (await promise(office, kim, *turns_from(whole_hours(days=2), count=3)).offer()).confirm()
    await office.send_due()
    await office.run(
        "UPDATE messages SET due_at = surround_now() WHERE county_id = :county AND kind = 'turn_reminder' AND turn_starts_at = :at",
        at=told.turns[0].starts_at,
    )
    return told, await sent_as_far_as_dot(office)


async def test_a_reminder_of_a_turn_that_fails_is_phoned(office: Office) -> None:
    _, message = await reminded(office)
    await fail(office, message)
    assert await open_tasks(office) == ["turn_reminder"]


async def test_a_reminder_of_a_turn_that_fails_once_the_turn_is_excused_is_not_phoned(office: Office) -> None:
    told, message = await reminded(office)
    await told.without(told.turns[0])
    await fail(office, message)
    assert await open_tasks(office) == []
