"""One mail for one person, as its bytes are."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any
from uuid import UUID

import pytest

from services.notify.domain.errors import UnsafeText
from services.notify.gateways.ics import Status, write_entry
from services.notify.gateways.mail import Mail, UnsafeMail, build, check, message_id_of, message_of, thread_of
from shared.events.entries import Method
from tests.notify.gateways.test_ics_out import an_entry

ENTRY = write_entry(an_entry(summary="Reunión 🙂"), Method.REQUEST)
SENDER = "calendar+abcdefghijklmnopqrstuvwxyz@alder.example.org"
MAIL = Mail(
    message_id=UUID(int=7),
    content_version=1,
    thread=thread_of(UUID(int=1), UUID(int=2)),
    sender=SENDER,
    sender_name="Family Team Calendar",
    recipient="denise@example.org",
    subject="Meeting Thu Mar 4, 10:00 AM",
    text="Hello Denise,\n\n.a line with a dot\nFrom here\n" + "long " * 300,
    html="<html><body><p>Hello Denise,</p></body></html>",
    language="en",
    written_at=datetime(2027, 2, 20, 17, 30, tzinfo=UTC),
    calendar=ENTRY,
    method="REQUEST",
    unsubscribe_url="https://alder.example.org/u/abcdefghijklmnopqrstuvwxyz",
)


def parsed(mail: Mail = MAIL) -> EmailMessage:
    message = message_from_bytes(build(mail), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def test_the_shape_is_the_one_that_shows_buttons() -> None:
    types = [part.get_content_type() for part in parsed().walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]


def test_the_calendar_part_names_its_method_and_charset_and_holds_the_very_bytes() -> None:
    parts = {part.get_content_type(): part for part in parsed().walk()}
    inline, attached = parts["text/calendar"], parts["application/ics"]
    assert (inline.get_param("method"), inline.get_content_charset()) == ("REQUEST", "utf-8")
    assert inline["Content-Transfer-Encoding"] in {"base64", "quoted-printable"}
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True) == ENTRY
    assert attached.get_filename() == "invite.ics"


def test_a_cancel_says_so_in_the_type_too() -> None:
    cancel = write_entry(an_entry(status=Status.CANCELLED), Method.CANCEL)
    parts = {p.get_content_type(): p for p in parsed(replace(MAIL, calendar=cancel, method="CANCEL")).walk()}
    assert parts["text/calendar"].get_param("method") == "CANCEL"


def test_a_method_that_is_not_the_object_s_is_refused() -> None:
    with pytest.raises(UnsafeMail):
        build(replace(MAIL, method="CANCEL"))


def test_headers_are_these_and_no_others() -> None:
    message = parsed()
    assert message["From"] == f"Family Team Calendar <{SENDER}>"
    assert message["To"] == "denise@example.org"
    assert message["Subject"] == "Meeting Thu Mar 4, 10:00 AM"
    assert message["Auto-Submitted"] == "auto-generated"
    assert (
        message["Message-ID"] == message_id_of(UUID(int=7), 1, SENDER) == "<00000000000000000000000000000007.1@alder.example.org>"
    )
    assert message["In-Reply-To"] == message["References"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Cc"] is message["Bcc"] is message["Reply-To"] is None


def test_all_mails_about_one_meeting_to_one_person_are_one_thread_and_no_one_else_s() -> None:
    first, second = parsed(), parsed(replace(MAIL, message_id=UUID(int=8)))
    other = parsed(replace(MAIL, thread=thread_of(UUID(int=1), UUID(int=3))))
    assert first["References"] == second["References"] != other["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_the_same_mail_is_the_same_bytes_and_only_crlf() -> None:
    data = build(MAIL)
    assert data == build(MAIL)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in data.split(b"\r\n")) <= 998


def test_text_comes_back_as_it_was() -> None:
    text: Any = parsed().get_body(("plain",))
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == MAIL.text.rstrip("\n")


def test_a_reminder_has_no_calendar_part() -> None:
    types = [part.get_content_type() for part in parsed(replace(MAIL, calendar=b"", method="")).walk()]
    assert types == ["multipart/alternative", "text/plain", "text/html"]


def test_a_spanish_subject_reads_back() -> None:
    subject = "Fuera de su calendario: reunión miércoles 29 septiembre, 10:00 AM"
    assert parsed(replace(MAIL, subject=subject, sender_name="Calendario de la niñez"))["Subject"] == subject


@pytest.mark.parametrize("fact", ["subject", "sender_name", "language", "unsubscribe_url"])
@pytest.mark.parametrize(
    "words", ["a\r\nBcc: evil@example.net", "A 💩 =?UTF-8?Q?=0A?=Bcc: evil@example.net", "a\x00b", "a\u2028b", "a\x85b", "\ud800"]
)
def test_words_that_could_become_headers_are_refused(fact: str, words: str) -> None:
    with pytest.raises(UnsafeText):
        build(replace(MAIL, **{fact: words}))  # type: ignore[arg-type]  # each fact is a text


@pytest.mark.parametrize(
    "address",
    ["ana@example.org, eve@example.net", "ana@example.org\r\nBcc: x@y.z", "<ana@example.org>", "ana", "a b@c.org", "é@x.org"],
)
def test_a_recipient_is_one_plain_address(address: str) -> None:
    with pytest.raises(UnsafeText):
        build(replace(MAIL, recipient=address))


def test_a_mail_that_does_not_read_back_never_leaves() -> None:
    data = build(MAIL)
    for spoiled in (
        b"Bcc: evil@example.net\r\n" + data,
        b"To: eve@example.net\r\n" + data,
        data.replace(b"To: denise@", b"To: eve@example.net, denise@"),
        data.replace(b"Auto-Submitted: auto-generated\r\n", b""),
        data.replace(b"application/ics", b"application/pdf"),
    ):
        with pytest.raises(UnsafeMail):
            check(spoiled, MAIL)


@pytest.mark.parametrize("cut", range(0, len(build(MAIL)) - 1, 97))
def test_a_mail_cut_short_never_leaves(cut: int) -> None:
    with pytest.raises(UnsafeMail):
        check(build(MAIL)[:cut], MAIL)


@pytest.mark.parametrize("words", ["", ".", "a\r\n.\r\nb", "=_a--=\n--=_m", "trailing  \nspace\t", "ñ" * 400, "one\rtwo"])
def test_any_words_read_back(words: str) -> None:
    text: Any = parsed(replace(MAIL, text=words)).get_body(("plain",))
    assert text.get_content().splitlines() == words.splitlines()


def test_no_other_address_stands_in_the_bytes() -> None:
    message: Message = message_from_bytes(build(MAIL))
    whole = "\n".join(
        str(part) if part.is_multipart() else (part.get_payload(decode=True) or b"").decode()  # type: ignore[union-attr]  # a leaf's bytes
        for part in message.walk()
        if not part.is_multipart()
    )
    found = {word for word in whole.replace("\r\n ", "").replace(":", " ").split() if "@" in word and "surround" not in word}
    assert found == {SENDER, "denise@example.org"}


@pytest.mark.parametrize("header", ["", "<x@y>", "<7.1@alder.example.org>", "<zz.1@a>"])
def test_only_our_own_message_ids_are_recognised(header: str) -> None:
    assert message_of(header) is None
    assert message_of(message_id_of(UUID(int=7), 3, SENDER)) == (UUID(int=7), 3)
