"""The weekend the clock changes, in spring and in autumn: what was promised, when it is asked about, and what is said of it (V7).

A county of its own, for the clock that all other journeys share must not run ahead by a year. What a change of a zone's own rules
does (V7 c) is in `tests/network/domain/test_recurrence.py`.
"""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.conftest import walked
from tests.journeys.test_v5_saturday_night import instant
from tests.support import stack
from tests.support.icslint import Part, events, lint, parse
from tests.support.journey import Journey, Person, seat
from tests.support.outside import ZONE, Item, calendar_part
from tests.support.planned import Planned, mailed_that, texted_that, times
from tests.support.stack import Stack

pytestmark = pytest.mark.xdist_group("clock_change")

PHOENIX = ZoneInfo("America/Phoenix")
PAST_GAP, FIRST_OF_TWO = timedelta(hours=10, minutes=30), timedelta(hours=8, minutes=30)
"""How long after midnight in UTC it is half past two, shifted to half past three, and half past one, for the first time."""


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:busy@example.org
DTSTAMP:20270101T000000Z
{start}
{end}
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(scope="module")
def county() -> Iterator[Stack]:
    """A county whose clock goes through a whole year."""
    running = stack.start("--empty")
    yield running
    stack.stop(running)


@pytest.fixture
async def journey(county: Stack) -> AsyncIterator[Journey]:
    """A walk through this county."""
    async with walked(county) as walk:
        yield walk


def changes(after: date) -> Iterator[tuple[date, timedelta]]:
    """The Sundays on which the clocks change in California, and by how much."""
    for day in (after + timedelta(days=n) for n in range(800)):
        offsets = [datetime.combine(day + timedelta(days=n), time(0), ZONE).utcoffset() or timedelta(0) for n in (0, 1)]
        if offsets[0] != offsets[1]:
            yield day, offsets[1] - offsets[0]


async def year_of(journey: Journey) -> tuple[date, date]:
    """The next Sunday in spring that leaves four weeks to prepare for it, and the one in autumn after it."""
    found = list(changes((await journey.outside.now()).astimezone(ZONE).date() + timedelta(days=29)))
    spring = next(day for day, by in found if by > timedelta(0))
    return spring, next(day for day, by in found if day > spring)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def spans(turns: list[Item], commitment_id: str) -> list[tuple[datetime, datetime]]:
    """The instants of one promise's turns."""
    return [
        (datetime.fromisoformat(turn["starts_at"]), datetime.fromisoformat(turn["ends_at"]))
        for turn in turns
        if turn["commitment_id"] == commitment_id
    ]


async def page_of(journey: Journey, mail: Item) -> str:
    """The words of the page behind the personal link of a mail."""
    [link] = set(re.findall(r"https?://\S+/m/\S+", mail["text"]))
    async with journey.session.get(link) as answer:
        assert answer.status == 200
        return " ".join(re.sub(r"<[^>]+>", " ", await answer.text()).split())


async def feed(journey: Journey, person: Person) -> list[Part]:
    """What stands in somebody's own calendar."""
    url = (await journey.alder.post("notify", f"/v1/people/{person.id}/feeds")).ok()["url"]
    async with journey.session.get(url) as answer:
        octets = await answer.read()
    assert lint(octets) == []
    return events(parse(octets))


