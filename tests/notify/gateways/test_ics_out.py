"""Calendar objects that leave: golden files, the linter, and two parsers that share no code with the writer."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it has no stubs
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.gateways.content_lines import mailto
from services.notify.gateways.ics import CalendarEntry, Status, status_for, write_entry, write_feed
from services.notify.gateways.vtimezone import vtimezone
from shared.events.entries import Answer, Method, Turn
from shared.kernel.wall import at_wall, resolve, zone_names
from tests.support.icslint import lint, parse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

GOLDEN = Path(__file__).parents[2] / "golden"
LA = "America/Los_Angeles"
ZONES = [
    "America/Los_Angeles",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Anchorage",
    "America/Adak",
    "America/Puerto_Rico",
    "America/Indiana/Indianapolis",
    "America/Halifax",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "America/Nuuk",
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Australia/Brisbane",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Asia/Beirut",
    "Africa/Cairo",
    "Europe/Dublin",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Chisinau",
]


def an_entry(starts: str = "2027-03-04T10:00", *, minutes: int = 90, zone: str = LA, **facts: Any) -> CalendarEntry:
    starts_at = resolve(datetime.fromisoformat(starts), zone).instant
    ends_at = starts_at + timedelta(minutes=minutes)
    entry = CalendarEntry(
        uid="018f3b6c7d8e7f00a1b2c3d4e5f60718-0@alder.surround",
        sequence=0,
        status=Status.CONFIRMED,
        stamped_at=datetime(2027, 2, 20, 17, 30, tzinfo=UTC),
        starts_local=at_wall(starts_at, zone),
        ends_local=at_wall(ends_at, zone),
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=zone,
        summary="Meeting",
        description="Questions? Call 555-0100.",
        organizer="calendar+abcdefghijklmnopqrstuvwxyz@alder.example.org",
        organizer_name="Family Team Calendar",
        attendee="denise@example.org",
    )
    return replace(entry, **facts)


def a_series(
    starts: str, *, hours: int, count: int, rule: str, step: int = 7, zone: str = LA, excluded: tuple[int, ...] = (), **facts: Any
) -> CalendarEntry:
    """A promise that recurs: `step` days between its turns on the wall, those with the numbers `excluded` left out."""
    first = datetime.fromisoformat(starts)
    local = [first + timedelta(days=step * n) for n in range(count)]
    turns = tuple(
        Turn(
            starts_local=each,
            ends_local=each + timedelta(hours=hours),
            starts_at=resolve(each, zone).instant,
            ends_at=resolve(each + timedelta(hours=hours), zone).instant,
        )
        for n, each in enumerate(local)
        if n not in excluded
    )
    left_out = tuple(local[n] for n in excluded)
    start = an_entry(starts, minutes=60 * hours, zone=zone, summary="On my plan", attendee="kim@example.org")
    return replace(start, rule=rule, turns=turns, excluded=left_out, **facts)


KIM = a_series("2027-09-04T20:00", hours=12, count=4, rule="FREQ=WEEKLY;BYDAY=SA;UNTIL=20271001", answer=Answer.ACCEPTED)
OTIS = a_series("2027-10-23T22:00", hours=8, count=4, rule="FREQ=WEEKLY;BYDAY=SA;UNTIL=20271113", answer=Answer.ACCEPTED)

GOLDEN_OBJECTS = {
    "promise.ics": write_entry(KIM, Method.REQUEST),
    "promise_excused.ics": write_entry(replace(KIM, sequence=1, excluded=(KIM.turns[1].starts_local,)), Method.REQUEST),
    "promise_across_a_clock_change.ics": write_entry(OTIS, Method.REQUEST),
    "promise_ended.ics": write_entry(replace(KIM, sequence=2, status=Status.CANCELLED), Method.CANCEL),
    "promise_in_utc.ics": write_entry(
        a_series("2027-09-04T20:00", hours=12, count=3, rule="FREQ=WEEKLY", zone="Africa/Casablanca"), Method.REQUEST
    ),
    "promise_feed.ics": write_feed([KIM, replace(OTIS, uid="otis@alder.surround")], name="Calendar"),
    "invitation.ics": write_entry(an_entry(location="Community room, 12 Main St"), Method.REQUEST),
    "invitation_es.ics": write_entry(
        an_entry("2027-03-18T17:00", minutes=60, summary="Reunión", description="¿Preguntas? Llame al 555-0100.", language="es"),
        Method.REQUEST,
    ),
    "moved.ics": write_entry(an_entry("2027-03-15T10:00", sequence=1), Method.REQUEST),
    "answer_stands.ics": write_entry(an_entry(answer=Answer.ACCEPTED, required=False), Method.REQUEST),
    "cancelled.ics": write_entry(an_entry(sequence=2, status=Status.CANCELLED), Method.CANCEL),
    "removed.ics": write_entry(an_entry(sequence=2, status=Status.NONE), Method.CANCEL),
    "phoenix.ics": write_entry(an_entry(zone="America/Phoenix"), Method.REQUEST),
    "casablanca_in_utc.ics": write_entry(an_entry(zone="Africa/Casablanca"), Method.REQUEST),
    "feed.ics": write_feed(
        [
            an_entry("2027-11-07T09:00", uid="b@alder.surround"),
            an_entry(uid="a@alder.surround", sequence=3, status=Status.CANCELLED),
            an_entry("2027-07-01T09:00", uid="c@alder.surround", zone="America/New_York"),
        ],
        name="Calendar",
    ),
    "feed_empty.ics": write_feed([], name="Calendar"),
}


@pytest.mark.parametrize("name", sorted(GOLDEN_OBJECTS))
def test_the_bytes_are_exactly_these(name: str) -> None:
    assert GOLDEN_OBJECTS[name] == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.ics")), ids=lambda path: path.name)
def test_every_golden_object_is_clean(path: Path) -> None:
    assert lint(path.read_bytes()) == []


def expanded(data: bytes) -> list[tuple[datetime, datetime]]:
    """The instants of a calendar object as RFC 5545 gives them, reckoned by another library's rules."""
    found: dict[datetime, tuple[datetime, datetime]] = {}
    events: Any = icalendar.Calendar.from_ical(data).walk("VEVENT")
    for event in events:
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        length = end.astimezone(UTC) - start.astimezone(UTC)
        if "RECURRENCE-ID" in event:
            found[event["RECURRENCE-ID"].dt.astimezone(UTC)] = (start.astimezone(UTC), end.astimezone(UTC))
            continue
        rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)
        excluded = event.get("EXDATE", [])
        listed = excluded if isinstance(excluded, list) else [excluded]
        left_out = {each.dt.astimezone(UTC) for part in listed for each in part.dts}
        for at in (each.astimezone(UTC) for each in rule):
            if at not in left_out:
                found.setdefault(at, (at, at + length))
    return sorted(found.values())


