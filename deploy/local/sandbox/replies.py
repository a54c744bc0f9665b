"""What a person's calendar program sends back: iMIP answers and counter-proposals (RFC 5546, RFC 6047)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vDatetime, vText

PRODID = "-//A mailbox//Sandbox//EN"


class Answer(StrEnum):
    """The buttons of a calendar program."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    COUNTER = "counter"


class CannotAnswer(Exception):
    """This mail cannot be answered with a button; the message says why."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another time, as wall time in the zone of the invitation."""

    starts_local: datetime
    ends_local: datetime | None = None


_SUBJECTS = {
    Answer.ACCEPTED: "Accepted",
    Answer.TENTATIVE: "Tentative",
    Answer.DECLINED: "Declined",
    Answer.COUNTER: "New time proposed",
}


def first_event(calendar: Calendar) -> Event:
    """Return the one event of an invitation; raises CannotAnswer."""
    for event in calendar.walk("VEVENT"):
        if isinstance(event, Event):
            return event
    raise CannotAnswer("This mail carries no calendar event.")


def answer_calendar(
    invitation: Calendar, mailbox: str, answer: Answer, *, now: datetime, comment: str = "", proposal: Proposal | None = None
) -> Calendar:
    """Return the calendar object of an answer: same UID and SEQUENCE, one ATTENDEE, a DTSTAMP of its own."""
    if str(invitation.get("METHOD", "")).upper() not in {"REQUEST", "ADD"}:
        raise CannotAnswer("Only an invitation can be answered.")
    asked = first_event(invitation)
    if "ORGANIZER" not in asked or "UID" not in asked:
        raise CannotAnswer("This invitation names no organiser to answer to.")
    reply = Calendar()
    reply.add("PRODID", PRODID)
    reply.add("VERSION", "2.0")
    reply.add("METHOD", "COUNTER" if answer is Answer.COUNTER else "REPLY")
    for zone in invitation.walk("VTIMEZONE"):
        reply.add_component(zone)
    event = Event()
    for name in ("UID", "SEQUENCE", "RECURRENCE-ID", "ORGANIZER", "SUMMARY", "DTSTART", "DTEND", "DURATION"):
        if name in asked:
            event[name] = asked[name]
    if "SEQUENCE" not in event:
        event.add("SEQUENCE", 0)
    event.add("DTSTAMP", now.astimezone(UTC).replace(microsecond=0))
    event["ATTENDEE"] = _attendee(asked, mailbox, answer)
    if answer is Answer.COUNTER:
        _move(event, proposal)
    if comment:
        event["COMMENT"] = vText(comment)
    reply.add_component(event)
    return reply


def _attendee(asked: Event, mailbox: str, answer: Answer) -> vCalAddress:
    partstat = "TENTATIVE" if answer is Answer.COUNTER else answer.value.upper()
    listed = asked.get("ATTENDEE", [])
    for attendee in listed if isinstance(listed, list) else [listed]:
        if str(attendee).lower() == f"mailto:{mailbox}".lower():
            answered = vCalAddress(str(attendee))
            answered.params.update({k: v for k, v in attendee.params.items() if k.upper() in {"CN", "ROLE", "CUTYPE"}})
            break
    else:
        answered = vCalAddress(f"mailto:{mailbox}")
    answered.params["PARTSTAT"] = partstat
    return answered


def _move(event: Event, proposal: Proposal | None) -> None:
    if proposal is None:
        raise CannotAnswer("Say which time would be better.")
    held: Any = event.get("DTSTART")
    if held is None or not isinstance(held.dt, datetime):
        raise CannotAnswer("This invitation has no time of day to move.")
    starts = proposal.starts_local.replace(tzinfo=held.dt.tzinfo)
    ends = starts + event.duration if proposal.ends_local is None else proposal.ends_local.replace(tzinfo=held.dt.tzinfo)
    if ends <= starts:
        raise CannotAnswer("The time proposed ends before it starts.")
    for name in ("DTSTART", "DTEND", "DURATION"):
        event.pop(name, None)
    for name, value in (("DTSTART", starts), ("DTEND", ends)):
        moved = vDatetime(value)
        if "TZID" in held.params:
            moved.params["TZID"] = held.params["TZID"]
        event[name] = moved


def organizer_of(invitation: Calendar) -> str:
    """Return the address that answers go to."""
    return str(first_event(invitation)["ORGANIZER"]).partition(":")[2]


def answer_mail(
    invitation: Calendar,
    calendar: Calendar,
    mailbox: str,
    answer: Answer,
    *,
    message_id: UUID,
    in_reply_to: str,
    comment: str,
    now: datetime,
) -> EmailMessage:
    """Return the mail around an answer: a line of text, and the calendar part that the machine reads."""
    mail = EmailMessage()
    mail["From"] = mailbox
    mail["To"] = organizer_of(invitation)
    mail["Subject"] = f"{_SUBJECTS[answer]}: {first_event(invitation).get('SUMMARY', 'Invitation')}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}@{mailbox.rpartition('@')[2] or 'localhost'}>"
    if in_reply_to:
        mail["In-Reply-To"] = in_reply_to
        mail["References"] = in_reply_to
    mail.set_content(comment or f"{_SUBJECTS[answer]}.")
    mail.make_mixed()
    part = EmailMessage()
    part.set_content(calendar.to_ical().decode("utf-8"), subtype="calendar", charset="utf-8", cte="base64")
    part.set_param("method", str(calendar["METHOD"]))
    mail.attach(part)
    return mail
