"""Texts in and out: consent, answers, STOP in any words, and the provider's signed calls."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.messages import Phase, State
from services.notify.domain.receipts import Receipt
from services.notify.use_cases.begin_attempts import begin_attempts
from services.notify.use_cases.claim_due import claim_due
from services.notify.use_cases.record_attempt import record_attempt
from services.notify.use_cases.stop_number import stop_number
from services.notify.use_cases.store_receipt import store_receipt
from shared.events.network import Channel, Consent
from tests.notify.office import Booked, Office, Person, outlet
from tests.notify.web.conftest import Web


async def invited(office: Office, **facts: object) -> tuple[Person, Booked]:
    """Somebody who was invited by text."""
    carmen = await office.known(Channel.SMS, language="es", name="Carmen", **facts)
    booked = await office.book(carmen)
    await office.send_due()
    return carmen, booked


async def test_an_invitation_by_text_is_answered_by_one_and_confirmed_with_the_time(office: Office, web: Web) -> None:
    carmen, booked = await invited(office)
    assert len(office.texts.to(carmen.phone)) == 1
    assert "Responda 1" in office.texts.to(carmen.phone)[0]
    answer = await web.text_from(carmen.phone, "1")
    assert (answer.status, b"<Response/>" in answer.content) == (200, True)
    replies = await office.facts("reply_received")
    assert [(r["kind"], r["partstat"], r["proof"], r["channel"], r["sequence"]) for r in replies] == [
        ("answer", "accepted", "phone_number", "sms", 0)
    ]
    assert replies[0]["participant_id"] == str(booked.of(carmen).participant_id)
    await office.judge(booked, carmen, replies[0])
    await office.judge(booked, carmen, replies[0])
    await office.send_due()
    assert len(office.texts.to(carmen.phone)) == 2
    assert "gracias" in office.texts.to(carmen.phone)[1].lower()


async def test_an_answer_that_is_here_before_the_question_is_marked_as_sent_counts(office: Office, web: Web) -> None:
    carmen = await office.known(Channel.SMS, language="es", name="Carmen")
    booked = await office.book(carmen)
    lease = uuid4()
    async with office.unit() as unit:
        ids = [each.message.id for each in await claim_due(unit, lease=lease, most=10)]
        await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
    assert await office.states("invitation") == [("invitation", "sms", "sending")]
    await web.text_from(carmen.phone, "1")
    [reply] = await office.facts("reply_received")
    assert (reply["kind"], reply["partstat"]) == ("answer", "accepted")
    assert reply["participant_id"] == str(booked.of(carmen).participant_id)


async def test_nothing_but_the_question_is_texted_before_the_person_says_yes(office: Office, web: Web) -> None:
    carmen = await office.known(Channel.SMS, language="es", name="Carmen", consent=Consent.REQUESTED)
    await office.book(carmen)
    await office.send_due()
    assert office.texts.to(carmen.phone) == ["Calendario Familiar: responda SI para recibir avisos. ALTO para parar."]
    assert len(await office.facts("call_task_opened")) == 1
    await web.text_from(carmen.phone, "SIMON")
    assert [fact["consent"] for fact in await office.facts("consent_changed")] == ["pending_double_opt_in"]
    await web.text_from(carmen.phone, "Si gracias")
    assert [fact["consent"] for fact in await office.facts("consent_changed")] == ["pending_double_opt_in", "granted"]
    await office.book(carmen)
    await office.send_due()
    assert any("Responda 1" in text for text in office.texts.to(carmen.phone))


@pytest.mark.parametrize("words", ["STOP", "alto!", "ya no me manden mensajes", "Cancel", "please stop texting me"])
async def test_stop_in_any_words_ends_texts_and_reminders_become_calls(office: Office, web: Web, words: str) -> None:
    carmen, _ = await invited(office)
    before = len(office.texts.to(carmen.phone))
    await web.text_from(carmen.phone, words)
    await web.text_from(carmen.phone, "STOP")
    await office.send_due()
    assert len(office.texts.to(carmen.phone)) == before + 1
    await office.make_due("reminder_7d")
    await office.send_due()
    assert len(office.texts.to(carmen.phone)) == before + 1
    assert ("reminder_7d", "sms", "suppressed") in await office.states()
    tasks = await office.facts("call_task_opened")
    assert [(task["kind"], task["reason"]) for task in tasks] == [("reminder_7d", "opted_out")]
    assert (await office.facts("consent_changed"))[-1]["consent"] == "revoked"


async def test_network_cannot_undo_a_stop_that_it_has_not_heard_of(office: Office, web: Web) -> None:
    carmen, _ = await invited(office)
    await web.text_from(carmen.phone, "STOP")
    await office.tell(carmen, changed=True)
    await office.book(carmen)
    await office.send_due()
    assert [text for text in office.texts.to(carmen.phone) if "Responda 1" in text] == office.texts.to(carmen.phone)[:1]
    await web.text_from(carmen.phone, "START")
    await office.book(carmen)
    await office.send_due()
    assert len([text for text in office.texts.to(carmen.phone) if "Responda 1" in text]) == 2


async def test_the_provider_delivering_twice_changes_nothing(office: Office, web: Web) -> None:
    carmen, _ = await invited(office)
    for _ in range(2):
        assert (await web.text_from(carmen.phone, "2", sid="SM" + "a" * 32)).status == 200
    assert len(await office.facts("reply_received")) == 1


async def test_an_unsigned_text_is_refused_and_nothing_is_stored(office: Office, web: Web) -> None:
    form = {"MessageSid": "SM" + "b" * 32, "From": "+19165550131", "To": office.county.sms_number, "Body": "1"}
    assert (await web.provider("/v1/providers/sms/inbound", form, signature="")).status == 403
    forged = office.texts.sign("https://elsewhere.example.org/v1/providers/sms/inbound", form)
    assert (await web.provider("/v1/providers/sms/inbound", form, signature=forged)).status == 403
    assert await office.rows("SELECT 1 FROM inbound WHERE county_id = :county") == []


async def test_an_answer_that_could_mean_either_of_two_meetings_is_asked_about(office: Office, web: Web) -> None:
    carmen, first = await invited(office)
    second = await office.book(carmen)
    await office.send_due()
    await web.text_from(carmen.phone, "1")
    await office.send_due()
    assert "tiene más de una" in office.texts.to(carmen.phone)[-1].replace("mas", "más")
    assert [r["kind"] for r in await office.facts("reply_received")] == ["not_an_answer"]
    await office.cancel(first)
    await office.send_due()
    await web.text_from(carmen.phone, "1")
    last = (await office.facts("reply_received"))[-1]
    assert (last["kind"], last["participant_id"]) == ("answer", str(second.of(carmen).participant_id))


async def test_a_number_that_now_is_somebody_else_s_answers_for_nobody_else(office: Office, web: Web) -> None:
    carmen, _ = await invited(office)
    await office.tell(office.with_new(carmen, Channel.SMS), changed=True)
    ray = office.person(name="Ray", language="es")
    await office.tell(replace(ray, points=carmen.points, addresses=carmen.addresses))
    await web.text_from(carmen.phone, "1")
    replies = await office.facts("reply_received")
    assert [(r["kind"], r["person_id"], r["participant_id"]) for r in replies] == [("not_an_answer", str(ray.id), None)]


async def test_a_stop_that_network_speaks_over_at_the_same_moment_stands(office: Office) -> None:
    carmen, _ = await invited(office)
    async with office.unit() as unit:
        await stop_number(unit, carmen.points[0].lookup, source="text")
        telling = asyncio.create_task(office.tell(carmen, changed=True))
        await asyncio.sleep(0.2)
    await telling
    consents = await office.rows("SELECT consent FROM contact_points WHERE county_id = :county")
    assert [row.consent for row in consents] == ["revoked"]


@pytest.mark.parametrize("receipt_first", [True, False])
async def test_a_receipt_at_the_moment_of_the_mark_is_not_lost(office: Office, receipt_first: bool) -> None:
    await office.book(await office.known(Channel.SMS))
    lease = uuid4()
    async with office.unit() as unit:
        ids = [each.message.id for each in await claim_due(unit, lease=lease, most=10)]
        message = (await begin_attempts(unit, ids, lease=lease, outlet=outlet(office)))[0].message
    sid = "SM" + uuid4().hex

    async def mark(*, first: bool) -> None:
        accepted = Outcome(fate=Fate.ACCEPTED, phase=Phase.ANSWERED, code=201, provider_id=sid)
        async with office.unit() as unit:
            await record_attempt(unit, message, accepted, jitter=0.5)
            await asyncio.sleep(0.3 if first else 0)

    async def report(*, first: bool) -> None:
        async with office.unit() as unit:
            receipt = Receipt(provider="sms", provider_id=sid, event="delivered", code="", state=State.DELIVERED)
            await store_receipt(unit, receipt)
            await asyncio.sleep(0.3 if first else 0)

    first = asyncio.create_task(report(first=True) if receipt_first else mark(first=True))
    await asyncio.sleep(0.15)
    await (mark(first=False) if receipt_first else report(first=False))
    await first
    assert await office.states("invitation") == [("invitation", "sms", "delivered")]


async def status(office: Office, web: Web, sid: str, state: str, code: str = "") -> None:
    """Let the provider report."""
    form = {"MessageSid": sid, "From": office.county.sms_number, "To": "+19165550131", "MessageStatus": state}
    assert (await web.provider("/v1/providers/sms/status", form | ({"ErrorCode": code} if code else {}))).status == 204


async def test_receipts_only_raise_what_is_known(office: Office, web: Web) -> None:
    await invited(office)
    sid = office.texts.texts[0]["sid"]
    for state in ("delivered", "sent", "queued", "delivered"):
        await status(office, web, sid, state)
    assert (await office.states("invitation")) == [("invitation", "sms", "delivered")]
    await status(office, web, "SM" + "0" * 32, "delivered")


async def test_a_number_that_fails_twice_is_given_up_and_somebody_looks_for_a_new_one(office: Office, web: Web) -> None:
    carmen, _ = await invited(office)
    await office.book(carmen)
    await office.send_due()
    for text in list(office.texts.texts):
        await status(office, web, text["sid"], "undelivered", "30005")
    assert [fact["reason"] for fact in await office.facts("contact_lost")] == ["unknown_number"]
    assert "find_new_contact" in [task["reason"] for task in await office.facts("call_task_opened")]
    await office.make_due("reminder_7d")
    await office.send_due()
    assert len(office.texts.to(carmen.phone)) == 2


async def test_a_text_from_nobody_we_know_is_kept_and_answered_by_silence(office: Office, web: Web) -> None:
    await web.text_from("+19165550199", "hello?")
    await office.send_due()
    assert office.texts.texts == []
    assert [r["proof"] for r in await office.facts("reply_received")] == ["none"]
