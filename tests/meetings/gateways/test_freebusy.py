"""Busy times out of other people's calendars: what counts, what is passed over, and what is refused in time."""

from datetime import UTC, datetime

import pytest

from services.meetings.gateways.freebusy import BusyBlock, CalendarUnread, Reading, read_calendar
from shared.kernel.spans import Span

ZONE = "America/Los_Angeles"
MARCH = Span(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))


def a_calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\nUID:{n}\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


async def read(*events: str) -> Reading:
    return await read_calendar(a_calendar(*events), zone_name=ZONE, during=MARCH)


async def spans(*events: str) -> list[tuple[str, str]]:
    return [(f"{b.span.start:%m-%d %H:%M}", f"{b.span.end:%m-%d %H:%M}") for b in (await read(*events)).blocks]


TEN = "DTSTART:20270302T180000Z\nDTEND:20270302T190000Z"


async def test_an_event_is_busy_in_utc() -> None:
    assert await spans(TEN) == [("03-02 18:00", "03-02 19:00")]


@pytest.mark.parametrize("free", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
async def test_what_its_owner_calls_free_is_free(free: str) -> None:
    assert await spans(f"{TEN}\n{free}") == []


async def test_a_tentative_event_is_busy_but_softly() -> None:
    assert [block.hard for block in (await read(f"{TEN}\nSTATUS:TENTATIVE", TEN)).blocks] == [False, True]


async def test_who_declined_comes_along_so_that_the_owner_can_be_told_apart() -> None:
    found = await read(f"{TEN}\nATTENDEE;PARTSTAT=DECLINED:MAILTO:Ann@Example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.org")
    assert found.blocks == (
        BusyBlock(
            Span(datetime(2027, 3, 2, 18, tzinfo=UTC), datetime(2027, 3, 2, 19, tzinfo=UTC)), True, frozenset({"ann@example.org"})
        ),
    )


async def test_a_whole_day_is_busy_in_the_owners_zone() -> None:
    assert await spans("DTSTART;VALUE=DATE:20270302\nDTEND;VALUE=DATE:20270304") == [("03-02 08:00", "03-04 08:00")]


async def test_a_weekly_event_keeps_its_wall_time_over_the_clock_change() -> None:
    weekly = "DTSTART;TZID=America/Los_Angeles:20270302T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"
    starts = [start for start, _ in await spans(weekly)]
    assert starts == ["03-02 18:00", "03-09 18:00", "03-16 17:00", "03-23 17:00", "03-30 17:00"]


async def test_exceptions_and_moved_occurrences_are_honoured() -> None:
    series = "DTSTART:20270302T180000Z\nDTEND:20270302T190000Z\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20270303T180000Z"
    moved = "BEGIN:VEVENT\nUID:0\nRECURRENCE-ID:20270304T180000Z\nDTSTART:20270304T200000Z\nDTEND:20270304T210000Z\nEND:VEVENT"
    raw = a_calendar(series).replace(b"END:VCALENDAR", moved.replace("\n", "\r\n").encode() + b"\r\nEND:VCALENDAR")
    found = await read_calendar(raw, zone_name=ZONE, during=MARCH)
    assert [f"{block.span.start:%d %H}" for block in found.blocks] == ["02 18", "04 20", "05 18"]


async def test_a_windows_zone_is_understood() -> None:
    assert await spans("DTSTART;TZID=Pacific Standard Time:20270302T100000\nDURATION:PT30M") == [("03-02 18:00", "03-02 18:30")]


@pytest.mark.parametrize(
    ("event", "warning"),
    [
        ("DTSTART:20270302T100000\nDTEND:20270302T110000", "floating_time"),
        ("DTSTART:yesterday", "time_broken"),
        ("SUMMARY:no time at all", "time_missing"),
        ("DTSTART:20270302T180000Z\nRRULE:FREQ=DAILY;COUNT=1\nEXRULE:FREQ=DAILY", "exrule_passed_over"),
    ],
)
async def test_what_cannot_be_known_is_passed_over_and_said(event: str, warning: str) -> None:
    found = await read(event, "DTSTART:20270305T180000Z\nDURATION:PT1H")
    assert warning in found.warnings
    assert found.blocks[-1].span.start == datetime(2027, 3, 5, 18, tzinfo=UTC)


async def test_a_huge_count_is_read_as_far_as_the_window_goes() -> None:
    assert len(await spans("DTSTART:20260101T180000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1000000000")) == 31


async def test_a_rule_that_never_happens_leaves_its_first_day() -> None:
    during = Span(datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    raw = a_calendar("DTSTART:20260101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert len((await read_calendar(raw, zone_name=ZONE, during=during)).blocks) == 1


NESTED = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + b"BEGIN:VEVENT\r\n" * 50_000 + b"END:VEVENT\r\n" * 50_000
HOSTILE = {
    "seconds": (a_calendar("DTSTART:20270101T000000Z\nRRULE:FREQ=SECONDLY"), "recurrence_too_dense"),
    "minutes": (a_calendar("DTSTART:19700101T000000Z\nRRULE:FREQ=MINUTELY"), "recurrence_too_dense"),
    "every second of a day": (
        a_calendar("DTSTART:20270101T000000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE=0,1;BYSECOND=0,1"),
        "recurrence_too_dense",
    ),
    "no interval": (a_calendar("DTSTART:20270101T000000Z\nRRULE:FREQ=DAILY;INTERVAL=0"), "recurrence_invalid"),
    "folded": (a_calendar("DTSTART:20270101T000000Z\nRRULE:FREQ=SECO\n NDLY"), "recurrence_too_dense"),
    "nested": (NESTED + b"END:VCALENDAR\r\n", "ics_too_complex"),
    "large": (a_calendar("SUMMARY:" + "x" * 3_000_000), "ics_too_complex"),
    "many dates": (a_calendar("DTSTART:20270101T000000Z\nRDATE:" + ",".join(["20270102T000000Z"] * 100_000)), "ics_too_complex"),
    "unfinished": (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "ics_invalid"),
    "no calendar": (b"<!doctype html><title>Sign in</title>", "not_a_calendar"),
    "not utf-8": (b"BEGIN:VCALENDAR\r\nSUMMARY:\xff\xfe\r\nEND:VCALENDAR\r\n", "ics_invalid"),
    "empty": (b"", "not_a_calendar"),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_file_is_refused_by_name(kind: str) -> None:
    raw, code = HOSTILE[kind]
    with pytest.raises(CalendarUnread) as refused:
        await read_calendar(raw, zone_name=ZONE, during=MARCH)
    assert refused.value.reason == code


async def test_a_reader_that_takes_too_long_is_killed() -> None:
    year_one = a_calendar(*["DTSTART:00010101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"] * 50)
    with pytest.raises(CalendarUnread) as killed:
        await read_calendar(year_one, zone_name=ZONE, during=MARCH)
    assert killed.value.reason == "ics_too_complex"
