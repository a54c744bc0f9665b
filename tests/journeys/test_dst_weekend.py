"""A meeting on the Monday after the clocks change: the same time of day everywhere, whatever the instants do (V7)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject

from tests.support.icslint import lint
from tests.support.journey import Journey, seat
from tests.support.outside import ZONE, calendar_part

pytestmark = pytest.mark.stack

PHOENIX = ZoneInfo("America/Phoenix")


def next_change(after: date) -> date:
    """Return the next Sunday on which the clocks change in California."""

    def offset(day: date) -> timedelta | None:
        return datetime.combine(day, time(0), ZONE).utcoffset()

    return next(day for day in (after + timedelta(days=n) for n in range(366)) if offset(day) != offset(day + timedelta(days=1)))


async def test_reminders_and_entries_keep_the_wall_time_over_the_change(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    fay = await family.member("Fay", "mother", mail=True)
    sunday = next_change((await outside.now()).astimezone(ZONE).date() + timedelta(days=20))
    monday = datetime.combine(sunday + timedelta(days=1), time(10), ZONE)
    meeting = await family.book(monday, seat(fay))

    # A week earlier, ten o'clock was another instant.
    assert monday.astimezone(UTC).hour != (monday - timedelta(days=7)).astimezone(UTC).hour
    assert datetime.fromisoformat((await meeting.read())["starts_at"]) == monday.astimezone(UTC)
    mail = (await outside.mails(fay.mailbox, count=1))[0]
    octets = calendar_part(await outside.raw(mail))
    assert lint(octets) == []
    event = vobject.readOne(octets.decode()).vevent
    assert event.dtstart.value.astimezone(UTC) == monday.astimezone(UTC)
    assert b"RRULE" in octets.partition(b"BEGIN:VEVENT")[0]
    assert "10:00 AM" in mail["text"]

    due = {item["kind"]: datetime.fromisoformat(item["due_at"]) for item in await meeting.messages(fay)}
    assert due["reminder_7d"] == monday - timedelta(days=7)
    assert due["reminder_2d"] == monday - timedelta(days=2)
    assert due["reminder_7d"].astimezone(ZONE).time() == due["reminder_2d"].astimezone(ZONE).time() == time(10)
    assert due["reminder_2h"].astimezone(UTC) == monday.astimezone(UTC) - timedelta(hours=2)


async def test_a_member_in_arizona_also_sees_their_own_time(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    gwen = await family.member("Gwen", "aunt_uncle", text="granted", time_zone="America/Phoenix")
    sunday = next_change((await outside.now()).astimezone(ZONE).date() + timedelta(days=20))
    mondays = [datetime.combine(sunday + timedelta(days=n), time(10), ZONE) for n in (1, -6)]
    in_summer, in_winter = sorted(mondays, key=lambda monday: monday.astimezone(PHOENIX).hour)
    assert (in_summer.astimezone(PHOENIX).hour, in_winter.astimezone(PHOENIX).hour) == (10, 11)

    await family.book(in_summer, seat(gwen))
    same = (await outside.texts(gwen.phone, count=1))[0]["body"]
    assert "10:00 AM" in same
    assert "your time" not in same
    await family.book(in_winter, seat(gwen))
    other = (await outside.texts(gwen.phone, count=2))[1]["body"]
    assert "10:00 AM (11:00 AM your time)" in other