async def test_seven_hours_in_spring_and_nine_in_autumn(journey: Journey) -> None:
    outside = journey.outside
    spring, autumn = await year_of(journey)
    monday, saturday = spring - timedelta(days=27), spring - timedelta(days=22)
    await outside.move_to(local(monday, 9, 30))
    family = await journey.family()
    await family.child("Ivy")
    fay = await family.member("Fay", "mother", mail=True)
    otis = await family.member("Otis", "grandparent_maternal", mail=True)
    gwen = await family.member("Gwen", "aunt_uncle", text="granted")
    planned = Planned(family)
    await planned.knows(otis=otis, gwen=gwen)
    weekend = times(local(saturday, 22), local(saturday + timedelta(days=1), 10))
    ends_on = date(spring.year, 12, 31)
    await planned.draft(kind="ongoing", starts_on=monday.isoformat(), ends_on=ends_on.isoformat(), windows=[weekend])
    night = await planned.offer("otis", times(local(saturday, 22), local(saturday + timedelta(days=1), 6)), action="Stay the night")
    morning = times(local(saturday + timedelta(days=1), 6), local(saturday + timedelta(days=1), 10))
    breakfast = await planned.offer("gwen", morning, action="Make breakfast")
    tuesday, daily = monday + timedelta(days=1), "FREQ=DAILY"
    in_gap = await planned.offer(
        "otis", times(local(tuesday, 2, 30), local(tuesday, 2, 45), daily), action="Phone", commitment_class="supportive"
    )
    in_fold = await planned.offer(
        "otis", times(local(tuesday, 1, 30), local(tuesday, 1, 45), daily), action="Look in", commitment_class="supportive"
    )
    for mail in await outside.mails(otis.mailbox, count=3):
        await outside.answer(mail, "accepted")
    await texted_that(outside, gwen, "can you help")
    await outside.text(gwen.phone, "1")
    await planned.begin()
    await outside.move_to(local(saturday, 9, 30))
    meeting = await family.book(local(spring + timedelta(days=1), 10), seat(fay))

    # V7-1, V7-2: seven hours of a night, breakfast follows directly; V7 d): no false gap, no false overlap.
    seen = await planned.cover(spring - timedelta(days=1), spring)
    assert spans(seen["turns"], night) == [(utc(spring, 6), utc(spring, 13))]
    assert spans(seen["turns"], breakfast) == [(utc(spring, 13), utc(spring, 17))]
    assert [(one["starts_at"], one["ends_at"]) for one in seen["required"]] == [(stamp(utc(spring, 6)), stamp(utc(spring, 17)))]
    assert (seen["open"], seen["gaps"], await planned.gaps()) == ([], [], [])
    # V7-4: half past two does not exist.
    [shifted] = [turn for turn in seen["turns"] if turn["commitment_id"] == in_gap and turn["starts_local"] > spring.isoformat()]
    begins = utc(spring, 0) + PAST_GAP
    assert (shifted["starts_at"], shifted["starts_local"], shifted["shown_local"]) == (
        stamp(begins), f"{spring}T02:30", f"{spring}T03:30",
    )  # fmt: skip

    # V7-3, V7-8: nine hours in autumn, sixteen together.
    seen = await planned.cover(autumn - timedelta(days=1), autumn)
    assert spans(seen["turns"], night) == [(utc(autumn, 5), utc(autumn, 14))]
    assert spans(seen["turns"], breakfast) == [(utc(autumn, 14), utc(autumn, 18))]
    assert (seen["open"], seen["gaps"]) == ([], [])
    # V7-5: half past one comes twice and is meant once.
    first = utc(autumn, 0) + FIRST_OF_TWO
    of_sunday = [span for span in spans(seen["turns"], in_fold) if span[0].astimezone(ZONE).date() == autumn]
    assert of_sunday == [(first, first + timedelta(minutes=15))]

    # V7-6, V7-7: the meeting is at ten on the wall; its reminders go by the wall, but the last by elapsed time.
    starts = utc(spring + timedelta(days=1), 17)
    assert datetime.fromisoformat((await meeting.read())["starts_at"]) == starts
    assert local(spring - timedelta(days=6), 10).astimezone(UTC).hour == 18
    invitation = (await outside.mails(fay.mailbox, count=1))[0]
    due = {item["kind"]: datetime.fromisoformat(item["due_at"]) for item in await meeting.messages(fay)}
    assert due["reminder_2d"] == utc(spring - timedelta(days=1), 18)
    assert due["reminder_2h"] == starts - timedelta(hours=2) == local(spring + timedelta(days=1), 8)
    octets = calendar_part(await outside.raw(invitation))
    [entry] = events(parse(octets))
    assert lint(octets) == []
    assert (instant(entry, "DTSTART"), entry.value("DTSTART")[-6:]) == (starts, "100000")
    assert "10:00 AM" in invitation["text"]

    # His own calendar has the two odd nights at their own length.
    nights = [
        each for each in await feed(journey, otis) if each.value("DTSTART").endswith("T220000") and each.value("RECURRENCE-ID")
    ]
    lengths = {
        instant(each, "DTSTART").date(): instant(each, "DTEND").astimezone(UTC) - instant(each, "DTSTART").astimezone(UTC)
        for each in nights
    }
    assert lengths == {spring - timedelta(days=1): timedelta(hours=7), autumn - timedelta(days=1): timedelta(hours=9)}

    # The weekend itself, as it is told: on the wall that people see.
    await outside.move_to(local(spring - timedelta(days=1), 10) + timedelta(seconds=1))
    assert "10:00 AM" in (await mailed_that(outside, fay, "Reminder"))["text"]
    on_sunday = f"{spring:%a %b} {spring.day}"
    await outside.move_to(local(spring - timedelta(days=1), 20, 30) + timedelta(seconds=1))
    reminded = await mailed_that(outside, otis, f"Reminder: {on_sunday}, 3:30 AM")
    assert "3:30 AM to 3:45 AM" in reminded["text"]
    assert "3:30 AM (clock change) to 3:45 AM" in await page_of(journey, reminded)
    before = spring - timedelta(days=1)
    of_the_night = await mailed_that(outside, otis, f"Reminder: {before:%a %b} {before.day}, 10:00 PM")
    span = f"{before:%A, %B} {before.day}, {before.year}, 10:00 PM to {spring:%A, %B} {spring.day}, {spring.year}, 6:00 AM"
    assert span in " ".join(of_the_night["text"].split())

    # Nobody is asked how it went in their sleep; the first eight o'clock of summer time is 15:00 UTC.
    await outside.move_to(utc(spring, 15) + timedelta(seconds=1))
    await mailed_that(outside, otis, f"How did it go? {on_sunday}, 3:30 AM")
    await outside.move_to(starts - timedelta(hours=2) + timedelta(seconds=1))
    assert "10:00 AM" in (await mailed_that(outside, fay, "Soon: meeting Mon"))["text"]

    # In autumn he is asked about half past one once.
    await outside.move_to(local(autumn, 8) + timedelta(seconds=1))
    asked = f"How did it go? {autumn:%a %b} {autumn.day}, 1:30 AM"
    # More than a thousand messages fell due with the jump, and he is asked when their turn comes.
    await outside.caught_up(seconds=120)
    await mailed_that(outside, otis, asked)
    assert [mail["subject"] for mail in await outside.mails(otis.mailbox)].count(asked) == 1
    assert (await planned.gaps(), await planned.state()) == ([], "active")


