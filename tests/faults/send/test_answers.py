"""What mail servers and the SMS provider may answer, and what becomes of each message. Copies are counted where people read."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from services.notify.gateways.smtp import Senders, SmtpServer
from services.notify.jobs.sending import Dispatch
from services.notify.use_cases.see_messages import retry_message
from shared.events.network import Channel
from shared.kernel.access import Caller, Role
from tests.faults.send.conftest import LIMIT, LONG_LIMIT, Later, Patience
from tests.notify.office import Office, Person
from tests.support.sinks.mail import HALF, Reply, Say, Script
from tests.support.sinks.texts import Answer

MINUTE = timedelta(minutes=1)
SHORTEST, LONGEST = 0.8, 1.2


async def invited(office: Office, way: Channel = Channel.EMAIL) -> Person:
    """Somebody whose invitation is due."""
    person = await office.known(way)
    await office.book(person)
    return person


async def ends(office: Office, person: Person) -> tuple[str, str, int]:
    """The state of somebody's invitation, why, and after how many attempts."""
    [row] = await office.rows(
        "SELECT state, reason, attempt FROM messages WHERE county_id = :county AND person_id = :person AND kind = 'invitation'",
        person=person.id,
    )
    return row.state, row.reason, row.attempt


async def in_minutes(office: Office, person: Person) -> float:
    """How many minutes after its last attempt somebody's invitation is due."""
    [row] = await office.rows(
        "SELECT extract(epoch FROM m.due_at - a.ended_at) / 60 AS minutes"
        " FROM messages m JOIN attempts a ON a.message_id = m.id AND a.n = m.attempt"
        " WHERE m.county_id = :county AND m.person_id = :person AND m.kind = 'invitation'",
        person=person.id,
    )
    return float(row.minutes)


async def ask_again(office: Office, person: Person) -> None:
    """Let staff send somebody's invitation once more."""
    [row] = await office.rows(
        "SELECT id FROM messages WHERE county_id = :county AND person_id = :person AND kind = 'invitation'", person=person.id
    )
    async with office.unit() as unit:
        caller = Caller(unit.county_id, "amy", frozenset({Role.COUNTY_ADMIN}))
        await retry_message(unit, row.id, caller=caller)


@pytest.mark.parametrize("last_word", [None, "", HALF, "garbage", Say("250 stored", after=2 * LIMIT)])
async def test_a_mail_whose_dialogue_broke_after_the_dot_is_unknown_and_sent_again_only_by_hand(
    office: Office, patience: Patience, later: Later, last_word: Reply
) -> None:
    denise = await invited(office)
    office.mail.scripts[denise.mail] = [{"DOT": last_word}]
    await patience(last_word=LIMIT)
    await office.send_due()
    await patience()
    assert (await ends(office, denise))[0] == "unknown"
    await later(timedelta(days=2))
    await office.ticker.tick()
    await office.ticker.drained()
    assert len(office.mail.copies(denise.mail)) == 1
    await ask_again(office, denise)
    await office.ticker.tick()
    await office.ticker.drained()
    first, second = office.mail.copies(denise.mail)
    assert first.message_id == second.message_id
    assert await ends(office, denise) == ("sent", "accepted", 2)


TROUBLED: Mapping[str, tuple[Script, tuple[str, str]]] = {
    "greylisted": ({"RCPT": "450 4.7.1 greylisted"}, ("pending", "try_later")),
    "says goodbye in mid-dialogue": ({"RCPT": Say("421 4.3.2 closing", hangs_up=True)}, ("pending", "try_later")),
    "says goodbye after the mail": ({"DOT": Say("421 4.3.2 closing", hangs_up=True)}, ("pending", "try_later")),
    "is busy after the mail": ({"DOT": "451 4.3.0 later"}, ("pending", "try_later")),
    "hangs up before the mail": ({"DATA": None}, ("pending", "connection_lost")),
    "stalls before the mail": ({"DATA": ""}, ("pending", "timed_out")),
    "answers a byte at a time": ({"RCPT": Say("250 ok", each_byte=LONG_LIMIT / 4)}, ("pending", "timed_out")),
    "has a full mailbox": ({"RCPT": "552 5.2.2 full"}, ("failed", "refused")),
    "takes no such mail": ({"DOT": "554 5.7.1 refused"}, ("failed", "refused")),
    "is no mailbox": ({"RCPT": "550 5.1.1 unknown"}, ("failed", "no_such_mailbox")),
}


