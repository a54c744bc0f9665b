"""Two people share a number: what is done for both at once holds their rows in one order, and waits for nobody who waits for it."""

from dataclasses import replace
from uuid import uuid4

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.messages import Phase, State
from services.notify.domain.receipts import Receipt
from services.notify.storage import contacts, entries
from services.notify.storage.claims import pass_dot
from services.notify.use_cases.begin_attempts import begin_attempts
from services.notify.use_cases.claim_due import claim_due
from services.notify.use_cases.record_attempt import record_attempt
from services.notify.use_cases.stop_number import stop_number
from services.notify.use_cases.store_receipt import store_receipt
from shared.events.meetings import MeetingScheduled
from shared.events.network import Channel
from tests.notify.office import Office, Person, outlet
from tests.support.waiting import waits_for


async def household(office: Office) -> tuple[Person, Person]:
    """Two people with one phone, in the order of their ids."""
    first, second = sorted([office.person(Channel.SMS), office.person(Channel.SMS)], key=lambda person: person.id)
    [own] = second.points
    shared = replace(own, lookup=first.points[0].lookup)
    second = replace(second, points=(shared,), addresses={str(own.contact_point_id): first.phone})
    await office.tell(first)
    await office.tell(second)
    return first, second


async def stop(office: Office, person: Person) -> None:
    """Let somebody stop their number."""
    async with office.unit() as unit:
        await stop_number(unit, person.points[0].lookup, source="text")


async def test_a_stop_holds_the_entries_of_both_in_the_order_of_a_revision(office: Office) -> None:
    people = await household(office)
    booked = office.meeting(*people)
    # The other way round than the people themselves.
    backwards = sorted((entry.participant_id for entry in booked.entries), reverse=True)
    pairs = zip(sorted(booked.entries, key=lambda entry: entry.person_id), backwards, strict=True)
    told = tuple(replace(entry, participant_id=participant) for entry, participant in pairs)
    await office.hear(MeetingScheduled, replace(booked, entries=told))
    first, last = await office.rows("SELECT id FROM entries WHERE county_id = :county ORDER BY participant_id, part")
    async with office.unit() as unit:
        await entries.hold(unit, [first.id])
        stopping = await waits_for(office.owner, unit, stop(office, people[0]))
        assert await entries.hold(unit, [last.id])
    await stopping


async def test_a_report_of_a_stop_holds_the_number_of_neither_before_the_other(office: Office) -> None:
    first, second = await household(office)
    await office.book(second)
    lease, sid = uuid4(), f"SM{uuid4().hex}"
    async with office.unit() as unit:
        ids = [each.message.id for each in await claim_due(unit, lease=lease, most=10)]
        [ready] = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
        assert await pass_dot(unit, ready.message)
        accepted = Outcome(fate=Fate.ACCEPTED, phase=Phase.ANSWERED, code=201, provider_id=sid)
        await record_attempt(unit, ready.message, accepted, jitter=0.5)

    async def report() -> None:
        receipt = Receipt(provider="sms", provider_id=sid, event="undelivered", code="21610", state=State.FAILED, opted_out=True)
        async with office.unit() as unit:
            await store_receipt(unit, receipt)

    async with office.unit() as unit:
        assert await contacts.find_point_for_update(unit, first.points[0].contact_point_id)
        reporting = await waits_for(office.owner, unit, report())
        assert await contacts.find_point_for_update(unit, second.points[0].contact_point_id)
    await reporting
    consents = await office.rows("SELECT consent FROM contact_points WHERE county_id = :county")
    assert [row.consent for row in consents] == ["revoked", "revoked"]
