"""A promise by text: asked, answered by a digit or in words, understood, reminded of and checked in on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.events.network import Channel, Consent
from tests.notify.office import ZONE, Office, Person
from tests.notify.promises import Promised, promise, turns_from, whole_hours
from tests.notify.web.conftest import Web

PERSONAL = ("Zoe", "Elm", "Sleep", "safety")


async def replies(office: Office) -> list[tuple[str, str, str]]:
    """Kind, partstat and what each reply was about."""
    return [(r["kind"], r["partstat"], r["subject_kind"]) for r in await office.facts("reply_received")]


async def offered(office: Office, **facts: object) -> tuple[Person, Promised]:
    """Somebody who was offered a promise by text."""
    carmen = await office.known(Channel.SMS, name="Carmen", **facts)
    told = await promise(office, carmen).offer()
    await office.send_due()
    return carmen, told


async def active(office: Office, *, count: int = 1, **ahead: float) -> tuple[Person, Promised]:
    """Somebody with a promise that is active, whose texts so far are forgotten."""
    kim = await office.known(Channel.SMS, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(**ahead), count=count)).offer()).confirm()
    await office.send_due()
    office.texts.texts.clear()
    return kim, told


async def test_an_offer_is_answered_by_one_and_goes_to_network(office: Office, web: Web) -> None:
    carmen, told = await offered(office, language="es")
    [text] = office.texts.to(carmen.phone)
    assert "puede ayudar el" in text
    assert not any(word in text for word in PERSONAL)
    await web.text_from(carmen.phone, "SÍ")
    [reply] = await office.facts("reply_received")
    assert (reply["kind"], reply["partstat"], reply["subject_kind"]) == ("answer", "accepted", "commitment")
    assert reply["subject_id"] == reply["participant_id"] == str(told.id)
    assert (reply["sequence"], reply["proof"], reply["channel"]) == (0, "phone_number", "sms")


async def test_what_was_understood_is_texted_back_once(office: Office, web: Web) -> None:
    carmen, told = await offered(office)
    await web.text_from(carmen.phone, "1")
    [reply] = await office.facts("reply_received")
    now_active = await told.confirm()
    for _ in range(2):
        await now_active.judge("accepted", reply_id=reply["reply_id"])
    await office.send_due()
    texts = office.texts.to(carmen.phone)
    assert len(texts) == 2
    assert "thank you. On your plan: " in texts[1]
    assert await office.rows("SELECT answer FROM entries WHERE county_id = :county AND answer = 'accepted'")


async def test_a_no_is_thanked_for_once_and_the_offer_is_over(office: Office, web: Web) -> None:
    carmen, told = await offered(office)
    await web.text_from(carmen.phone, "2")
    await told.end(state="declined")
    await told.judge("declined", channel="sms")
    await office.send_due()
    texts = office.texts.to(carmen.phone)
    assert [text for text in texts[1:] if "thank you for telling us" in text] == texts[1:]
    assert len(texts) == 2


async def test_an_end_that_is_not_their_own_doing_is_told_even_a_moment_after_their_text(office: Office, web: Web) -> None:
    carmen, told = await offered(office)
    await web.text_from(carmen.phone, "1")
    await (await told.confirm()).end(state="superseded")
    await office.send_due()
    assert "is off your plan" in office.texts.to(carmen.phone)[-1]


async def test_a_yes_that_was_said_where_they_were_asked_is_told_once(office: Office) -> None:
    carmen = await office.known(Channel.SMS, Channel.EMAIL, name="Carmen")
    await promise(office, carmen).confirm()
    rows = await office.rows("SELECT kind FROM messages WHERE county_id = :county")
    assert [each.kind for each in rows if each.kind.startswith(("promise_", "backup_"))] == ["promise_confirmed"]
    await office.send_due()
    [text] = office.texts.to(carmen.phone)
    assert "On your plan" in text


async def test_a_yes_recorded_by_staff_is_confirmed_by_text(office: Office) -> None:
    carmen, told = await offered(office)
    await told.confirm()
    await office.send_due()
    assert "On your plan" in office.texts.to(carmen.phone)[1]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("already_covered", "already covered, thank you"), ("too_late", "that time is over"), ("unclear", "a person will read")],
)
async def test_a_yes_that_came_to_nothing_is_told_why(office: Office, web: Web, outcome: str, words: str) -> None:
    carmen, told = await offered(office)
    await web.text_from(carmen.phone, "yes")
    await told.judge("accepted", outcome=outcome)
    await office.send_due()
    assert words in office.texts.to(carmen.phone)[1]


async def test_a_yes_to_an_old_time_is_asked_again(office: Office, web: Web) -> None:
    carmen, told = await offered(office)
    await told.judge("accepted", outcome="old_time")
    await office.send_due()
    assert "that has changed. Now: " in office.texts.to(carmen.phone)[1]
    await web.text_from(carmen.phone, "1")
    assert await replies(office) == [("answer", "accepted", "commitment")]


async def test_a_backup_says_until_when(office: Office, web: Web) -> None:
    abara = await office.known(Channel.SMS, name="Abara")
    night = datetime.now(ZoneInfo(ZONE)).replace(hour=20, minute=0, second=0, microsecond=0) + timedelta(days=3)
    await promise(office, abara, *turns_from(night.astimezone(UTC))).ask()
    await office.send_due()
    assert "can you help " in office.texts.to(abara.phone)[0]
    await web.text_from(abara.phone, "only until 11 pm")
    [reply] = await office.facts("reply_received")
    assert (reply["kind"], reply["partstat"]) == ("answer", "accepted")
    assert datetime.fromisoformat(reply["proposed_ends_at"]) == night.replace(hour=23)


async def a_night_of(office: Office, name: str) -> tuple[Person, Promised, datetime]:
    """A backup who said yes to a night three days ahead, and its evening."""
    abara = await office.known(Channel.SMS, name=name)
    night = datetime.now(ZoneInfo(ZONE)).replace(hour=20, minute=0, second=0, microsecond=0) + timedelta(days=3)
    asked = await promise(office, abara, *turns_from(night.astimezone(UTC))).ask()
    await office.send_due()
    held = await asked.confirm()
    await office.send_due()
    office.texts.texts.clear()
    return abara, held, night


async def test_who_said_yes_may_say_until_when_later_and_hears_once_what_stands(office: Office, web: Web) -> None:
    abara, held, night = await a_night_of(office, "Abara")
    await web.text_from(abara.phone, "only until 11 pm")
    [reply] = await office.facts("reply_received")
    assert (reply["partstat"], reply["sequence"], reply["subject_id"]) == ("accepted", held.sequence, str(held.id))
    until = night.replace(hour=23).astimezone(UTC)
    assert datetime.fromisoformat(reply["proposed_ends_at"]) == until
    part = await replace(held, turns=turns_from(night.astimezone(UTC), hours=3)).confirm()
    await part.judge("partial", until=until, reply_id=reply["reply_id"])
    await office.send_due()
    [text] = office.texts.to(abara.phone)
    assert "thank you. On your plan: " in text
    assert "8:00 PM to 11:00 PM" in text


async def test_a_yes_after_a_part_goes_to_network_and_who_comes_too_late_hears_what_stands(office: Office, web: Web) -> None:
    abara, held, night = await a_night_of(office, "Abara")
    part = await replace(held, turns=turns_from(night.astimezone(UTC), hours=3)).confirm()
    await office.send_due()
    office.texts.texts.clear()
    await web.text_from(abara.phone, "1")
    [reply] = await office.facts("reply_received")
    assert (reply["partstat"], reply["proposed_ends_at"]) == ("accepted", None)
    await part.judge("accepted", outcome="rest_covered", reply_id=reply["reply_id"])
    await office.send_due()
    [text] = office.texts.to(abara.phone)
    assert "somebody else has the rest by now. On your plan: " in text
    assert "8:00 PM to 11:00 PM" in text


async def test_an_hour_that_lies_in_a_time_that_recurs_is_for_a_person_to_read(office: Office, web: Web) -> None:
    kim = await office.known(Channel.SMS, name="Kim")
    night = datetime.now(ZoneInfo(ZONE)).replace(hour=20, minute=0, second=0, microsecond=0) + timedelta(days=3)
    await (await promise(office, kim, *turns_from(night.astimezone(UTC), count=3)).offer()).confirm()
    await office.send_due()
    await web.text_from(kim.phone, "only until 11 pm")
    assert [kind for kind, _, _ in await replies(office)] == ["not_an_answer"]


async def test_not_this_saturday_takes_that_turn_out_and_is_thanked_for_once(office: Office, web: Web) -> None:
    kim, told = await active(office, days=2, count=3)
    day = told.turns[0].starts_local.strftime("%A")
    await web.text_from(kim.phone, f"can't this {day}")
    [reply] = await office.facts("reply_received")
    assert (reply["kind"], reply["partstat"]) == ("turn", "declined")
    assert datetime.fromisoformat(reply["recurrence_id"]) == told.turns[0].starts_at
    await told.judge("turn_excused", turn_starts_at=told.turns[0].starts_at, reply_id=reply["reply_id"])
    await told.without(told.turns[0])
    await office.send_due()
    [text] = office.texts.to(kim.phone)
    assert "thank you for telling us" in text
    assert "is off your plan" in text


async def test_not_this_saturday_said_twice_names_the_same_turn_and_troubles_nobody(office: Office, web: Web) -> None:
    kim, told = await active(office, days=2, count=3)
    day = told.turns[0].starts_local.strftime("%A")
    await web.text_from(kim.phone, f"can't this {day}")
    await told.without(told.turns[0])
    await web.text_from(kim.phone, f"I can't do it {day}, sorry")
    first, second = await office.facts("reply_received")
    assert (second["kind"], second["partstat"], second["recurrence_id"]) == ("turn", "declined", first["recurrence_id"])
    assert await office.facts("call_task_opened") == []


async def test_not_this_saturday_right_after_the_yes_takes_back_that_day_and_no_more(office: Office, web: Web) -> None:
    kim = await office.known(Channel.SMS, name="Kim")
    told = await promise(office, kim, *turns_from(whole_hours(days=2), count=3)).offer()
    await office.send_due()
    await web.text_from(kim.phone, "1")
    await web.text_from(kim.phone, f"can't this {told.turns[0].starts_local:%A}")
    yes, no = await office.facts("reply_received")
    assert (yes["kind"], yes["partstat"]) == ("answer", "accepted")
    assert (no["kind"], no["partstat"]) == ("turn", "declined")
    assert datetime.fromisoformat(no["recurrence_id"]) == told.turns[0].starts_at


async def test_a_day_without_a_turn_is_for_a_person_to_read(office: Office, web: Web) -> None:
    kim, told = await active(office, days=2)
    other = (told.turns[0].starts_local + timedelta(days=1)).strftime("%A")
    await web.text_from(kim.phone, f"can't this {other}")
    assert [kind for kind, _, _ in await replies(office)] == ["not_an_answer"]


async def test_two_turns_on_that_day_are_for_a_person_to_read(office: Office, web: Web) -> None:
    kim, told = await active(office, days=2)
    await (await promise(office, kim, *turns_from(told.turns[0].starts_at + timedelta(minutes=5))).offer()).confirm()
    await office.send_due()
    await web.text_from(kim.phone, f"no puedo el {told.turns[0].starts_local:%A}")
    assert [kind for kind, _, _ in await replies(office)] == ["not_an_answer"]


async def test_a_reminder_is_answered_and_two_lets_somebody_phone(office: Office, web: Web) -> None:
    kim, told = await active(office, days=2)
    await office.make_due("turn_reminder")
    await office.send_due()
    assert "something on your plan" in office.texts.to(kim.phone)[0]
    for said in ("1", "2", "help", "I can't come"):
        await web.text_from(kim.phone, said)
    assert [(kind, partstat) for kind, partstat, _ in await replies(office)] == [
        ("turn", "accepted"),
        ("turn", "help"),
        ("turn", "help"),
        ("turn", "declined"),
    ]
    [task] = await office.rows("SELECT reason, case_id, due_at - opened_at AS within FROM call_tasks WHERE county_id = :county")
    assert (task.reason, task.case_id, task.within) == ("needs_help", told.case_id, timedelta(minutes=15))


async def test_a_check_in_is_kept_or_help(office: Office, web: Web) -> None:
    kim, _ = await active(office, days=2)
    await office.make_due("check_in")
    await office.send_due()
    assert "1 all went well, 2 I need help" in office.texts.to(kim.phone)[0]
    await web.text_from(kim.phone, "1")
    await web.text_from(kim.phone, "no")
    assert [(kind, partstat) for kind, partstat, _ in await replies(office)] == [("turn", "kept"), ("turn", "help")]


async def test_two_questions_that_wait_are_asked_about(office: Office, web: Web) -> None:
    carmen, _ = await offered(office)
    await promise(office, carmen, *turns_from(whole_hours(days=5))).ask()
    await office.send_due()
    await web.text_from(carmen.phone, "1")
    await office.send_due()
    assert [kind for kind, _, _ in await replies(office)] == ["not_an_answer"]
    assert "more than one time" in office.texts.to(carmen.phone)[-1]


async def test_an_ask_of_this_hour_is_meant_though_an_old_invitation_waits(office: Office, web: Web) -> None:
    abara = await office.known(Channel.SMS, name="Abara")
    await office.book(abara)
    await office.send_due()
    await office.run(
        "UPDATE messages SET finished_at = finished_at - interval '3 hours' WHERE county_id = :county AND state = 'sent'"
    )
    await promise(office, abara, *turns_from(whole_hours(days=5))).ask()
    await office.send_due()
    await web.text_from(abara.phone, "1")
    assert await replies(office) == [("answer", "accepted", "commitment")]


async def test_what_was_asked_last_is_what_one_means(office: Office, web: Web) -> None:
    kim, told = await active(office, days=2)
    await office.make_due("turn_reminder")
    await office.send_due()
    asked = await promise(office, kim, *turns_from(whole_hours(days=5))).ask()
    await office.send_due()
    await web.text_from(kim.phone, "1")
    [reply] = await office.facts("reply_received")
    assert (reply["kind"], reply["subject_id"]) == ("answer", str(asked.id))
    assert told.id != asked.id


async def test_no_more_messages_turns_reminders_into_calls_in_spanish(office: Office, web: Web) -> None:
    carmen = await office.known(Channel.SMS, language="es", name="Carmen")
    told = await (await promise(office, carmen).offer()).confirm()
    await office.held_by_case(told.case_id, "amy")
    await office.send_due()
    await web.text_from(carmen.phone, "ya no me manden mensajes")
    await office.make_due("turn_reminder")
    await office.make_due("check_in")
    await office.send_due()
    assert len(office.texts.to(carmen.phone)) == 2
    tasks = (await web.staff("GET", "/v1/call-tasks")).json["items"]
    assert [(task["reason"], task["kind"]) for task in tasks] == [("opted_out", "turn_reminder")]
    assert "Tiene algo en su plan" in tasks[0]["script"]


async def test_an_offer_needs_consent_like_everything_else(office: Office) -> None:
    carmen = await office.known(Channel.SMS, consent=Consent.REQUESTED)
    await promise(office, carmen).offer()
    await office.send_due()
    assert len(office.texts.to(carmen.phone)) == 1
    assert await office.states("promise_offer") == [("promise_offer", "call", "sent")]


async def test_words_that_nobody_understood_are_asked_about_by_phone(office: Office, web: Web) -> None:
    """That they cannot come tonight must not be lost because no rule knows the words."""
    kim, _ = await active(office, hours=30)
    await web.text_from(kim.phone, "my car broke down and my sister is ill")
    [task] = await office.facts("call_task_opened")
    assert (task["person_id"], task["reason"]) == (str(kim.id), "words_not_understood")