async def test_a_calendar_whose_times_have_no_zone_is_not_guessed_at(journey: Journey) -> None:
    gwen = await journey.person("Gwen", mail=True)
    await journey.outside.heard()
    day = (await journey.outside.now()).astimezone(ZONE).date() + timedelta(days=3)
    floating = CALENDAR.format(start=f"DTSTART:{day:%Y%m%d}T100000", end=f"DTEND:{day:%Y%m%d}T110000")
    taken = (await journey.alder.post("meetings", f"/v1/people/{gwen.id}/calendars", {"ics": floating})).ok()
    assert (taken["state"], taken["reason"]) == ("feed_warning", "floating_time")


async def test_a_member_where_no_clock_changes_sees_both_times_only_where_they_differ(journey: Journey) -> None:
    outside = journey.outside
    spring, _ = await year_of(journey)
    family = await journey.family()
    gwen = await family.member("Gwen", "aunt_uncle", text="granted", time_zone="America/Phoenix")
    after, before = (local(spring + timedelta(days=days), 10) for days in (1, -6))
    assert (after.astimezone(PHOENIX).hour, before.astimezone(PHOENIX).hour) == (10, 11)
    await family.book(after, seat(gwen))
    same = (await outside.texts(gwen.phone, count=1))[0]["body"]
    assert "10:00 AM" in same
    assert "your time" not in same
    await family.book(before, seat(gwen))
    assert "10:00 AM (11:00 AM your time)" in (await outside.texts(gwen.phone, count=2))[1]["body"]


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
