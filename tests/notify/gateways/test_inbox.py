"""Mail in: answers, bounces, automatic replies, broken trees; and the listener's promise."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import aiosmtplib
import pytest

from services.notify.domain.links import reply_address, spell_token
from services.notify.gateways.inbox import Bounce, Inbox, Origin, ParsedMail, parse_mail
from services.notify.gateways.mail import message_id_of
from tests.notify.gateways.test_ics_in import a_reply

MAILBOX = "calendar@alder.example.org"
TOKEN = spell_token(bytes(range(16)))
ADDRESS = reply_address(MAILBOX, TOKEN)
REPLY = a_reply("SEQUENCE:0", "COMMENT:Llegaré tarde")


def a_mail(*headers: str, body: str = "hello", kind: str = "text/plain; charset=utf-8") -> bytes:
    head = ["From: Ann <ann@example.org>", f"To: {ADDRESS}", "Message-ID: <one@example.org>", "MIME-Version: 1.0"]
    return "\r\n".join([*head, *headers, f"Content-Type: {kind}", "", body]).encode()


def a_tree(part: str) -> bytes:
    body = f"--b\r\nContent-Type: text/plain\r\n\r\nYes\r\n--b\r\n{part}\r\n--b--\r\n"
    return a_mail(body=body, kind='multipart/mixed; boundary="b"')


def encoded(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


def read(raw: bytes, **facts: str) -> ParsedMail:
    return parse_mail(raw, recipient=ADDRESS, **facts)


B64 = "Content-Transfer-Encoding: base64"
SHAPES = {
    "outlook: the whole mail is the calendar": a_mail(body=REPLY, kind='text/calendar; method=REPLY; charset="UTF-8"'),
    "base64": a_tree(f"Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n{B64}\r\n\r\n{encoded(REPLY)}"),
    "nested in alternative": a_tree(
        'Content-Type: multipart/alternative; boundary="c"\r\n\r\n'
        f"--c\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n{REPLY}\r\n--c--"
    ),
    "attachment only": a_tree(
        f"Content-Type: application/ics; name=invite.ics\r\nContent-Disposition: attachment\r\n{B64}\r\n\r\n{encoded(REPLY)}"
    ),
    "unknown charset": a_tree(f"Content-Type: text/calendar; method=REPLY; charset=x-nowhere\r\n\r\n{REPLY}"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_is_found_wherever_it_stands(shape: str) -> None:
    mail = read(SHAPES[shape])
    reply = mail.reply
    assert reply is not None
    assert (mail.origin, mail.token, mail.mailbox, mail.from_address) == (Origin.PERSON, TOKEN, MAILBOX, "ann@example.org")
    assert (reply.refused, reply.partstat, reply.comment) == ("", "accepted", "Llegaré tarde")


def test_quoted_printable_and_latin_1_are_decoded() -> None:
    quoted = REPLY.replace("=", "=3D").replace("é", "=E9")
    head = "Content-Type: text/calendar; method=REPLY; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable"
    reply = read(a_tree(f"{head}\r\n\r\n{quoted}")).reply
    assert reply is not None
    assert reply.comment == "Llegaré tarde"


def test_a_calendar_inside_a_forwarded_mail_is_not_this_mail_s_answer() -> None:
    forwarded = SHAPES["base64"].decode().replace("--b", "--d").replace('"b"', '"d"')
    assert read(a_tree(f"Content-Type: message/rfc822\r\n\r\n{forwarded}")).reply is None


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; x=y",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Return-Path: <>",
    ],
)
def test_an_out_of_office_is_automatic(header: str) -> None:
    assert read(a_mail(header)).origin is Origin.AUTOMATIC


def test_auto_submitted_no_is_a_person() -> None:
    assert read(a_mail("Auto-Submitted: no")).origin is Origin.PERSON


def test_the_null_sender_is_never_a_person() -> None:
    assert read(a_mail(), envelope_from="").origin is Origin.AUTOMATIC


def a_bounce(action: str, status: str, about: str) -> bytes:
    about_whom = f"Final-Recipient: rfc822; ann@example.org\r\nAction: {action}\r\nStatus: {status}\r\n"
    report = f"Reporting-MTA: dns; mx.example.org\r\n\r\n{about_whom}"
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {about}\r\nSubject: Meeting\r\n\r\nhello\r\n--b--\r\n"
    )
    return a_mail(body=body, kind='multipart/report; report-type=delivery-status; boundary="b"')


OURS = message_id_of(UUID(int=7), 2, ADDRESS)


@pytest.mark.parametrize(("action", "status", "final"), [("failed", "5.1.1", True), ("delayed", "4.4.1", False)])
def test_a_bounce_names_the_mail_it_is_about(action: str, status: str, final: bool) -> None:
    mail = read(a_bounce(action, status, OURS))
    assert mail.origin is Origin.BOUNCE
    assert mail.bounce == Bounce(message_id=UUID(int=7), content_version=2, is_final=final, status=status)


def test_a_bounce_about_another_s_mail_is_about_nothing() -> None:
    assert read(a_bounce("failed", "5.1.1", "<x@elsewhere.example>")).bounce is None


VOUCHED = "mx.alder.example.org"


@pytest.mark.parametrize(
    ("result", "aligned"),
    [
        (f"{VOUCHED}; dkim=pass header.d=example.org", True),
        (f"{VOUCHED}; spf=fail; dmarc=pass header.from=example.org", True),
        (f"{VOUCHED}; dkim=pass header.d=evil.org", False),
        (f"{VOUCHED}; dkim=pass header.d=org", False),
        (f"{VOUCHED}; dkim=fail header.d=example.org", False),
        (f"{VOUCHED}; dmarc=pass header.from=example.org.evil.net", False),
        (f"{VOUCHED}; spf=pass smtp.mailfrom=ann@example.org", False),
        ("mx.evil.org; dkim=pass header.d=example.org", False),
        (f"{VOUCHED}.evil.org; dkim=pass header.d=example.org", False),
    ],
)
def test_only_our_own_server_vouches_for_a_sender(result: str, aligned: bool) -> None:
    assert read(a_mail(f"Authentication-Results: {result}"), vouched_by=VOUCHED).is_aligned is aligned
    assert not read(a_mail(f"Authentication-Results: {result}")).is_aligned


def test_a_result_below_the_topmost_is_the_sender_s_own_claim() -> None:
    raw = a_mail("Authentication-Results: mx.other.org; none", f"Authentication-Results: {VOUCHED}; dkim=pass header.d=example.org")
    assert not read(raw, vouched_by=VOUCHED).is_aligned


BROKEN = {
    "empty": b"",
    "only bytes": bytes(range(256)) * 40,
    "no boundary": a_mail(body="--x\r\nhello", kind="multipart/mixed"),
    "boundary never ends": a_tree("Content-Type: text/plain\r\n\r\nx")[:-12],
    "bad base64": a_tree("Content-Type: text/calendar; method=REPLY\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!===a"),
    "nested deep": a_mail(
        body="".join(f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(300)),
        kind='multipart/mixed; boundary="b0"',
    ),
    "two senders": a_mail("From: Bob <bob@example.org>"),
    "odd headers": b'Message-ID: <a\r\n b@c>\r\nFrom: =?x?q?=FF?= <>\r\nContent-Type: text/plain; charset="\r\n\r\n\xff',
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_mail_is_a_mail_without_an_answer(case: str) -> None:
    mail = read(BROKEN[case])
    assert mail.reply is None or mail.reply.refused == "ics_invalid"
    assert (mail.bounce, mail.is_aligned) == (None, False)
    assert mail.message_id.startswith("<")
    assert read(BROKEN[case]) == mail


def test_a_mail_without_an_id_gets_one_from_its_bytes() -> None:
    one, two = read(b"From: a@b.org\r\n\r\nx"), read(b"From: a@b.org\r\n\r\ny")
    assert one.message_id != two.message_id


@asynccontextmanager
async def an_inbox(deliver: Callable[[ParsedMail, bytes], Awaitable[None]], kind: str = "smtp") -> AsyncIterator[aiosmtplib.SMTP]:
    inbox = Inbox(f"{kind}://127.0.0.1:0", [MAILBOX], deliver)
    await inbox.start()
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=inbox.port, start_tls=False)
    await client.connect()
    try:
        yield client
    finally:
        client.close()
        await inbox.stop()


async def test_a_mail_is_answered_for_once_it_is_stored() -> None:
    stored: list[tuple[ParsedMail, bytes]] = []

    async def keep(mail: ParsedMail, raw: bytes) -> None:
        stored.append((mail, raw))

    async with an_inbox(keep) as client:
        _, reply = await client.sendmail("ann@example.org", [ADDRESS], SHAPES["base64"])
        assert reply.startswith("2.0.0")
        assert [mail.token for mail, _ in stored] == [TOKEN]
        assert b"METHOD" not in stored[0][1]


async def test_a_bounce_from_the_null_sender_is_taken() -> None:
    stored: list[ParsedMail] = []

    async def keep(mail: ParsedMail, _raw: bytes) -> None:
        stored.append(mail)

    async with an_inbox(keep) as client:
        await client.sendmail("", [ADDRESS], a_bounce("failed", "5.1.1", OURS))
        assert stored[0].origin is Origin.BOUNCE


async def test_what_could_not_be_stored_is_to_be_sent_again() -> None:
    async def fail(_mail: ParsedMail, _raw: bytes) -> None:
        raise OSError("the database is away")

    async with an_inbox(fail) as client:
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await client.sendmail("ann@example.org", [ADDRESS], a_mail())
        assert refused.value.code == 451


@pytest.mark.parametrize("address", ["nobody@alder.example.org", "calendar@birch.example.org"])
async def test_other_mailboxes_are_not_ours(address: str) -> None:
    async def never(_mail: ParsedMail, _raw: bytes) -> None:
        raise AssertionError

    async with an_inbox(never) as client:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await client.sendmail("ann@example.org", [address], a_mail())


async def test_a_mail_too_large_is_refused() -> None:
    async def never(_mail: ParsedMail, _raw: bytes) -> None:
        raise AssertionError

    async with an_inbox(never) as client:
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await client.sendmail("ann@example.org", [ADDRESS], a_mail(body="x" * 900 + ("\r\n" + "y" * 900) * 1_300))
        assert refused.value.code == 552


async def test_lmtp_is_spoken_too() -> None:
    stored: list[ParsedMail] = []

    async def keep(mail: ParsedMail, _raw: bytes) -> None:
        stored.append(mail)

    async with an_inbox(keep, "lmtp") as client:
        assert (await client.execute_command(b"LHLO", b"here")).code == 250
        await client.execute_command(b"MAIL", b"FROM:<ann@example.org>")
        await client.execute_command(b"RCPT", f"TO:<{ADDRESS}>".encode())
        assert client.protocol is not None
        assert (await client.protocol.execute_data_command(a_mail())).code == 250
        assert len(stored) == 1