async def test_one_odd_mailbox_troubles_no_other_and_each_refusal_ends_as_it_should(
    office: Office, patience: Patience, later: Later
) -> None:
    await patience(command=LONG_LIMIT)
    odd = {word: await invited(office) for word in TROUBLED}
    healthy = [await invited(office) for _ in range(10)]
    for word, person in odd.items():
        office.mail.scripts[person.mail] = [TROUBLED[word][0]]
    await office.send_due()
    assert {word: (await ends(office, person))[:2] for word, person in odd.items()} == {w: end for w, (_, end) in TROUBLED.items()}
    assert [len(office.mail.copies(person.mail)) for person in healthy] == [1] * 10
    reasons = sorted(task["reason"] for task in await office.facts("call_task_opened"))
    assert reasons == ["find_new_contact", "no_such_mailbox", "refused", "refused"]
    waiting = [word for word, (_, (state, _)) in TROUBLED.items() if state == "pending"]
    for word in waiting:
        assert SHORTEST <= await in_minutes(office, odd[word]) <= LONGEST
    await later(2 * MINUTE)
    await office.send_due()
    assert [len(office.mail.copies(odd[word].mail)) for word in TROUBLED] == [int(word in waiting) for word in TROUBLED]
    assert set(office.mail.counted().values()) == {1}


async def test_a_mailbox_greylisted_for_five_minutes_gets_one_mail_after_them(office: Office, later: Later) -> None:
    denise = await invited(office)
    office.mail.scripts[denise.mail] = [{"RCPT": "451 4.7.1 greylisted"}] * 2
    for attempt, minutes in ((1, 1), (2, 5)):
        await office.send_due()
        assert await ends(office, denise) == ("pending", "try_later", attempt)
        assert SHORTEST * minutes <= await in_minutes(office, denise) <= LONGEST * minutes
        await office.send_due()
        assert len(office.mail.scripts[denise.mail]) == 2 - attempt
        await later(LONGEST * minutes * MINUTE)
    await office.send_due()
    assert await ends(office, denise) == ("sent", "accepted", 3)
    assert len(office.mail.copies(denise.mail)) == 1


async def test_a_mailbox_that_is_busy_until_the_meeting_is_given_up_and_somebody_phones(office: Office, later: Later) -> None:
    denise = await office.known(Channel.EMAIL)
    await office.book(denise, starts_in=timedelta(hours=3))
    office.mail.scripts[denise.mail] = [{"RCPT": "451 4.7.1 greylisted"}] * 30
    for _ in range(12):
        await office.send_due()
        await later(20 * MINUTE)
    state, reason, attempts = await ends(office, denise)
    assert (state, reason) in {("failed", "gave_up"), ("missed", "too_late")}
    assert attempts >= 4
    assert reason in {task["reason"] for task in await office.facts("call_task_opened") if task["kind"] == "invitation"}