@pytest.mark.parametrize(
    "entry",
    [
        KIM,
        OTIS,
        a_series("2027-03-06T22:00", hours=8, count=3, rule="FREQ=WEEKLY;BYDAY=SA;UNTIL=20270320"),
        a_series("2027-09-01T09:00", hours=2, count=30, rule="FREQ=DAILY;UNTIL=20270930", step=1, excluded=(3, 7)),
        a_series("2027-10-30T22:00", hours=8, count=10, rule="FREQ=DAILY;COUNT=10", step=1, excluded=(0, 7)),
        a_series("2027-09-04T20:00", hours=12, count=4, rule="FREQ=WEEKLY;UNTIL=20271001", zone="America/Phoenix"),
    ],
)
def test_another_library_reads_exactly_the_turns_that_were_promised(entry: CalendarEntry) -> None:
    data = write_entry(entry, Method.REQUEST)
    assert lint(data) == []
    assert expanded(data) == [(turn.starts_at, turn.ends_at) for turn in entry.turns]


def test_until_is_in_utc_and_lets_the_last_days_turn_begin() -> None:
    assert b"UNTIL=20271002T030000Z" in write_entry(KIM, Method.REQUEST)


def test_a_cancelled_series_is_cancelled_as_a_whole() -> None:
    data = write_entry(replace(OTIS, status=Status.CANCELLED, sequence=3), Method.CANCEL)
    assert b"RECURRENCE-ID" not in data
    assert lint(data) == []


TEXTS = st.text(max_size=300)
NASTY = st.sampled_from(
    [
        "a;b,c\\d\ne",
        "CFT\r\nATTENDEE:mailto:evil@example.net",
        'Bob";ROLE=CHAIR:mailto:evil@x',
        "家族会議" * 60,
        "x" * 73 + "🙂" * 20,
        "\u2028BEGIN:VEVENT\u2029",
        "\x00\x85\x0b",
        "^n^'^^",
        "\ud800",
        "ends with \\",
    ]
)
STARTS = st.integers(1_767_225_600, 1_893_456_000).map(lambda s: datetime.fromtimestamp(s - s % 60, UTC))


