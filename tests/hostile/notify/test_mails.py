"""Mail in and out of notify: calendars that answer oddly, and words that want to become a header or a property."""

from email.message import EmailMessage
from uuid import uuid4

from icalendar import Calendar

from deploy.local.sandbox.replies import first_event
from shared.events.entries import PlaceWords
from shared.events.network import Channel
from tests.hostile.mapping import MAIL, SENT
from tests.hostile.rows import Row, tries, tries_all
from tests.hostile.wire import Listening, Shelf
from tests.notify.office import Booked, Office, Person
from tests.notify.web.test_mail import bring, invited
from tests.support.icslint import lint

UNTOUCHED = ("entries(", "messages(", "contacts(", "contact_points(", "links(", "call_tasks(")


def sent_back(person: Person, booked: Booked, invitation: Calendar, row: Row) -> EmailMessage:
    """Return a mail that carries a row's calendar, to the address that the invitation gave."""
    calendar = row.text.replace("{meeting.uid}", booked.of(person).uid).replace("{member.email}", person.mail)
    mail = EmailMessage()
    organizer = str(first_event(invitation)["ORGANIZER"]).removeprefix("mailto:")
    mail["From"], mail["To"], mail["Subject"] = person.mail, organizer, "Answer"
    mail["Message-ID"] = f"<{uuid4()}@example.org>"
    mail.set_content(calendar, subtype="calendar", params={"method": "REPLY"})
    return mail


@tries_all(SENT, MAIL)
async def test_a_calendar_that_answers_oddly_is_told_as_what_it_is_and_nothing_else_happens(
    office: Office, row: Row, shelf: Shelf, listening: Listening
) -> None:
    denise, booked, invitation = await invited(office)
    before = [line for line in shelf.of(office.county.id) if line.startswith(UNTOUCHED)]
    mails = len(office.mail.mails)
    await bring(office, sent_back(denise, booked, invitation, row))
    replies = await office.facts("reply_received")
    assert [(r["partstat"], r["refused"], r["sequence"], r["proof"]) for r in replies] == [SENT[row.id].value]
    assert [line for line in shelf.of(office.county.id) if line.startswith(UNTOUCHED)] == before
    await office.send_due()
    assert len(office.mail.mails) == mails
    heard = listening.heard()
    assert not [each for each in (denise.mail, "call me", booked.of(denise).uid, *row.telltales()) if each in heard]


HEADERS = {
    "auto-submitted", "content-class", "content-language", "content-transfer-encoding", "content-type", "date", "from",
    "in-reply-to", "list-unsubscribe", "message-id", "mime-version", "precedence", "references", "reply-to", "subject", "to",
    "x-auto-response-suppress", "received",
}  # fmt: skip


@tries("con-021", "icsout-001", "icsout-003", "icsout-005", "html-001", "html-003")
async def test_hostile_words_leave_as_words_or_not_at_all(office: Office, row: Row, listening: Listening) -> None:
    denise = await office.known(Channel.EMAIL, name=row.text)
    await office.book(denise, place=PlaceWords(place=row.text, address="12 Oak Street"))
    await office.send_due()
    (mail,) = office.mail.to(denise.mail)
    assert {name.lower() for name in mail.message} <= HEADERS
    assert mail.message.get_all("To") == [denise.mail]
    assert lint(mail.calendar) == []
    unfolded = mail.calendar.replace(b"\r\n ", b"").split(b"\r\n")
    assert len([line for line in unfolded if line.upper().startswith(b"ATTENDEE")]) == 1
    assert all(len(line) <= 75 for line in mail.calendar.split(b"\r\n"))
    words = " ".join(row.text.split())
    assert {f"Hello {words},", f"Where: {words}, 12 Oak Street"} <= set(mail.text.splitlines()), "no template read them"
    assert not [telltale for telltale in row.telltales() if telltale in listening.heard()]
