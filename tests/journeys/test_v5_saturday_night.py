"""Kim texts that she can't this Saturday, and without anyone touching a keyboard the night is covered (V5)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest

from tests.support.icslint import Part, events, lint, parse
from tests.support.journey import Journey, Person
from tests.support.outside import ZONE, Outside, calendar_part, until
from tests.support.planned import Planned, mailed_that, texted_that, times

pytestmark = pytest.mark.stack

THURSDAY, WITHIN_SECONDS = 3, 60.0


@dataclass
class Weekend:
    """A family whose weekend three people cover, the worker who is told, and the times of that weekend."""

    planned: Planned
    worker: Person
    saturday: datetime

    def at(self, hour: int, *, days: int = 0) -> datetime:
        """A time of the weekend, counted from Saturday."""
        return datetime.combine(self.saturday.date() + timedelta(days=days), time(hour), ZONE)


async def on_a_thursday(outside: Outside) -> datetime:
    """Let it be Thursday afternoon; return the Saturday that comes."""
    local = await outside.daytime()
    ahead = (THURSDAY - local.weekday()) % 7
    thursday = datetime.combine(local.date() + timedelta(days=ahead), time(16, 30), ZONE)
    await outside.move_to(thursday)
    return datetime.combine(thursday.date() + timedelta(days=2), time(0), ZONE)


async def a_covered_weekend(journey: Journey) -> tuple[Weekend, dict[str, Person]]:
    """Luis has Friday evening, Kim Saturday night, Abara Sunday; each of them said so in their own way."""
    outside = journey.outside
    saturday = await on_a_thursday(outside)
    staff_id = f"worker-{uuid4().hex[:12]}"
    worker = await journey.person("Omar", text="granted", staff_id=staff_id)
    family = await journey.family(assigned=("amy", staff_id))
    people = {
        "kim": await family.member("Kim", "aunt_uncle", text="granted"),
        "abara": await family.member("Abara", "neighbor", text="granted"),
        "luis": await family.member("Luis", "aunt_uncle", mail=True),
    }
    zoe = await family.child("Zoe")
    weekend = Weekend(Planned(family), worker, saturday)
    planned, at = weekend.planned, weekend.at
    await planned.knows(**people)
    await planned.draft(
        kind="sdm_safety_plan",
        starts_on=(saturday - timedelta(days=2)).date().isoformat(),
        ends_on=(saturday + timedelta(days=28)).date().isoformat(),
        windows=[times(at(18, days=-1), at(18, days=1))],
    )
    action = f"Sleep in the home with {zoe.given}"
    await planned.offer("luis", times(at(18, days=-1), at(20)), action=action)
    await planned.offer("kim", times(at(20), at(8, days=1)), action=action, backups=("abara", "luis"))
    await planned.offer("abara", times(at(8, days=1), at(18, days=1)), action=action)
    for name in ("kim", "abara"):
        await outside.texts(people[name].phone, count=1)
        await outside.text(people[name].phone, "1")
    await outside.answer((await outside.mails(people["luis"].mailbox, count=1))[0], "accepted")
    await planned.begin()
    return weekend, people


async def test_a_night_that_falls_open_is_covered_by_itself(journey: Journey) -> None:
    outside = journey.outside
    weekend, people = await a_covered_weekend(journey)
    kim, abara, luis, worker = people["kim"], people["abara"], people["luis"], weekend.worker
    planned = weekend.planned
    assert await planned.gaps() == []

    # V5-2: the first ask goes out within a minute of Kim's text.
    texted = await outside.now()
    await outside.text(kim.phone, "can't this Saturday")
    ask = await texted_that(outside, abara, "can you help Sat")
    assert (await outside.now() - texted).total_seconds() <= WITHIN_SECONDS
    assert "8:00 PM to Sun" in ask["body"]
    assert "Reply 1 yes, 2 no." in ask["body"]
    [gap] = await planned.gaps()
    assert await planned.left() == [(weekend.at(20).astimezone(UTC), weekend.at(8, days=1).astimezone(UTC))]
    assert (await planned.state(), await planned.asks()) == ("at_risk", [("abara", "sent")])
    [alert] = await outside.texts(worker.phone, count=1)
    assert alert["body"].endswith("a time on your calendar needs you. Please sign in.")
    await texted_that(outside, kim, "is off your plan. The rest stays.")

    # V5-3: saying it twice makes no second gap.
    await outside.text(kim.phone, "can't this Saturday")

    # V5-1: twelve hours, nine hours, none.
    await outside.text(abara.phone, "only until 11 pm")
    question = await mailed_that(outside, luis, "Can you help Sat")
    assert await planned.left() == [(weekend.at(23).astimezone(UTC), weekend.at(8, days=1).astimezone(UTC))]
    assert await planned.asks() == [("abara", "accepted_partial"), ("luis", "sent")]
    assert [each["id"] for each in await planned.gaps()] == [gap["id"]]

    # Nobody else is left when Luis has not answered: the worker hears it.
    await outside.move_to(await outside.now() + timedelta(minutes=31))
    assert [text["body"] for text in await outside.texts(worker.phone, count=2)] == [alert["body"]] * 2
    assert await planned.asks() == [("abara", "accepted_partial"), ("luis", "expired")]

    # On Friday morning he says yes after all.
    await outside.move_to(weekend.at(10, days=-1) + timedelta(minutes=10))
    await outside.answer(question, "accepted")
    await until(planned.gaps, lambda gaps: not gaps)
    assert (await planned.state(), await planned.asks()) == ("active", [("abara", "accepted_partial"), ("luis", "accepted")])

    # Saying it twice troubled nobody either: there is no call to make to Kim.
    await outside.caught_up()
    assert await journey.alder.open_calls(kim) == []

    # The calendars are right: the ask of each is at its next SEQUENCE, and Kim's Saturday is gone from hers.
    confirmed = await mailed_that(outside, luis, "On your plan: Sat")
    assert (confirmed["calendar"]["uid"], confirmed["calendar"]["sequence"]) == (question["calendar"]["uid"], 1)
    assert lint(calendar_part(await outside.raw(confirmed))) == []
    assert await feed(journey, luis) == [
        (weekend.at(18, days=-1), weekend.at(20), 1),
        (weekend.at(23), weekend.at(8, days=1), 1),
    ]
    assert await feed(journey, abara) == [
        (weekend.at(20), weekend.at(23), 1),
        (weekend.at(8, days=1), weekend.at(18, days=1), 1),
    ]
    saturday = f"{weekend.saturday:%Y%m%d}T200000"
    assert [each.value("EXDATE") for each in await entries(journey, kim)] == [saturday]
    assert await feed(journey, kim) == [(weekend.at(20), weekend.at(8, days=1), 2)]


async def test_a_backup_who_said_yes_keeps_a_part_and_takes_the_rest_again_while_nobody_has_it(journey: Journey) -> None:
    outside = journey.outside
    weekend, people = await a_covered_weekend(journey)
    kim, abara, luis, planned = people["kim"], people["abara"], people["luis"], weekend.planned
    sunday = (weekend.at(8, days=1), weekend.at(18, days=1), 1)
    await outside.text(kim.phone, "can't this Saturday")
    await texted_that(outside, abara, "can you help Sat")
    await outside.text(abara.phone, "1")
    await texted_that(outside, abara, "thank you. On your plan: Sat")
    assert (await planned.gaps(), await planned.asks()) == ([], [("abara", "accepted")])

    await outside.text(abara.phone, "only until 11 pm")
    told = await texted_that(outside, abara, "8:00 PM to 11:00 PM")
    assert "thank you. On your plan: Sat" in told["body"]
    await mailed_that(outside, luis, "Can you help Sat")
    assert await planned.left() == [(weekend.at(23).astimezone(UTC), weekend.at(8, days=1).astimezone(UTC))]
    assert (await planned.state(), await planned.asks()) == ("at_risk", [("abara", "accepted_partial"), ("luis", "sent")])
    await outside.caught_up()
    assert await feed(journey, abara) == [(weekend.at(20), weekend.at(23), 2), sunday]

    await outside.text(abara.phone, "1")
    await until(planned.gaps, lambda gaps: not gaps)
    assert (await planned.state(), await planned.asks()) == ("active", [("abara", "accepted"), ("luis", "covered")])
    await outside.caught_up()
    assert await feed(journey, abara) == [(weekend.at(20), weekend.at(8, days=1), 3), sunday]
    for person in (kim, abara):
        assert await journey.alder.open_calls(person) == [], "nobody has to phone"


async def entries(journey: Journey, person: Person) -> list[Part]:
    """What stands in somebody's own calendar, each series once."""
    url = (await journey.alder.post("notify", f"/v1/people/{person.id}/feeds")).ok()["url"]
    async with journey.session.get(url) as answer:
        assert answer.status == 200
        octets = await answer.read()
    assert lint(octets) == []
    return [each for each in events(parse(octets)) if not each.value("RECURRENCE-ID")]


async def feed(journey: Journey, person: Person) -> list[tuple[datetime, datetime, int]]:
    """When each of it begins and ends first, and at which SEQUENCE it is."""
    found = await entries(journey, person)
    return sorted((instant(each, "DTSTART"), instant(each, "DTEND"), int(each.value("SEQUENCE"))) for each in found)


def instant(event: Part, name: str) -> datetime:
    """A time of an entry, which names its zone."""
    return datetime.strptime(event.value(name), "%Y%m%dT%H%M%S").replace(tzinfo=ZONE)
