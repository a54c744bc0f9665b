"""Hold and release: an operator's word stops every way out, survives everything, loses nothing, and says who gave it."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from services.notify.domain.messages import Kind, Lane, Message, Way
from services.notify.jobs.operators import conservation, hold, oldest_due, release, sent
from services.notify.jobs.sending import Batch
from services.notify.storage import messages
from services.notify.use_cases.claim_due import claim_due
from shared.events.network import Channel
from shared.events.notify import SubjectKind
from tests.notify.office import Office, Person

BY = "op.ruiz"


async def hold_all(office: Office) -> list[str]:
    return (await hold(office.units, [office.county], reason_code="restored", by=BY)).lines


async def release_all(office: Office) -> list[str]:
    return (await release(office.units, [office.county], by=BY)).lines


async def invited(office: Office, people: int = 1) -> list[Person]:
    found = [await office.known(Channel.EMAIL) for _ in range(people)]
    await office.book(*found)
    return found


async def test_nothing_is_claimed_while_sending_is_held_and_everything_leaves_once_when_it_is_released(office: Office) -> None:
    people = await invited(office, 3)
    assert "on hold since" in (await hold_all(office))[0]
    await office.send_due()
    assert office.mail.mails == []
    assert {state for _, _, state in await office.states("invitation")} == {"pending"}
    assert (await release_all(office))[0].endswith("released; 3 due")
    await office.send_due()
    assert [len(office.mail.to(person.mail)) for person in people] == [1] * 3


async def test_what_was_handed_over_before_the_hold_is_put_back_and_not_sent(office: Office) -> None:
    await invited(office, 2)
    lease = uuid4()
    async with office.unit() as unit:
        claimed = await claim_due(unit, lease=lease, most=10)
    await hold_all(office)
    batch = Batch(office.county.id, tuple(each.message.id for each in claimed), lease)
    assert await office.dispatch.send_batch(batch) == 0
    rows = await office.rows(
        "SELECT state, reason, attempt, lease_owner FROM messages WHERE county_id = :county AND kind = 'invitation'"
    )
    assert {tuple(row) for row in rows} == {("pending", "on_hold", 0, None)}
    await release_all(office)
    await office.send_due()
    assert len(office.mail.mails) == 2


async def test_an_answer_to_stop_waits_too_and_what_grows_too_late_is_missed_and_seen(office: Office) -> None:
    person = await office.known(Channel.SMS)
    await hold_all(office)
    async with office.unit() as unit:
        reply = Message(
            id=uuid4(),
            county_id=office.county.id,
            kind=Kind.OPT_OUT_CONFIRMATION,
            way=Way.SMS,
            lane=Lane.URGENT,
            person_id=person.id,
            contact_point_id=person.points[0].contact_point_id,
            subject_kind=SubjectKind.PERSON,
            subject_id=person.id,
            revision=0,
            due_at=unit.now,
            not_after=unit.now + timedelta(minutes=5),
            dedupe_key=uuid4().hex,
        )
        await messages.add(unit, [reply])
    await office.book(person)
    await office.send_due()
    assert office.texts.texts == []
    await office.run("UPDATE messages SET not_after = surround_now() WHERE county_id = :county AND kind <> 'reminder_7d'")
    await office.make_due("invitation")
    await office.send_due()
    assert {state for kind, _, state in await office.states("opt_out_confirmation", "invitation")} == {"missed"}
    assert [fact["state"] for fact in await office.facts("message_finished")] == ["missed", "missed"]
    assert [fact["reason"] for fact in await office.facts("call_task_opened")] == ["too_late"]


async def test_one_county_is_held_and_its_neighbour_goes_on(office: Office) -> None:
    other = office.settings.service.counties[1]
    await hold(office.units, [other], reason_code="provider_asked", by=BY)
    await invited(office)
    await office.send_due()
    assert len(office.mail.mails) == 1


async def test_hold_and_release_are_in_the_audit_with_the_account_and_the_code(office: Office) -> None:
    await hold_all(office)
    assert "was on hold already" in (await hold_all(office))[0]
    await release_all(office)
    assert (await release_all(office)) == [f"{office.county.slug}: was not on hold"]
    deeds = await office.rows(
        "SELECT actor_kind, actor_id, action, details FROM audit WHERE county_id = :county AND action LIKE 'sending.%' ORDER BY seq"
    )
    assert [tuple(deed)[:3] for deed in deeds] == [("operator", BY, "sending.held"), ("operator", BY, "sending.released")]
    assert deeds[0].details == {"reason_code": "restored"}


async def test_an_operator_sees_the_hold_wherever_they_look_and_waiting_is_no_lateness_then(office: Office) -> None:
    await invited(office)
    await office.run("UPDATE messages SET due_at = surround_now() - interval '5 minutes' WHERE county_id = :county")
    assert not (await oldest_due(office.units, [office.county])).good
    await hold_all(office)
    looked = await oldest_due(office.units, [office.county])
    assert looked.good
    counted = await conservation(office.units, [office.county])
    for line in (looked.lines[-1], counted.lines[-1]):
        assert f"(restored, by {BY})" in line


async def test_what_has_left_is_listed_by_id_state_and_time_alone(office: Office) -> None:
    people = await invited(office, 2)
    async with office.unit() as unit:
        before = unit.now
    await office.send_due()
    found = await sent(office.units, [office.county], since=before)
    ids = {str(row.id) for row in await office.rows("SELECT id FROM messages WHERE county_id = :county AND state = 'sent'")}
    assert {line.split()[1] for line in found.lines} == ids
    assert {tuple(line.split()[2:5]) for line in found.lines} == {("invitation", "email", "sent")}
    assert [person.mail for person in people if person.mail in "\n".join(found.lines)] == []
    assert (await sent(office.units, [office.county], since=before + timedelta(hours=1))).lines == []


async def test_a_backlog_is_released_by_due_time_a_bounded_number_at_a_time(office: Office) -> None:
    await hold_all(office)
    for _ in range(4):
        await invited(office, 60)
    await release_all(office)
    await office.ticker.tick()
    begun = await office.rows("SELECT count(*) AS n FROM messages WHERE county_id = :county AND state <> 'pending'")
    assert begun[0].n <= 400
    await asyncio.wait_for(office.send_due(), 60)
    assert len(office.mail.mails) == 240