@st.composite
def entries(draw: st.DrawFn) -> CalendarEntry:
    zone = draw(st.sampled_from(ZONES))
    starts_at = draw(STARTS)
    ends_at = starts_at + timedelta(minutes=draw(st.integers(5, 600)))
    return an_entry(
        zone=zone,
        starts_at=starts_at,
        ends_at=ends_at,
        starts_local=at_wall(starts_at, zone),
        ends_local=at_wall(ends_at, zone),
        sequence=draw(st.integers(0, 9)),
        summary=draw(TEXTS | NASTY),
        description=draw(TEXTS | NASTY),
        location=draw(TEXTS | NASTY),
        organizer_name=draw(TEXTS | NASTY),
        required=draw(st.booleans()),
        answer=draw(st.sampled_from(Answer)),
    )


@settings(max_examples=150, deadline=None)
@given(entries(), st.sampled_from(["invitation", "cancelled", "removed", "feed"]))
def test_any_entry_in_any_form_is_clean_and_means_the_same_to_two_other_parsers(entry: CalendarEntry, form: str) -> None:
    method = Method.REQUEST if form == "invitation" else Method.CANCEL
    status = Status.CONFIRMED if form == "feed" else status_for(method, removed=form == "removed")
    told = replace(entry, status=status)
    data = write_feed([told], name=f"Calendar {entry.summary}") if form == "feed" else write_entry(told, method)
    assert lint(data) == []
    first: Any = icalendar.Calendar.from_ical(data).walk("VEVENT")[0]
    assert (first["DTSTART"].dt.astimezone(UTC), first["DTEND"].dt.astimezone(UTC)) == (entry.starts_at, entry.ends_at)
    second = next(vobject.readComponents(data.decode())).vevent
    assert second.uid.value == str(first["UID"]) == entry.uid
    assert second.dtstart.value.astimezone(UTC) == entry.starts_at
    assert second.dtend.value.astimezone(UTC) == entry.ends_at
    assert len(second.contents.get("attendee", [])) == (0 if form == "feed" else 1)


def test_text_survives_the_way_there_and_back() -> None:
    words = 'a;b,c\\d\ne: \\n ^ " 🙂'
    event = icalendar.Calendar.from_ical(write_entry(an_entry(summary=words, location=words), Method.REQUEST)).walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == str(event["LOCATION"]) == words


def test_a_line_cut_at_a_four_byte_character_keeps_it_whole() -> None:
    for padding in range(70, 76):
        words = "x" * padding + "🙂🙂"
        data = write_entry(an_entry(location=words), Method.REQUEST)
        assert lint(data) == []
        assert words in data.replace(b"\r\n ", b"").decode()


def test_the_same_facts_give_the_same_bytes_whatever_the_order() -> None:
    one, two = an_entry(uid="a@x"), an_entry("2027-06-01T09:00", uid="b@x")
    assert write_feed([one, two], name="Calendar") == write_feed([two, one], name="Calendar")


def test_the_second_time_round_in_the_autumn_fold_is_written_in_utc() -> None:
    data = write_entry(an_entry("2027-11-07T01:30", minutes=60), Method.REQUEST)
    assert b"DTSTART:20271107T083000Z\r\nDTEND:20271107T093000Z\r\n" in data
    assert lint(data) == []


def test_us_zones_carry_the_rules_of_2007() -> None:
    lines = b"\r\n".join(line.encode() for line in vtimezone(LA, 2027, 2027) or ())
    assert b"DTSTART:20070311T020000" in lines
    assert b"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU" in lines
    assert b"RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU" in lines


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_as_written_equals_the_zone_data_on_both_sides_of_every_change(zone: str) -> None:
    lines = vtimezone(zone, 2026, 2028)
    assert lines is not None
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    calendar = icalendar.Calendar.from_ical("\r\n".join([*head, *lines, "END:VCALENDAR"]) + "\r\n")
    zone_part: Any = calendar.walk("VTIMEZONE")[0]
    written = zone_part.to_tz(lookup_tzid=False)
    place = ZoneInfo(zone)
    for instant in moments_to_compare(place):
        local = instant.astimezone(place).replace(tzinfo=None)
        assert local.replace(tzinfo=written).utcoffset() == local.replace(tzinfo=place).utcoffset(), local