@pytest.mark.parametrize(
    "replies",
    [
        {"banner": Say("220 sink", after=3 * LIMIT)},
        {"banner": Say("421 4.3.2 busy", hangs_up=True)},
        {"banner": "554 5.3.2 closed"},
        {"banner": "what do you want"},
        {"banner": None},
        {"EHLO": "", "HELO": ""},
        {"MAIL": Say("421 4.7.0 too many", hangs_up=True)},
        {"MAIL": "452 4.3.1 full"},
    ],
)
async def test_a_server_in_trouble_gets_the_mail_when_it_is_out_of_it(
    office: Office, patience: Patience, later: Later, replies: dict[str, Reply]
) -> None:
    denise = await invited(office)
    office.mail.replies.update(replies)
    await patience(command=LIMIT)
    await office.send_due()
    await patience()
    assert (await ends(office, denise))[0] == "pending"
    office.mail.replies.clear()
    await later(2 * MINUTE)
    await office.send_due()
    assert await ends(office, denise) == ("sent", "accepted", 2)
    assert len(office.mail.mails) == 1


@pytest.mark.parametrize(
    "replies",
    [
        {"EHLO": "250 sink"},
        {"EHLO": "250-sink\r\n250 STARTTLS", "STARTTLS": "454 4.7.0 not now"},
        {"EHLO": "250-sink\r\n250 STARTTLS", "STARTTLS": "220 go\r\nthis is no TLS"},
        {"EHLO": "250-sink\r\n250 STARTTLS", "STARTTLS": None},
        {"EHLO": "250-sink\r\n250 STARTTLS", "STARTTLS": ""},
    ],
)
async def test_where_encryption_breaks_nothing_leaves_in_clear(office: Office, replies: dict[str, Reply]) -> None:
    server = SmtpServer(host="127.0.0.1", port=office.mail.port, tls="starttls", command_seconds=LIMIT)
    senders = Senders(server)
    office.dispatch = Dispatch(office.units, office.settings, senders, None)
    office.ticker = office.new_ticker()
    denise = await invited(office)
    office.mail.replies.update(replies)
    await office.send_due()
    await senders.close()
    assert (await ends(office, denise))[0] == "pending"
    assert "MAIL" not in office.mail.verbs


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, takes=True),
        Answer(502, takes=True),
        Answer(takes=True, says="nothing"),
        Answer(takes=True, says="reset"),
        Answer(302, takes=True),
    ],
)
async def test_a_text_that_was_not_answered_clearly_is_unknown_and_never_sent_again_by_itself(
    office: Office, patience: Patience, later: Later, answer: Answer
) -> None:
    carmen = await invited(office, Channel.SMS)
    office.texts.answers[carmen.phone] = [answer]
    await patience(request=LONG_LIMIT)
    await office.send_due()
    assert (await ends(office, carmen))[0] == "unknown"
    await later(timedelta(days=2))
    await office.ticker.tick()
    await office.ticker.drained()
    assert len(office.texts.to(carmen.phone)) == 1


async def test_each_refusal_of_a_text_ends_as_it_should_and_troubles_no_other(office: Office, later: Later) -> None:
    stopped, unknown, refused, busy, away, healthy = [await invited(office, Channel.SMS) for _ in range(6)]
    office.texts.answers |= {
        stopped.phone: Answer(400, 21610),
        unknown.phone: Answer(400, 21211),
        refused.phone: Answer(403, 20003),
        busy.phone: [Answer(429, 20429, headers={"Retry-After": "600"})],
        away.phone: [Answer(503, headers={"Retry-After": "60"})],
    }
    await office.send_due()
    assert [(await ends(office, person))[0] for person in (stopped, unknown, refused, busy, away, healthy)] == [
        "suppressed",
        "failed",
        "failed",
        "pending",
        "pending",
        "sent",
    ]
    assert [fact["source"] for fact in await office.facts("consent_changed")] == ["provider"]
    reasons = sorted(task["reason"] for task in await office.facts("call_task_opened"))
    assert reasons == ["find_new_contact", "invalid_number", "opted_out", "refused"]
    assert await in_minutes(office, busy) == pytest.approx(10, abs=0.01)
    await later(11 * MINUTE)
    await office.send_due()
    assert [len(office.texts.to(person.phone)) for person in (stopped, unknown, refused, busy, away, healthy)] == [0, 0, 0, 1, 1, 1]
