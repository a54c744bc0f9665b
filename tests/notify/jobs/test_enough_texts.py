"""A member gets three texts a day: what comes after them goes another way, and nothing is dropped."""

import asyncio
from dataclasses import replace

from services.notify.domain.messages import MOST_TEXTS_A_DAY
from shared.events.entries import Notice
from shared.events.meetings import MeetingChanged
from shared.events.network import Channel
from tests.notify.office import Office, Person, where_it_is_day


async def texted(office: Office, *ways: Channel) -> Person:
    """Somebody who had all the texts of a day."""
    person = await office.known(*ways, time_zone=where_it_is_day())
    for _ in range(MOST_TEXTS_A_DAY):
        await office.book(person)
        await office.send_due()
    assert len(office.texts.to(person.phone)) == MOST_TEXTS_A_DAY
    return person


async def tasks(office: Office) -> list[tuple[str, str]]:
    """Reason and kind of every call to make."""
    found = await office.rows("SELECT reason, kind FROM call_tasks WHERE county_id = :county ORDER BY opened_at")
    return [(row.reason, row.kind) for row in found]


async def test_a_fourth_text_becomes_a_mail(office: Office) -> None:
    person = await texted(office, Channel.SMS, Channel.EMAIL)
    await office.book(person)
    await office.send_due()
    assert len(office.texts.to(person.phone)) == MOST_TEXTS_A_DAY
    assert len(office.mail.to(person.mail)) == 1
    assert await tasks(office) == []


async def test_a_fourth_text_without_a_mailbox_becomes_a_call(office: Office) -> None:
    person = await texted(office, Channel.SMS)
    await office.book(person)
    await office.send_due()
    assert len(office.texts.to(person.phone)) == MOST_TEXTS_A_DAY
    assert await tasks(office) == [("enough_texts", "invitation")]
    assert [state for _, _, state in await office.states("invitation")] == ["sent"] * 3 + ["suppressed"]


async def test_staff_who_send_it_again_override_the_limit(office: Office) -> None:
    person = await texted(office, Channel.SMS)
    booked = await office.book(person)
    await office.send_due()
    entries = tuple(replace(entry, notice=Notice.AGAIN) for entry in booked.entries)
    await office.hear(MeetingChanged, replace(booked, entries=entries))
    await office.send_due()
    assert len(office.texts.to(person.phone)) == MOST_TEXTS_A_DAY + 1


async def test_tomorrow_there_is_room_again(office: Office) -> None:
    person = await texted(office, Channel.SMS)
    await office.run("UPDATE messages SET finished_at = finished_at - interval '1 day' WHERE county_id = :county")
    await office.book(person)
    await office.send_due()
    assert len(office.texts.to(person.phone)) == MOST_TEXTS_A_DAY + 1


async def test_texts_that_leave_in_one_batch_and_from_many_tickers_count_together(office: Office) -> None:
    person, other = [await office.known(Channel.SMS, time_zone=where_it_is_day()) for _ in range(2)]
    for _ in range(7):
        await office.book(person, other)
    tickers = [office.new_ticker() for _ in range(3)]
    await asyncio.gather(*(ticker.tick() for ticker in tickers))
    await asyncio.gather(*(ticker.drained() for ticker in tickers))
    await office.send_due()
    assert [len(office.texts.to(each.phone)) for each in (person, other)] == [MOST_TEXTS_A_DAY] * 2
    assert await tasks(office) == [("enough_texts", "invitation")] * 8


async def test_a_cancellation_after_three_texts_is_phoned(office: Office) -> None:
    person = await office.known(Channel.SMS, time_zone=where_it_is_day())
    booked = await office.book(person)
    await office.send_due()
    for _ in range(2):
        booked = await office.move(booked)
        await office.send_due()
    await office.cancel(booked)
    await office.send_due()
    assert len(office.texts.to(person.phone)) == MOST_TEXTS_A_DAY
    assert await tasks(office) == [("enough_texts", "cancelled")]
