"""Mail out against a server that follows a script, byte by byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypedDict

import pytest
import uvloop

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.errors import SendingNotAllowed
from services.notify.domain.messages import Phase
from services.notify.gateways.smtp import Sender, Senders, SmtpServer, read_server
from shared.settings import Sending
from tests.support.processes import until
from tests.support.sinks.mail import HALF, MailSink, Reply

FROM, TO = "calendar@alder.example.org", "denise@example.org"
DATA = b"Subject: x\r\n\r\n.dot\r\nlast line\r\n"


class Limits(TypedDict):
    """How many seconds a sender waits."""

    command_seconds: float
    content_seconds: float
    final_reply_seconds: float


AMPLE = Limits(command_seconds=30, content_seconds=30, final_reply_seconds=30)
"""For a server that answers, however busy the machine; what a silent one is given is said where it is."""


@asynccontextmanager
async def a_sink(*, limits: Limits = AMPLE, **replies: Reply) -> AsyncIterator[tuple[MailSink, Sender]]:
    sink = MailSink(replies=dict(replies))
    await sink.start()
    sender = Sender(a_server(sink.port, limits))
    try:
        yield sink, sender
    finally:
        await sender.close()
        await sink.stop()


def a_server(port: int, limits: Limits = AMPLE) -> SmtpServer:
    return SmtpServer(host="127.0.0.1", port=port, tls="none", **limits)


async def go_on() -> bool:
    return True


async def test_a_mail_arrives_once_and_the_connection_is_kept() -> None:
    async with a_sink() as (sink, sender):
        for _ in range(3):
            outcome = await sender.send(FROM, TO, DATA, go_on)
            assert outcome == Outcome(fate=Fate.ACCEPTED, phase=Phase.ANSWERED, code=250)
        assert [mail.raw for mail in sink.mails] == [DATA] * 3
        assert sink.connections == 1


async def test_a_kept_connection_that_the_server_has_left_costs_no_mail_its_turn() -> None:
    async with a_sink(MAIL="250 ok") as (sink, sender):
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED
        sink.replies["MAIL"] = None
        sink.once.add("MAIL")
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED
        assert (len(sink.mails), sink.connections) == (2, 2)


async def test_a_server_that_asks_for_fewer_connections_gets_fewer_but_never_none() -> None:
    async with a_sink(MAIL="421 4.7.0 too many") as (sink, _):
        senders = Senders(a_server(sink.port), size=3)
        for _ in range(5):
            assert (await senders.send(FROM, TO, DATA, go_on)).slow_down
        sink.replies.clear()
        sink.connections = 0
        outcomes = await asyncio.gather(*(senders.send(FROM, TO, DATA, go_on) for _ in range(4)))
        assert {outcome.fate for outcome in outcomes} == {Fate.ACCEPTED}
        assert sink.connections == 1
        await senders.close()


async def test_a_new_connection_that_breaks_is_not_tried_again_at_once() -> None:
    async with a_sink(MAIL=None) as (sink, sender):
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.BROKE_BEFORE
        assert sink.connections == 1


async def test_a_server_that_says_goodbye_between_two_mails_costs_no_mail_its_turn() -> None:
    async with a_sink(MAIL="250 ok") as (sink, sender):
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED
        sink.replies["MAIL"] = "421 4.4.2 idle too long"
        sink.once.add("MAIL")
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED
        assert (len(sink.mails), sink.connections) == (2, 2)


def test_a_server_that_takes_no_more_of_a_mail_is_left_before_the_dot_on_the_loop_of_production_too() -> None:
    asked, over = [], asyncio.Event()

    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n250 sink\r\n250 ok\r\n250 ok\r\n354 go on\r\n")
        await over.wait()
        writer.close()

    async def before_dot() -> bool:
        asked.append(True)
        return True

    async def send() -> Outcome:
        server = await asyncio.start_server(deaf, "127.0.0.1", 0)
        sender = Sender(a_server(server.sockets[0].getsockname()[1], {**AMPLE, "command_seconds": 3, "content_seconds": 1}))
        outcome = await sender.send(FROM, TO, b"x" * 76 * 400_000, before_dot)
        over.set()
        server.close()
        await asyncio.sleep(0.1)
        return outcome

    outcome = uvloop.run(send())
    assert (outcome.fate, outcome.phase, asked) == (Fate.BROKE_BEFORE, Phase.BEGUN, [])


async def test_the_caller_is_asked_when_all_but_the_dot_has_left() -> None:
    async with a_sink() as (sink, sender):
        seen = []

        async def before_dot() -> bool:
            await asyncio.sleep(0.05)
            seen.append((list(sink.verbs), list(sink.mails)))
            return True

        await sender.send(FROM, TO, DATA, before_dot)
        assert seen == [(["EHLO", "MAIL", "RCPT", "DATA"], [])]


async def test_a_mail_withdrawn_before_the_dot_is_never_stored_and_the_next_one_is() -> None:
    async with a_sink() as (sink, sender):

        async def no() -> bool:
            return False

        assert (await sender.send(FROM, TO, DATA, no)).fate is Fate.WITHDRAWN
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED
        assert (len(sink.mails), sink.connections) == (1, 2)


async def test_when_asking_fails_the_mail_has_not_left() -> None:
    async with a_sink() as (sink, sender):

        async def broken() -> bool:
            raise RuntimeError("the database is away")

        with pytest.raises(RuntimeError):
            await sender.send(FROM, TO, DATA, broken)
        await asyncio.sleep(0.05)
        assert sink.mails == []


@pytest.mark.parametrize("step", ["banner", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", [None, ""])
async def test_what_breaks_or_stalls_before_the_dot_may_be_tried_again(step: str, reply: str | None) -> None:
    async with a_sink(limits={**AMPLE, "command_seconds": 0.3}) as (sink, sender):
        sink.replies[step] = reply
        if step == "EHLO":
            sink.replies["HELO"] = reply
        if step == "DATA" and reply == "":
            sink.replies["DATA"] = "250 not yet"
        outcome = await sender.send(FROM, TO, DATA, go_on)
        assert outcome.fate in {Fate.BROKE_BEFORE, Fate.TRY_LATER}
        assert sink.mails == []


@pytest.mark.parametrize("reply", [None, "", HALF, "garbage"])
async def test_what_breaks_after_the_dot_is_unknown_and_was_sent_once(reply: Reply) -> None:
    async with a_sink(limits={**AMPLE, "final_reply_seconds": 2}, DOT=reply) as (sink, sender):
        outcome = await sender.send(FROM, TO, DATA, go_on)
        assert (outcome.fate, outcome.phase) == (Fate.UNKNOWN, Phase.DOT)
        assert len(sink.mails) == 1
        sink.replies.clear()
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED


@pytest.mark.parametrize(
    ("step", "reply", "fate", "bad"),
    [
        ("MAIL", "451 4.7.1 greylisted", Fate.TRY_LATER, False),
        ("RCPT", "450 4.2.0 busy", Fate.TRY_LATER, False),
        ("RCPT", "550 5.1.1 no such user", Fate.REFUSED, True),
        ("RCPT", "552 5.2.2 full", Fate.REFUSED, False),
        ("RCPT", "554 5.1.1 unknown", Fate.REFUSED, True),
        ("DATA", "554 5.7.1 no", Fate.REFUSED, False),
        ("DOT", "451 4.3.0 try later", Fate.TRY_LATER, False),
        ("DOT", "554 5.7.1 spam", Fate.REFUSED, False),
    ],
)
async def test_a_refusal_is_read_by_its_code_and_the_connection_stays(step: str, reply: str, fate: Fate, bad: bool) -> None:
    async with a_sink() as (sink, sender):
        sink.replies[step] = reply
        outcome = await sender.send(FROM, TO, DATA, go_on)
        assert (outcome.fate, outcome.bad_address, outcome.code) == (fate, bad, int(reply[:3]))
        sink.replies.clear()
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED
        assert sink.connections == 1


async def test_a_coroutine_cancelled_in_mid_dialogue_leaves_no_half_used_connection() -> None:
    async with a_sink(RCPT="") as (sink, sender):
        sending = asyncio.create_task(sender.send(FROM, TO, DATA, go_on))

        async def is_asked() -> bool:
            return "RCPT" in sink.verbs

        await until(is_asked)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        sink.replies.clear()
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED
        assert (len(sink.mails), sink.connections) == (1, 2)


async def test_421_slows_down_and_opens_a_new_connection() -> None:
    async with a_sink(RCPT="421 4.7.0 too many") as (sink, sender):
        outcome = await sender.send(FROM, TO, DATA, go_on)
        assert (outcome.fate, outcome.slow_down) == (Fate.TRY_LATER, True)
        sink.replies.clear()
        await sender.send(FROM, TO, DATA, go_on)
        assert sink.connections == 2


async def test_nobody_listening_is_tried_again() -> None:
    async with a_sink() as (sink, _):
        port = sink.port
    outcome = await Sender(a_server(port)).send(FROM, TO, DATA, go_on)
    assert (outcome.fate, outcome.reason) == (Fate.BROKE_BEFORE, "cannot_connect")


async def test_a_server_that_closed_the_kept_connection_costs_no_mail() -> None:
    async with a_sink(DOT="250 ok") as (sink, sender):
        await sender.send(FROM, TO, DATA, go_on)
        sink.replies["MAIL"] = None
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.BROKE_BEFORE
        sink.replies.clear()
        assert (await sender.send(FROM, TO, DATA, go_on)).fate is Fate.ACCEPTED


@pytest.mark.parametrize("recipient", ["a@b.org>\r\nRCPT TO:<c@d.org", "a@b.org c@d.org", "", "é@x.org"])
async def test_an_odd_address_never_reaches_the_dialogue(recipient: str) -> None:
    async with a_sink() as (sink, sender):
        assert (await sender.send(FROM, recipient, DATA, go_on)).fate is Fate.REFUSED
        assert sink.connections == 0


async def test_a_large_mail_with_bare_line_ends_and_dots_arrives_whole() -> None:
    async with a_sink() as (sink, sender):
        body = b"x\n" + b".\n" * 50_000 + b"." * 70
        assert (await sender.send(FROM, TO, body, go_on)).fate is Fate.ACCEPTED
        assert sink.mails[0].raw.removesuffix(b"\r\n").replace(b"\r\n", b"\n") == body


async def test_each_coroutine_has_a_connection_of_its_own() -> None:
    async with a_sink() as (sink, _):
        senders = Senders(a_server(sink.port), size=4)
        outcomes = await asyncio.gather(*(senders.send(FROM, TO, DATA, go_on) for _ in range(40)))
        await senders.close()
        assert {outcome.fate for outcome in outcomes} == {Fate.ACCEPTED}
        assert len(sink.mails) == 40
        assert sink.connections <= 4


def test_only_this_machine_is_in_reach_of_the_sandbox() -> None:
    assert read_server("smtp://127.0.0.1:2525", sending=Sending.SANDBOX).port == 2525
    assert read_server("smtp+starttls://u%40x:p@mail.example.org", sending=Sending.LIVE) == replace(
        a_server(587),
        host="mail.example.org",
        tls="starttls",
        username="u@x",
        password="p",
        command_seconds=30,
        content_seconds=120,
        final_reply_seconds=600,
    )
    for url, sending in [
        ("smtp://mail.example.org", Sending.SANDBOX),
        ("smtp://localhost", Sending.OFF),
        ("smtp://127.0.0.1.evil.org", Sending.SANDBOX),
    ]:
        with pytest.raises(SendingNotAllowed):
            read_server(url, sending=sending)
