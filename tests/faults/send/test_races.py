"""Cancelling, stopping and claiming at the same moment; and any number of tickers and workers: one result."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

import pytest

from services.notify.domain.messages import Lane
from services.notify.gateways.sms import InboundText
from services.notify.jobs.every_second import Ticker
from services.notify.jobs.operators import conservation
from services.notify.jobs.sending import Batch, Dispatch
from services.notify.use_cases.claim_due import claim_due
from services.notify.use_cases.store_inbound import store_text
from services.notify.use_cases.understand_inbound import understand_inbound
from shared.events.network import Channel
from tests.notify.office import Booked, Office, Person

SEED = 20270314
FEW, MANY = 160, 10_000
AT_ONCE = 8


async def in_lots(each: Sequence[Callable[[], Awaitable[object]]], at_once: int = AT_ONCE) -> None:
    """Do all of these, so many at a time."""
    turns = asyncio.Semaphore(at_once)

    async def one(do: Callable[[], Awaitable[object]]) -> None:
        async with turns:
            await do()

    await asyncio.gather(*(one(do) for do in each))


async def committed_at(office: Office) -> datetime:
    """The server's own clock, read after a commit: the commit was no later."""
    found: datetime = (await office.rows("SELECT clock_timestamp() AS at"))[0].at
    return found


async def begun_at(office: Office) -> dict[UUID, datetime]:
    """When the transaction opened in which each attempt of an invitation began, by entry."""
    rows = await office.rows(
        "SELECT m.entry_id, a.started_at FROM attempts a JOIN messages m ON m.id = a.message_id"
        " WHERE a.county_id = :county AND m.kind = 'invitation'"
    )
    return {row.entry_id: row.started_at for row in rows}


async def race(office: Office, people: list[Person], count: int, chance: random.Random) -> None:
    """Let so many invitations leave while each meeting is cancelled, in no order, before, during or after."""
    meetings: list[Booked] = []

    async def book(person: Person) -> None:
        meetings.append(await office.book(person))

    await in_lots([partial(book, chance.choice(people)) for _ in range(count)])
    seen_before = len(office.mail.mails)
    applied: dict[UUID, datetime] = {}
    drained = asyncio.Event()

    async def cancel(booked: Booked, after: int) -> None:
        while len(office.mail.mails) - seen_before < after and not drained.is_set():  # noqa: ASYNC110  the sink tells nobody
            await asyncio.sleep(0.001)
        await office.cancel(booked)
        applied[booked.id] = await committed_at(office)

    async def drain() -> None:
        await office.send_due()
        drained.set()

    await asyncio.gather(drain(), *(cancel(booked, chance.randrange(count)) for booked in meetings))
    await office.send_due()
    begun = await begun_at(office)
    entries = {row.meeting_id: row.id for row in await office.rows("SELECT id, meeting_id FROM entries WHERE county_id = :county")}
    told: Counter[tuple[bytes, bool]] = Counter()
    for mail in office.mail.mails[seen_before:]:
        calendar = mail.calendar.replace(b"\r\n ", b"")
        told[calendar.partition(b"UID:")[2].partition(b"\r\n")[0], b"METHOD:CANCEL" in calendar] += 1
    for booked in meetings:
        uid = booked.entries[0].uid.encode()
        heard = (told[uid, False], told[uid, True])
        assert heard in {(0, 0), (1, 1)}
        assert heard == (0, 0) or begun[entries[booked.id]] <= applied[booked.id]
    assert len({heard for heard in told.values()}) == 1
    assert (await conservation(office.units, [office.county])).good
    assert {state for _, _, state in await office.states()} <= {"sent", "cancelled"}


async def test_a_cancel_that_was_applied_lets_nothing_begin_and_what_began_is_followed_by_the_cancel(office: Office) -> None:
    people = [await office.known(Channel.EMAIL) for _ in range(12)]
    await race(office, people, FEW, random.Random(SEED))


