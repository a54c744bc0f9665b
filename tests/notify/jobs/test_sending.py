"""The round of a message: claimed once, sent once, given back when its holder dies, and honest where nobody can know."""

import asyncio
import random
from dataclasses import replace
from typing import cast
from uuid import UUID, uuid4

import pytest

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.messages import Message, Phase
from services.notify.jobs.every_second import Ticker
from services.notify.jobs.operators import conservation, oldest_due
from services.notify.jobs.sending import Batch, Dispatch
from services.notify.jobs.worker import LANES
from services.notify.storage import claims
from services.notify.storage.claims import pass_dot
from services.notify.use_cases.begin_attempts import begin_attempts
from services.notify.use_cases.claim_due import claim_due, release_expired
from services.notify.use_cases.record_attempt import record_attempt
from shared.events.entries import Notice, PlaceWords
from shared.events.meetings import MeetingChanged
from shared.events.network import Channel
from shared.settings import Sending
from tests.notify.office import Booked, Office, Person, outlet
from tests.support.sinks.mail import Mail


async def due(office: Office, people: int = 1) -> list[Person]:
    """People whose invitations are due."""
    found = [await office.known(Channel.EMAIL) for _ in range(people)]
    await office.book(*found)
    return found


async def claim(office: Office, lease: UUID | None = None) -> tuple[UUID, list[UUID]]:
    """Claim what is due."""
    lease = lease or uuid4()
    async with office.unit() as unit:
        return lease, [each.message.id for each in await claim_due(unit, lease=lease, most=100)]


async def test_any_number_of_tickers_send_each_message_once(office: Office) -> None:
    people = await due(office, 60)
    tickers = [office.new_ticker() for _ in range(4)]
    for _ in range(4):
        await asyncio.gather(*(ticker.tick() for ticker in tickers))
    await asyncio.gather(*(ticker.drained() for ticker in tickers))
    assert [len(office.mail.to(person.mail)) for person in people] == [1] * 60
    assert {state for _, _, state in await office.states("invitation")} == {"sent"}