def moments_to_compare(place: ZoneInfo) -> Iterator[datetime]:
    """Noon of each day of three years, and the hours around each change, but for the doubled and missing ones themselves."""
    day = datetime(2026, 1, 1, 12, tzinfo=UTC)
    previous = day.astimezone(place).utcoffset()
    while day.year < 2029:
        yield day
        offset = day.astimezone(place).utcoffset()
        if offset != previous:
            yield from (
                day + timedelta(hours=hours) for hours in range(-48, 49) if not near_change(day + timedelta(hours=hours), place)
            )
        previous = offset
        day += timedelta(days=1)


def near_change(instant: datetime, place: ZoneInfo) -> bool:
    around = {(instant + timedelta(minutes=m)).astimezone(place).utcoffset() for m in (-70, 70)}
    return len(around) > 1


def test_every_zone_but_those_without_a_yearly_rule_can_be_written() -> None:
    assert {zone for zone in zone_names() if vtimezone(zone, 2027, 2027) is None} <= {"Africa/Casablanca", "Africa/El_Aaiun"}


def test_a_cancelled_meeting_stays_in_the_feed_and_frees_the_time() -> None:
    event = parse(write_feed([an_entry(status=Status.CANCELLED, sequence=4)], name="Calendar")).parts[1]
    assert (event.value("STATUS"), event.value("TRANSP"), event.value("SEQUENCE")) == ("CANCELLED", "TRANSPARENT", "4")


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": Status.CANCELLED},
        {"attendee": ""},
        {"attendee": "a@b.org,c@d.org"},
        {"attendee": "a@b.org\r\nX:1"},
        {"organizer": "nobody"},
        {"sequence": -1},
        {"uid": ""},
        {"uid": "x" * 256},
        {"ends_at": datetime(2027, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_could_not_be_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        write_entry(an_entry(**wrong), Method.REQUEST)


@pytest.mark.parametrize("address", ["a@b@c", "é@example.org", "a b@example.org", '"a"@x', "a@", "@b"])
def test_an_odd_address_becomes_no_calendar_address(address: str) -> None:
    with pytest.raises(ValueError, match="mail address"):
        mailto(address)


FAULTY = {
    "C1": GOLDEN_OBJECTS["invitation.ics"].replace(b"\r\n", b"\n"),
    "C2": GOLDEN_OBJECTS["invitation.ics"].replace(b"SUMMARY;LANGUAGE=en:Meeting", b"SUMMARY:" + b"x" * 90),
    "C6": GOLDEN_OBJECTS["invitation.ics"].replace(b"VERSION:2.0\r\n", b""),
    "C7": GOLDEN_OBJECTS["invitation.ics"].replace(b"DTSTAMP:20270220T173000Z\r\n", b""),
    "C8": GOLDEN_OBJECTS["invitation.ics"].replace(b":20270304T113000", b":20270304T093000"),
    "C11": GOLDEN_OBJECTS["casablanca_in_utc.ics"].replace(b"00Z\r\nDTEND", b"00\r\nDTEND"),
    "C12": GOLDEN_OBJECTS["invitation.ics"].replace(b"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", b"RDATE:20270314T020000"),
    "C16": GOLDEN_OBJECTS["invitation.ics"].replace(b"END:VEVENT", b"ATTENDEE;ROLE=CHAIR:mailto:x@example.org\r\nEND:VEVENT"),
    "C26b": GOLDEN_OBJECTS["removed.ics"].replace(b"END:VEVENT", b"STATUS:CONFIRMED\r\nEND:VEVENT"),
    "C30": GOLDEN_OBJECTS["invitation.ics"].replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED"),
    "C58": GOLDEN_OBJECTS["feed.ics"].replace(b"END:VEVENT", b"ATTENDEE:mailto:x@example.org\r\nEND:VEVENT"),
    "C66": GOLDEN_OBJECTS["invitation.ics"].replace(b"CLASS:PRIVATE\r\n", b""),
}


@pytest.mark.parametrize("rule", FAULTY)
def test_the_linter_finds_each_kind_of_fault(rule: str) -> None:
    assert any(fault.startswith(f"{rule}:") for fault in lint(FAULTY[rule]))
