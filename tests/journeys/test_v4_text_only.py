"""Doña Carmen has a prepaid phone and nothing else: everything reaches her by text, in Spanish, until she says enough (V4)."""

from datetime import datetime, time, timedelta

import pytest

from tests.support.journey import Journey, seat
from tests.support.outside import ZONE, Item, until

pytestmark = pytest.mark.stack


async def test_a_grandmother_opts_in_answers_and_ends_it_in_her_own_words(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    carmen = await family.member("Carmen", "grandparent_maternal", text="requested", language="es", interpreter_needed=True)

    # She is asked once, in one segment that any phone can show; "si" without its accent is a yes.
    question, _ = await journey.opts_in(carmen)
    assert question["body"].endswith("responda SI para recibir avisos. ALTO para parar.")
    assert len(question["body"]) <= 70

    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    starts = datetime.combine(day, time(17), ZONE)
    meeting = await family.book(starts, seat(carmen))
    invitation = (await outside.texts(carmen.phone, count=3))[2]
    assert "5:00 PM. Responda 1 si viene, 2 si no puede" in invitation["body"]
    await outside.text(carmen.phone, "1")
    await meeting.answer_of(carmen, "accepted")
    thanks = (await outside.texts(carmen.phone, count=4))[3]
    assert "gracias" in thanks["body"]
    await outside.move_to(starts - timedelta(days=7) + timedelta(seconds=1))
    await outside.texts(carmen.phone, count=5)

    # She has had enough: one text says so, and from then on a person phones, with words to read aloud.
    await outside.text(carmen.phone, "ya no me manden mensajes")
    texts = await outside.texts(carmen.phone, count=6)
    assert "ya no le mandaremos" in texts[5]["body"]
    point = (await family.county.get("network", f"/v1/people/{carmen.id}")).ok()["contact_points"][0]
    assert point["consent"] in {"revoked", "granted"}
    await until(
        lambda: family.county.get("network", f"/v1/people/{carmen.id}"),
        lambda reply: reply.ok()["contact_points"][0]["consent"] == "revoked",
    )
    await outside.move_to(starts - timedelta(days=2) + timedelta(seconds=1))
    (call,) = await meeting.calls(carmen, count=1)
    assert call["kind"] == "reminder_2d"
    assert call["language"].startswith("es")
    assert "Este es un aviso de su reunión" in call["script"]
    await outside.move_to(starts - timedelta(hours=2) + timedelta(seconds=1))
    await until(lambda: meeting.calls(carmen), lambda calls: any(one["kind"] == "reminder_2h" for one in calls))

    # Nothing more was texted, nothing was ever longer than two segments, and there is no mail.
    texts = await outside.texts(carmen.phone)
    assert len(texts) == 6
    assert {text["segments"] for text in texts} <= {1, 2}
    assert {text["alphabet"] for text in texts} == {"GSM-7"}
    assert {item["channel"] for item in await meeting.messages(carmen)} <= {"sms", "call"}


async def test_it_is_confirmed_once_the_interpreter_has_said_yes(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    carmen = await family.member("Carmen", "grandparent_maternal", text="granted", language="es", interpreter_needed=True)
    elena = await journey.person("Elena", mail=True, language="es")
    interpreter = await journey.pool(
        "interpreter", "An interpreter", person_id=elena.id, languages=["es"], modes=["video", "phone"], notice_working_days=3
    )
    today = (await outside.now()).astimezone(ZONE).date()
    ten = datetime.combine(family.county.workday(today, days=9), time(10), ZONE)
    served: Item = {"interpreter_ids": [interpreter["id"]], "place": {"name": "Oak Room", "dial_in": "+1 707 555 0190"}}
    tomorrow = datetime.combine(family.county.workday(today, days=1), time(10), ZONE)
    (await family.try_to_book(tomorrow, seat(carmen), **served)).refused("notice_too_short")

    meeting = await family.book(ten, seat(carmen), **served)
    await outside.texts(carmen.phone, count=1)
    await outside.text(carmen.phone, "1")
    await meeting.answer_of(carmen, "accepted")
    problem = (await meeting.do("confirm", staff="amy")).refused("interpreter_unfilled")
    assert problem["languages"] == ["es"]
    await outside.answer((await outside.mails(elena.mailbox, count=1))[0], "accepted")
    await meeting.answer_of(elena, "accepted")
    assert (await meeting.do("confirm", staff="amy")).ok()["state"] == "confirmed"


@pytest.mark.parametrize(("word", "consent"), [("SÍ", "granted"), ("Si gracias", "granted"), ("si!", "granted")])
async def test_a_yes_is_a_yes_however_it_is_typed(journey: Journey, word: str, consent: str) -> None:
    carmen = await journey.person("Carmen", text="requested", language="es")
    await journey.opts_in(carmen, word)
    await until(
        lambda: journey.alder.get("network", f"/v1/people/{carmen.id}"),
        lambda reply: reply.ok()["contact_points"][0]["consent"] == consent,
    )


async def test_simon_is_no_consent(journey: Journey) -> None:
    family = await journey.family()
    carmen = await family.member("Carmen", "grandparent_maternal", text="requested", language="es")
    (_, unclear) = await journey.opts_in(carmen, "SIMON")
    assert "una persona" in unclear["body"]
    point = (await family.county.get("network", f"/v1/people/{carmen.id}")).ok()["contact_points"][0]
    assert point["consent"] in {"requested", "pending_double_opt_in"}
    day = family.county.workday((await journey.outside.now()).astimezone(ZONE).date(), days=3)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(carmen))
    assert [call["kind"] for call in await meeting.calls(carmen, count=1)] == ["invitation"]
    assert len(await journey.outside.texts(carmen.phone)) == 2


async def test_a_text_at_half_past_nine_in_the_evening_waits_until_eight(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    carmen = await family.member("Carmen", "grandparent_maternal", text="granted", language="es")
    today = (await outside.now()).astimezone(ZONE).date()
    await outside.move_to(datetime.combine(today, time(21, 30), ZONE))
    meeting = await family.book(datetime.combine(family.county.workday(today, days=3), time(10), ZONE), seat(kim), seat(carmen))

    # Kim's mail makes no phone sound and leaves at once; Carmen sleeps.
    await outside.mails(kim.mailbox, count=1)
    await outside.caught_up()
    eight = datetime.combine(today + timedelta(days=1), time(8), ZONE)
    (held,) = [item for item in await meeting.messages(carmen) if item["kind"] == "invitation"]
    assert (held["state"], datetime.fromisoformat(held["due_at"])) == ("pending", eight)
    assert await outside.texts(carmen.phone) == []
    await outside.move_to(eight + timedelta(seconds=1))
    await outside.texts(carmen.phone, count=1)