async def test_what_is_due_does_not_rest_behind_what_is_too_late(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    late, [person] = await due(office, 7), await due(office)
    await office.run(
        "UPDATE messages SET due_at = due_at - interval '2 days', not_after = due_at - interval '1 day'"
        " WHERE county_id = :county AND person_id = ANY (:late)",
        late=[each.id for each in late],
    )
    monkeypatch.setattr("services.notify.jobs.every_second.CLAIM", 3)
    ticker = office.new_ticker()
    assert [await ticker.tick() for _ in range(3)] == [True, True, False]
    await ticker.drained()
    assert [len(office.mail.to(each.mail)) for each in (*late, person)] == [0] * 7 + [1]


@pytest.mark.parametrize(
    ("step", "mails"),
    [("claim", 0), ("begin", 0), ("write", 0), ("dot", 0), ("last word", 2), ("end", 2)],
)
async def test_a_cancel_stops_what_has_not_passed_its_dot_and_follows_what_has(office: Office, step: str, mails: int) -> None:
    person = await office.known(Channel.EMAIL)
    booked = await office.book(person)

    async def reach(reached: str) -> None:
        """Let the cancel be applied just before this step."""
        await (office.cancel(booked) if reached == step else asyncio.sleep(0))

    await reach("claim")
    lease, ids = await claim(office)
    await reach("begin")
    async with office.unit() as unit:
        ready = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
    await reach("write")
    for each in ready:

        async def before_dot(message: Message = each.message) -> bool:
            await reach("dot")
            async with office.unit() as unit:
                passed = await pass_dot(unit, message)
            await reach("last word")
            return passed

        outcome = await office.senders.send(each.envelope.sender, each.envelope.recipient, each.envelope.mail, before_dot)
        async with office.unit() as unit:
            await record_attempt(unit, each.message, outcome, jitter=0.5)
    await reach("end")
    await office.send_due()
    assert [b"METHOD:CANCEL" in mail.calendar for mail in office.mail.to(person.mail)] == [False, True][:mails]
    assert {state for _, _, state in await office.states()} <= {"sent", "cancelled"}


async def test_cancels_race_the_drain_and_each_person_hears_nothing_or_both(office: Office) -> None:
    # What a cancel waits for is how far the drain has come, never a clock: a busy machine changes nothing.
    chance = random.Random(7)
    people = [await office.known(Channel.EMAIL) for _ in range(12)]
    meetings = [await office.book(person) for person in people for _ in range(5)]
    first, last, racing = meetings[:6], meetings[6:12], meetings[12:]
    for booked in first:
        await office.cancel(booked)
    drained = asyncio.Event()

    async def drain() -> None:
        await office.send_due()
        drained.set()

    async def cancel(booked: Booked, after: int) -> None:
        while len(office.mail.mails) < after and not drained.is_set():  # noqa: ASYNC110  the sink tells nobody
            await asyncio.sleep(0.001)
        await office.cancel(booked)

    await asyncio.gather(drain(), *(cancel(booked, chance.randrange(len(meetings))) for booked in racing))
    for booked in last:
        await office.cancel(booked)
    await office.send_due()
    told = [
        [b"METHOD:CANCEL" in m.calendar for m in office.mail.mails if booked.entries[0].uid.encode() in unfolded(m)]
        for booked in meetings
    ]
    assert told[:6] == [[]] * 6
    assert told[6:12] == [[False, True]] * 6
    assert all(each in ([], [False, True]) for each in told)
    assert {state for _, _, state in await office.states()} <= {"sent", "cancelled"}


async def test_what_a_dead_process_had_claimed_is_given_out_again(office: Office) -> None:
    person = (await due(office))[0]
    await claim(office)
    await office.send_due()
    assert office.mail.mails == []
    await office.run(
        "UPDATE messages SET lease_until = clock_timestamp() - interval '1 s' WHERE county_id = :county AND state = 'claimed'"
    )
    await office.send_due()
    assert len(office.mail.to(person.mail)) == 1


@pytest.mark.parametrize(("past_the_dot", "state", "mails"), [(False, "sent", 1), (True, "unknown", 0)])
async def test_a_sender_that_dies_leaves_a_message_safe_or_unknown(
    office: Office, past_the_dot: bool, state: str, mails: int
) -> None:
    person = (await due(office))[0]
    lease, ids = await claim(office)
    async with office.unit() as unit:
        ready = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
    if past_the_dot:
        async with office.unit() as unit:
            assert await pass_dot(unit, ready[0].message)
    await office.run(
        "UPDATE messages SET lease_until = clock_timestamp() - interval '1 s' WHERE county_id = :county AND state = 'sending'"
    )
    await office.send_due()
    assert (await office.states("invitation"))[0][2] == state
    assert len(office.mail.to(person.mail)) == mails
    fates = await office.rows("SELECT fate FROM attempts WHERE county_id = :county ORDER BY n")
    assert fates[-1].fate == ("unknown" if past_the_dot else "accepted")


async def test_a_frozen_sender_that_wakes_cannot_overwrite_but_is_heard(office: Office) -> None:
    await due(office)
    lease, ids = await claim(office)
    async with office.unit() as unit:
        message = (await begin_attempts(unit, ids, lease=lease, outlet=outlet(office)))[0].message
    async with office.unit() as unit:
        await pass_dot(unit, message)
    await office.run(
        "UPDATE messages SET lease_until = clock_timestamp() - interval '1 s' WHERE county_id = :county AND state = 'sending'"
    )
    async with office.unit() as unit:
        await release_expired(unit)
    refused = Outcome(fate=Fate.REFUSED, phase=Phase.ANSWERED, code=550)
    async with office.unit() as unit:
        await record_attempt(unit, message, refused, jitter=0.5)
    assert (await office.states("invitation"))[0][2] == "unknown"
    async with office.unit() as unit:
        await record_attempt(unit, message, replace(refused, fate=Fate.ACCEPTED, code=250), jitter=0.5)
    assert (await office.states("invitation"))[0][2] == "sent"
    assert [row.late for row in await office.rows("SELECT late FROM attempts WHERE county_id = :county")] == [True]


async def test_a_batch_handed_over_to_nobody_is_sent_by_the_watchdog(office: Office) -> None:
    person = (await due(office))[0]
    ticker = office.new_ticker(carrier=_Silent(), watch_seconds=0.2)
    await ticker.tick()
    assert office.mail.mails == []
    await asyncio.sleep(0.25)
    await ticker.tick()
    await ticker.drained()
    assert len(office.mail.to(person.mail)) == 1


async def test_a_doubled_hint_sends_once(office: Office) -> None:
    person = (await due(office))[0]
    lease, ids = await claim(office)
    batch = Batch(office.county.id, tuple(ids), lease)
    assert sorted(await asyncio.gather(*(office.dispatch.send_batch(batch) for _ in range(3)))) == [0, 0, 1]
    assert len(office.mail.to(person.mail)) == 1


@pytest.mark.parametrize(
    ("replies", "state", "reason"),
    [
        ({"RCPT": "451 later"}, "pending", "try_later"),
        ({"DOT": "452 full"}, "pending", "try_later"),
        ({"DOT": "554 no"}, "failed", "refused"),
        ({"DOT": None}, "unknown", "connection_lost"),
    ],
)
async def test_what_a_mail_server_says_becomes_a_state(
    office: Office, replies: dict[str, str | None], state: str, reason: str
) -> None:
    await due(office)
    office.mail.replies.update(replies)
    await office.send_due()
    found = await office.rows("SELECT state, reason, attempt FROM messages WHERE county_id = :county AND kind = 'invitation'")
    assert (found[0].state, found[0].reason, found[0].attempt) == (state, reason, 1)


async def test_a_retry_is_the_same_mail_to_the_byte(office: Office) -> None:
    person = (await due(office))[0]
    office.mail.replies["DOT"] = "451 later"
    await office.send_due()
    office.mail.replies.clear()
    await asyncio.sleep(1.1)
    await office.make_due("invitation")
    await office.send_due()
    first, second = office.mail.to(person.mail)
    assert first.raw == second.raw
    assert (await office.states("invitation"))[0][2] == "sent"


async def test_a_mailbox_that_does_not_exist_becomes_a_call_and_is_used_no_more(office: Office) -> None:
    person = (await due(office))[0]
    office.mail.replies["RCPT"] = "550 5.1.1 no such user"
    await office.send_due()
    office.mail.replies.clear()
    assert {task["reason"] for task in await office.facts("call_task_opened")} == {"find_new_contact", "no_such_mailbox"}
    await office.make_due("reminder_7d")
    await office.send_due()
    assert office.mail.to(person.mail) == []


async def test_a_message_whose_time_has_passed_is_missed_and_somebody_phones(office: Office) -> None:
    await due(office)
    await office.run(
        "UPDATE messages SET due_at = surround_now() - interval '2 h', not_after = surround_now() - interval '1 h'"
        " WHERE county_id = :county AND kind = 'reminder_2h'"
    )
    await office.send_due()
    assert ("reminder_2h", "email", "missed") in await office.states()
    assert [task["kind"] for task in await office.facts("call_task_opened")] == ["reminder_2h"]


async def test_nothing_leaves_while_sending_is_off(office: Office) -> None:
    await due(office)
    settings = replace(office.settings, service=replace(office.settings.service, sending=Sending.OFF))
    office.dispatch = Dispatch(office.units, settings, None, None)
    office.ticker = office.new_ticker()
    await office.send_due()
    found = await office.rows("SELECT state, reason FROM messages WHERE county_id = :county AND kind = 'invitation'")
    assert (found[0].state, found[0].reason) == ("suppressed", "sending_off")
    assert office.mail.mails == []
    assert await office.facts("call_task_opened") == []


async def test_every_row_is_in_exactly_one_state_and_nothing_is_late(office: Office) -> None:
    await due(office, 5)
    await office.send_due()
    good, lines = await conservation(office.units, [office.county])
    assert good
    assert lines[-1] == "alder: 20 messages, 0 in no state"
    assert (await oldest_due(office.units, [office.county]))[0]


async def test_a_county_whose_rows_cannot_be_read_silences_no_other(office: Office) -> None:
    person = (await due(office))[0]
    ticker = Ticker(office.units, [cast(UUID, "no county"), office.county.id], office.dispatch, None, new_lease=uuid4)
    await ticker.tick()
    await ticker.drained()
    assert len(office.mail.to(person.mail)) == 1


async def test_a_message_that_cannot_be_begun_holds_up_no_other(office: Office) -> None:
    people = await due(office, 3)
    await office.run("UPDATE contacts SET words = overlay(words placing 'xxxx' from 30) WHERE person_id = :id", id=people[1].id)
    await office.ticker.tick()
    await office.ticker.drained()
    assert [len(office.mail.to(person.mail)) for person in people] == [1, 0, 1]


async def test_somebody_who_may_have_been_told_hears_of_the_cancel_though_the_mail_was_asked_for_again(office: Office) -> None:
    person = await office.known(Channel.EMAIL)
    booked = await office.book(person)
    office.mail.replies["DOT"] = None
    await office.send_due()
    office.mail.replies.clear()
    await office.run("UPDATE messages SET state = 'pending', finished_at = NULL WHERE county_id = :county AND state = 'unknown'")
    await office.cancel(booked)
    await office.send_due()
    assert [b"METHOD:CANCEL" in mail.calendar for mail in office.mail.to(person.mail)] == [False, True]


async def test_a_reminder_written_before_a_change_is_written_anew(office: Office) -> None:
    person = await office.known(Channel.EMAIL)
    booked = await office.book(person)
    await office.send_due()
    await office.make_due("reminder_7d")
    lease, ids = await claim(office)
    async with office.unit() as unit:
        ready = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
    entries = tuple(replace(entry, notice=Notice.CHANGED) for entry in booked.entries)
    elsewhere = replace(booked, revision=2, entries=entries, place=PlaceWords(place="Town hall"))
    await office.hear(MeetingChanged, elsewhere)
    async with office.unit() as unit:
        assert not await pass_dot(unit, ready[0].message)
    await office.send_due()
    assert ["Library" in mail.text for mail in office.mail.to(person.mail)] == [True, False, False]


async def test_a_reminder_past_its_dot_outlives_a_change_and_a_refusal(office: Office) -> None:
    person = await office.known(Channel.EMAIL)
    booked = await office.book(person)
    await office.send_due()
    await office.make_due("reminder_7d")
    lease, ids = await claim(office)
    async with office.unit() as unit:
        message = (await begin_attempts(unit, ids, lease=lease, outlet=outlet(office)))[0].message
    async with office.unit() as unit:
        assert await pass_dot(unit, message)
    entries = tuple(replace(entry, notice=Notice.CHANGED) for entry in booked.entries)
    await office.hear(MeetingChanged, replace(booked, revision=2, entries=entries))
    async with office.unit() as unit:
        await record_attempt(unit, message, Outcome(fate=Fate.TRY_LATER, phase=Phase.ANSWERED, code=451), jitter=0.5)
    await office.make_due("reminder_7d")
    await office.send_due()
    assert await office.states("reminder_7d") == [("reminder_7d", "email", "sent")]


async def test_a_claim_is_bounded_and_takes_every_lane(office: Office) -> None:
    await due(office, 12)
    await office.run(
        "UPDATE messages SET due_at = surround_now(), not_after = surround_now() + interval '1 h' WHERE county_id = :county"
    )
    async with office.unit() as unit:
        claimed = await claims.claim(unit, lanes=LANES, lease=uuid4(), most=5)
    assert sorted(each.message.lane.value for each in claimed) == ["invites"] * 5 + ["reminders"] * 5


async def test_the_words_of_a_message_rest_sealed(office: Office) -> None:
    person = (await due(office))[0]
    await office.send_due()
    everything = str(
        [
            await office.rows(f"SELECT t::text FROM {table} t WHERE county_id = :county")  # noqa: S608  our own tables
            for table in ("contacts", "contact_points", "entries", "messages", "contents", "attempts", "links", "log", "audit")
        ]
    )
    for word in (person.mail, "Denise", "Quesada", "Library", "Oak Street"):
        assert word not in everything


def unfolded(mail: Mail) -> bytes:
    """The octets of a mail's calendar part in whole lines."""
    return mail.calendar.replace(b"\r\n ", b"")


class _Silent:
    """A carrier that takes every hint and brings none."""

    async def hand_over(self, task: str, *, lane: str, arguments: object, traceparent: str = "") -> bool:
        return True
