"""Texts of one number are understood in the order in which they arrived, whoever reads, and whatever fails."""

import asyncio
from uuid import UUID, uuid4

from services.notify.gateways.sms import InboundText
from services.notify.jobs.on_inbound import Reader
from services.notify.storage import inbound
from services.notify.storage.inbound import TRIES
from services.notify.use_cases.store_inbound import store_text
from services.notify.use_cases.understand_inbound import understand_inbound
from shared.events.network import Channel
from tests.notify.office import Office, Person


async def store(office: Office, sender: Person, *bodies: str) -> list[UUID]:
    """Let texts arrive, one after the other."""
    stored = []
    for body in bodies:
        text = InboundText(provider_id=f"SM{uuid4().hex}", sender=sender.phone, recipient=office.county.sms_number, body=body)
        async with office.unit() as unit:
            stored.append(await store_text(unit, text))
    return [each for each in stored if each is not None]


async def understood(office: Office) -> list[str]:
    """What became of what was understood, in the order in which it arrived; nothing where it still waits."""
    rows = await office.rows("SELECT became FROM inbound WHERE county_id = :county ORDER BY received_at, id")
    return [row.became for row in rows]


async def consents(office: Office, person: Person) -> list[str]:
    """How the person's numbers stand."""
    rows = await office.rows("SELECT consent FROM contact_points WHERE county_id = :county AND person_id = :of", of=person.id)
    return [row.consent for row in rows]


async def test_a_stop_waits_for_the_start_before_it_that_another_reader_is_at(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    start, _ = await store(office, carmen, "START", "STOP")
    async with office.unit() as unit:
        assert await inbound.hold(unit, start) is not None
        await office.reader.round()
        assert await understood(office) == ["", ""]
        await understand_inbound(unit, start, office.county)
    await office.reader.round()
    assert await understood(office) == ["opt_in", "opt_out"]
    assert await consents(office, carmen) == ["revoked"]


async def test_the_text_of_another_number_waits_for_nobody(office: Office) -> None:
    carmen, denise = await office.known(Channel.SMS), await office.known(Channel.SMS)
    [start] = await store(office, carmen, "START")
    await store(office, denise, "STOP")
    async with office.unit() as unit:
        assert await inbound.hold(unit, start) is not None
        await office.reader.round()
        assert await understood(office) == ["", "opt_out"]


async def test_a_text_that_fails_once_is_still_understood_before_the_one_after_it(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    start, _ = await store(office, carmen, "START", "STOP")
    [kept] = await office.rows("SELECT raw FROM inbound WHERE id = :id", id=start)
    await office.run("UPDATE inbound SET raw = 'broken' WHERE id = :id", id=start)
    await office.reader.round()
    assert await understood(office) == ["", ""]
    await office.run("UPDATE inbound SET raw = :raw WHERE id = :id", id=start, raw=kept.raw)
    await office.reader.round()
    assert await understood(office) == ["opt_in", "opt_out"]
    assert await consents(office, carmen) == ["revoked"]


async def test_a_text_that_nobody_can_understand_does_not_hold_up_the_next_for_ever(office: Office) -> None:
    carmen = await office.known(Channel.SMS)
    broken, _ = await store(office, carmen, "1", "STOP")
    await office.run("UPDATE inbound SET raw = 'broken' WHERE id = :id", id=broken)
    for _ in range(TRIES):
        assert await understood(office) == ["", ""]
        await office.reader.round()
    assert await understood(office) == ["", "opt_out"]


async def test_many_texts_of_one_number_do_not_fill_a_reader_s_round(office: Office) -> None:
    carmen, denise = await office.known(Channel.SMS), await office.known(Channel.SMS)
    first, *_ = await store(office, carmen, *["hello"] * 5)
    [stop] = await store(office, denise, "STOP")
    async with office.unit() as unit:
        assert await inbound.list_waiting(unit, limit=2) == [first, stop]


async def test_readers_at_once_understand_the_texts_of_each_number_in_order(office: Office) -> None:
    people = [await office.known(Channel.SMS) for _ in range(4)]
    for person in people:
        await store(office, person, "STOP", "START", "STOP")
    readers = [Reader(office.units, [office.county]) for _ in range(3)]
    for _ in range(3):
        await asyncio.gather(*(reader.round() for reader in readers))
    said = await office.facts("consent_changed")
    for person in people:
        assert [fact["consent"] for fact in said if fact["person_id"] == str(person.id)] == ["revoked", "granted", "revoked"]
        assert await consents(office, person) == ["revoked"]
