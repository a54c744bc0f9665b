"""Replies that calendars send back: real ones, odd ones, hostile ones."""

import time
from datetime import UTC, datetime

import pytest

from services.notify.gateways.ics import ParsedReply, read_reply

STAMP = datetime(2026, 11, 22, tzinfo=UTC)


def a_reply(
    *lines: str,
    method: str = "REPLY",
    uid: str = "UID:one@alder.surround",
    attendee: str = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.org",
) -> str:
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//y//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        uid,
        "DTSTAMP:20261122T000000Z",
    ]
    return "\r\n".join([*head, attendee, *lines, "END:VEVENT", "END:VCALENDAR", ""])


ACCEPTED = ParsedReply(
    method="REPLY", uid="one@alder.surround", sequence=0, stamp=STAMP, attendee="ann@example.org", partstat="accepted"
)


def test_outlook_without_organizer_is_understood() -> None:
    assert read_reply(a_reply("SEQUENCE:0").encode()) == ACCEPTED


@pytest.mark.parametrize(
    "attendee",
    [
        "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Ann@Example.org",
        "ATTENDEE;RSVP;PARTSTAT=ACCEPTED:mailto:ann@example.org".replace("RSVP;", "RSVP=FALSE;"),
        'ATTENDEE;CN="Ann; or, so";PARTSTAT=ACCEPTED;X-NUM-GUESTS=0:mailto:ann@example.org',
        "ATTENDEE;PARTSTAT=accepted:mailto:ann@example.org",
        "ATTENDEE;PARTSTAT=ACCEPTED:\r\n mailto:ann@example.org",
    ],
)
def test_odd_but_honest_attendees_are_understood(attendee: str) -> None:
    assert read_reply(a_reply("SEQUENCE:0", attendee=attendee)) == ACCEPTED


@pytest.mark.parametrize("change", [str.upper, lambda text: text.replace("\r\n", "\n"), lambda text: "\ufeff\r\n" + text])
def test_lines_and_case_do_not_matter(change: object) -> None:
    text = change(a_reply("SEQUENCE:0"))  # type: ignore[operator]  # a function on text
    reply = read_reply(text)
    assert (reply.refused, reply.partstat, reply.attendee) == ("", "accepted", "ann@example.org")


def test_a_missing_sequence_or_stamp_is_not_guessed() -> None:
    reply = read_reply(a_reply().replace("DTSTAMP:20261122T000000Z\r\n", ""))
    assert (reply.sequence, reply.stamp, reply.refused) == (None, None, "")


def test_a_windows_zone_in_recurrence_id_is_read() -> None:
    reply = read_reply(a_reply("RECURRENCE-ID;TZID=Pacific Standard Time:20270304T100000"))
    assert reply.recurrence_id == datetime(2027, 3, 4, 18, tzinfo=UTC)


def test_delegation_names_who() -> None:
    attendee = 'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Ruth@example.org":mailto:ann@example.org'
    reply = read_reply(a_reply(attendee=attendee))
    assert (reply.partstat, reply.delegated_to) == ("delegated", "ruth@example.org")


def test_a_comment_is_kept_as_text() -> None:
    reply = read_reply(a_reply('COMMENT:I will bring "x"\\; call me\\, ok\\nBCC: evil\x07'))
    assert reply.comment == 'I will bring "x"; call me, ok\nBCC: evil'


def test_a_counter_carries_the_proposed_time() -> None:
    reply = read_reply(a_reply("DTSTART:20270305T180000Z", "DTEND:20270305T190000Z", method="COUNTER"))
    assert (reply.starts_at, reply.ends_at) == (datetime(2027, 3, 5, 18, tzinfo=UTC), datetime(2027, 3, 5, 19, tzinfo=UTC))


@pytest.mark.parametrize("times", [("DTSTART:20270305T180000",), ("DTSTART:20270305T180000Z", "DTEND:20270305T170000Z"), ()])
def test_half_a_proposal_is_none_and_no_error(times: tuple[str, ...]) -> None:
    reply = read_reply(a_reply(*times, method="COUNTER"))
    assert (reply.refused, reply.starts_at) == ("", None)


def test_an_unknown_answer_is_passed_on_as_said() -> None:
    assert read_reply(a_reply(attendee="ATTENDEE;PARTSTAT=MAYBE-SO:mailto:ann@example.org")).partstat == "maybe-so"


def test_refresh_is_a_question() -> None:
    assert read_reply(a_reply(method="REFRESH", attendee="ATTENDEE:mailto:ann@example.org")).method == "REFRESH"


REFUSED = {
    "negative sequence": (a_reply("SEQUENCE:-1"), "ics_invalid"),
    "huge sequence": (a_reply("SEQUENCE:99999999999"), "ics_invalid"),
    "word for a sequence": (a_reply("SEQUENCE:one"), "ics_invalid"),
    "no uid": (a_reply(uid="X-A:1"), "ics_invalid"),
    "two uids": (a_reply("UID:two"), "ics_invalid"),
    "long uid": (a_reply(uid="UID:" + "x" * 300), "ics_invalid"),
    "two attendees": (a_reply("ATTENDEE:mailto:bob@example.org"), "ics_invalid"),
    "no attendee": (a_reply(attendee="X-A:1"), "ics_invalid"),
    "odd partstat": (a_reply(attendee='ATTENDEE;PARTSTAT="A B":mailto:ann@example.org'), "partstat_unknown"),
    "request": (a_reply(method="REQUEST"), "method_not_allowed"),
    "cancel": (a_reply(method="CANCEL"), "method_not_allowed"),
    "no method": (a_reply().replace("METHOD:REPLY\r\n", ""), "ics_invalid"),
    "broken stamp": (a_reply().replace("20261122T000000Z", "yesterday"), "ics_invalid"),
    "floating instance": (a_reply("RECURRENCE-ID:20270304T100000"), "ics_invalid"),
    "nowhere zone": (a_reply("RECURRENCE-ID;TZID=Nowhere/Land:20270304T100000"), "ics_invalid"),
    "year 9999": (a_reply("RECURRENCE-ID:99991231T235959Z"), "ics_invalid"),
    "prose": ("hello world", "ics_invalid"),
    "nothing": ("", "ics_invalid"),
    "two calendars": (a_reply() + a_reply(), "ics_invalid"),
    "two events": (a_reply("END:VEVENT", "BEGIN:VEVENT", "UID:b"), "ics_invalid"),
    "todo": (a_reply().replace("VEVENT", "VTODO"), "ics_invalid"),
    "cut short": (a_reply()[:150], "ics_invalid"),
    "ten megabytes": ("BEGIN:VCALENDAR\r\n" + "x" * 10_000_000, "ics_too_complex"),
    "nested": ("BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 5_000 + "END:VEVENT\r\n" * 5_000, "ics_too_complex"),
    "deep": ("BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 10 + "END:VEVENT\r\n" * 10 + "END:VCALENDAR\r\n", "ics_too_complex"),
    "many attendees": (a_reply(*["ATTENDEE:mailto:a@b.c"] * 1_900), "ics_invalid"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_a_reply_is_refused_quickly_and_by_name(case: str) -> None:
    text, code = REFUSED[case]
    started = time.process_time()
    assert read_reply(text.encode()) == ParsedReply(refused=code)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "octets", [b"\x00" * 100, b"\xff\xfe\x00B", bytes(range(256)) * 20, b"BEGIN:VCALENDAR\rMETHOD:REPLY\rEND:VCALENDAR"]
)
def test_no_bytes_make_it_raise(octets: bytes) -> None:
    assert read_reply(octets).refused == "ics_invalid"