@pytest.mark.soak
async def test_ten_thousand_cancels_race_as_many_invitations(office: Office) -> None:
    chance = random.Random(SEED)
    people = [await office.known(Channel.EMAIL) for _ in range(50)]
    for _ in range(MANY // 500):
        await race(office, people, 500, chance)


async def test_a_stop_that_was_said_lets_no_text_begin_and_is_confirmed_once(office: Office) -> None:
    chance = random.Random(SEED)
    people = [await office.known(Channel.SMS) for _ in range(60)]
    await in_lots([partial(office.book, person) for person in people])
    applied: dict[UUID, datetime] = {}
    drained = asyncio.Event()

    async def stop(person: Person, after: int) -> None:
        while len(office.texts.texts) < after and not drained.is_set():  # noqa: ASYNC110  the stub tells nobody
            await asyncio.sleep(0.001)
        await asyncio.gather(*(says(office, person, "STOP") for _ in range(2)))
        applied[person.id] = await committed_at(office)

    async def drain() -> None:
        await office.send_due()
        drained.set()

    await asyncio.gather(drain(), *(stop(person, chance.randrange(len(people))) for person in people))
    await office.send_due()
    begun = {
        row.person_id: row.started_at
        for row in await office.rows(
            "SELECT m.person_id, a.started_at FROM attempts a JOIN messages m ON m.id = a.message_id"
            " WHERE a.county_id = :county AND m.kind = 'invitation'"
        )
    }
    invited = 0
    for person in people:
        texts = office.texts.to(person.phone)
        invitations = [text for text in texts if "Reply 1" in text]
        assert len(invitations) <= 1
        assert not invitations or begun[person.id] <= applied[person.id]
        assert len(texts) - len(invitations) == 1
        invited += len(invitations)
    suppressed = [state for kind, _, state in await office.states("invitation") if state == "suppressed"]
    assert len(suppressed) == len(people) - invited
    assert (await conservation(office.units, [office.county])).good


async def test_help_is_answered_after_a_stop_and_start_lets_texts_go_again(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    for words, texts in (("STOP", 1), ("stop", 1), ("HELP", 2), ("START", 3), ("STOP", 4)):
        await says(office, carmen, words)
        await office.send_due()
        assert len(office.texts.to(carmen.phone)) == texts, words


async def says(office: Office, person: Person, words: str) -> None:
    """Let somebody text the county, and notify understand it."""
    text = InboundText(provider_id=f"SM{uuid4().hex}", sender=person.phone, recipient=office.county.sms_number, body=words)
    async with office.unit() as unit:
        stored = await store_text(unit, text)
    assert stored is not None
    async with office.unit() as unit:
        await understand_inbound(unit, stored, office.county)


@pytest.mark.parametrize("count", [1, 2, 8])
async def test_any_number_of_tickers_and_senders_come_to_one_result(office: Office, count: int) -> None:
    people = [await office.known(Channel.EMAIL) for _ in range(80)]
    await office.book(*people)
    hints: list[Batch] = []
    senders = [Dispatch(office.units, office.settings, office.senders, None) for _ in range(count)]
    tickers = [Ticker(office.units, [office.county.id], sender, None, new_lease=uuid4, watch_seconds=0.0) for sender in senders]
    for _ in range(4):
        await asyncio.gather(*(ticker.tick() for ticker in tickers))
        lease = uuid4()
        async with office.unit() as unit:
            ids = tuple(each.message.id for each in await claim_due(unit, lease=lease, most=10, lanes=[Lane.INVITES]))
        hints.append(Batch(office.county.id, ids, lease))
        # A hint may come to everybody, twice, and again much later.
        await asyncio.gather(*(sender.send_batch(hint) for sender in senders for hint in (*hints, *hints)))
    await asyncio.gather(*(ticker.drained() for ticker in tickers))
    await office.send_due()
    assert [len(office.mail.copies(person.mail)) for person in people] == [1] * len(people)
    assert {state for _, _, state in await office.states("invitation")} == {"sent"}
    assert (await conservation(office.units, [office.county])).good
