"""The scan that ends every journey finds what it is there to find."""

from email.message import EmailMessage
from types import SimpleNamespace
from typing import cast

import pytest

from tests.support.journey import County, Person
from tests.support.privacy import forbidden_in, mail_parts, marks_in, unfolded

MAE = Person(
    id="per_1",
    county=cast("County", SimpleNamespace()),
    given="Maebadi",
    family="Ofgako",
    mailbox="box00001@example.org",
    phone="+14155550101",
)


@pytest.mark.parametrize(
    "words",
    [
        "Hello MAEBADI,",
        "with ofgako",
        "mailto:box00001@example.org",
        "call +14155550101",
        "call (415) 555-0101.",
        "415-555-0101",
    ],
)
def test_a_trace_is_found_however_it_is_written(words: str) -> None:
    assert len(marks_in(words, [MAE])) == 1


@pytest.mark.parametrize("words", ["Hello,", "call +14155550102", "14155550101999", "box00002@example.org"])
def test_what_is_nobodys_trace_is_not_found(words: str) -> None:
    assert marks_in(words, [MAE]) == []


def test_words_that_nobody_is_to_read_are_found_in_both_languages() -> None:
    assert forbidden_in("Your CFT is at the court") == ["cft", "court"]
    assert forbidden_in("un plan de seguridad") == ["plan de seguridad"]
    assert forbidden_in("a courteous word") == []


def test_a_name_folded_into_an_attached_calendar_is_found() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Meeting"
    mail.set_content("Hello")
    mail.add_attachment(
        b"DESCRIPTION:with Maeb\r\n adi and others\r\n", maintype="application", subtype="ics", filename="invite.ics"
    )
    found = [received.where for received in mail_parts(mail.as_bytes()) if marks_in(received.words, [MAE])]
    assert found == ["the application/ics part"]
    assert unfolded("a\r\n b") == "ab"
