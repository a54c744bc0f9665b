"""Kim texts that she can't this Saturday, and without anyone touching a keyboard the night is covered (V5)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.support.icslint import Part, events, lint, parse
from tests.support.journey import County, Family, Journey, Person
from tests.support.outside import ZONE, Item, Outside, calendar_part, until

pytestmark = pytest.mark.stack

THURSDAY, WITHIN_SECONDS = 3, 60.0


@dataclass
class Weekend:
    """A family with a plan in force whose weekend three people cover, the worker who holds it, and the plan's own times."""

    family: Family
    worker: Person
    saturday: datetime
    plan: Item
    members: dict[str, str] = field(default_factory=dict)
    promises: dict[str, str] = field(default_factory=dict)

    @property
    def county(self) -> County:
        return self.family.county

    @property
    def path(self) -> str:
        return f"/v1/plans/{self.plan['id']}"

    def at(self, hour: int, *, days: int = 0) -> datetime:
        """A time of the weekend, counted from Saturday."""
        return datetime.combine(self.saturday.date() + timedelta(days=days), time(hour), ZONE)

    async def do(self, path: str, body: Item | None = None) -> Item:
        """Do something as the worker does at the desk."""
        return (await self.county.post("network", path, body, staff="amy")).ok()

    async def gaps(self) -> list[Item]:
        """What lies open in the family."""
        found = (await self.county.get("network", f"/v1/gaps?case_id={self.family.case_id}", staff="amy")).ok()
        items: list[Item] = found["items"]
        return items

    async def left(self) -> list[tuple[datetime, datetime]]:
        """The stretches that nobody covers now."""
        return [
            (datetime.fromisoformat(part["starts_at"]), datetime.fromisoformat(part["ends_at"]))
            for gap in await self.gaps()
            for part in gap["left"]
        ]

    async def state(self) -> str:
        return str((await self.county.get("network", self.path, staff="amy")).ok()["state"])

    async def states(self) -> dict[str, str]:
        """How each promise stands."""
        found = (await self.county.get("network", f"{self.path}/commitments", staff="amy")).ok()
        return {each["id"]: each["state"] for each in found["items"]}

    async def asks(self) -> list[tuple[str, str]]:
        """Who was asked to step in, in order, and how each ask stands."""
        names = {member_id: name for name, member_id in self.members.items()}
        found = (await self.county.get("network", f"{self.path}/commitments", staff="amy")).ok()
        return [(names[each["member_id"]], each["ask"]["state"]) for each in found["items"] if each["ask"]]

    async def settled(self) -> None:
        """Wait until nothing about its promises is on its way, so that moving the clock strands nothing."""

        async def on_its_way() -> list[Item]:
            found: list[Item] = []
            for commitment_id in await self.states():
                sent = (await self.county.get("notify", f"/v1/messages?subject_id={commitment_id}", staff="amy")).ok()
                found += [each for each in sent["items"] if each["state"] in {"claimed", "sending"}]
            return found

        await until(on_its_way, lambda found: not found)

    async def offer(self, name: str, starts: datetime, ends: datetime, *, backups: tuple[str, ...] = ()) -> None:
        """Ask somebody to take a part."""
        promise = {
            "member_id": self.members[name],
            "action": f"Sleep in the home with {self.family.people[-1].given}",
            "place": "14 Elm Street",
            "commitment_class": "protective",
            **every_week(starts, ends),
            "backups": [self.members[each] for each in backups],
        }
        self.promises[name] = (await self.do(f"{self.path}/commitments", promise))["id"]


def every_week(starts: datetime, ends: datetime) -> Item:
    """Times of a week, as the API takes them."""
    local = [each.replace(tzinfo=None).isoformat(timespec="minutes") for each in (starts, ends)]
    return {"starts_local": local[0], "ends_local": local[1], "repeats": "FREQ=WEEKLY"}


async def on_a_thursday(outside: Outside) -> datetime:
    """Let it be Thursday afternoon; return the Saturday that comes."""
    local = await outside.daytime()
    ahead = (THURSDAY - local.weekday()) % 7
    thursday = datetime.combine(local.date() + timedelta(days=ahead), time(16, 30), ZONE)
    await outside.move_to(thursday)
    return datetime.combine(thursday.date() + timedelta(days=2), time(0), ZONE)


async def a_covered_weekend(journey: Journey) -> tuple[Weekend, dict[str, Person]]:
    """Luis has Friday evening, Kim Saturday night, Abara Sunday; each of them said so in their own way."""
    saturday = await on_a_thursday(journey.outside)
    worker = await journey.person("Omar", text="granted", staff_id=f"worker-{saturday:%Y%m%d}-{id(journey)}")
    staff_id = (await journey.alder.get("network", f"/v1/people/{worker.id}")).ok()["staff_id"]
    family = await journey.family(assigned=("amy", staff_id))
    people = {
        "kim": await family.member("Kim", "aunt_uncle", text="granted"),
        "abara": await family.member("Abara", "neighbor", text="granted"),
        "luis": await family.member("Luis", "aunt_uncle", mail=True),
    }
    await family.child("Zoe")
    case = f"/v1/cases/{family.case_id}"
    weekend = Weekend(family, worker, saturday, {})
    danger = {"kind": "danger", "text": "Rick drinks on weekends.", "impact": "Zoe may be alone with him."}
    statement = await weekend.do(f"{case}/statements", danger)
    roster = (await family.county.get("network", f"{case}/members", staff="amy")).ok()["items"]
    for name, person in people.items():
        member_id = next(each["id"] for each in roster if each["person_id"] == person.id)
        weekend.members[name] = member_id
        told = {"statement_id": statement["id"], "statement_version": 1}
        for quality, body in (("cares", {}), ("willing_to_meet", {}), ("understands_concern", told)):
            path = f"{case}/members/{member_id}/qualities/{quality}"
            (await family.county.call("PUT", "network", path, body, staff="amy")).ok()
    thursday = saturday - timedelta(days=2)
    weekend.plan = await weekend.do(
        f"{case}/plans",
        {
            "kind": "sdm_safety_plan",
            "starts_on": thursday.date().isoformat(),
            "ends_on": (thursday + timedelta(days=30)).date().isoformat(),
            "words": {"monitoring": ["Omar calls each Sunday."]},
            "windows": [every_week(weekend.at(18, days=-1), weekend.at(18, days=1))],
        },
    )
    await weekend.offer("luis", weekend.at(18, days=-1), weekend.at(20))
    await weekend.offer("kim", weekend.at(20), weekend.at(8, days=1), backups=("abara", "luis"))
    await weekend.offer("abara", weekend.at(8, days=1), weekend.at(18, days=1))
    for name in ("kim", "abara"):
        await journey.outside.texts(people[name].phone, count=1)
        await journey.outside.text(people[name].phone, "1")
    await journey.outside.answer((await journey.outside.mails(people["luis"].mailbox, count=1))[0], "accepted")
    await until(weekend.states, lambda states: set(states.values()) == {"accepted"})
    agreement = {"name": "Dana", "capacity": "parent", "method": "wet", "signed_on": thursday.date().isoformat()}
    await weekend.do(f"{weekend.path}/agreements", agreement)
    assert (await weekend.do(f"{weekend.path}:activate"))["state"] == "active"
    return weekend, people


async def test_a_night_that_falls_open_is_covered_by_itself(journey: Journey) -> None:
    outside = journey.outside
    weekend, people = await a_covered_weekend(journey)
    kim, abara, luis, worker = people["kim"], people["abara"], people["luis"], weekend.worker
    assert await weekend.gaps() == []

    # V5-2: the first ask goes out within a minute of Kim's text.
    texted = await outside.now()
    await outside.text(kim.phone, "can't this Saturday")
    ask = await texted_that(outside, abara, "can you help Sat")
    assert (await outside.now() - texted).total_seconds() <= WITHIN_SECONDS
    assert "8:00 PM to Sun" in ask["body"]
    assert "Reply 1 yes, 2 no." in ask["body"]
    [gap] = await weekend.gaps()
    assert await weekend.left() == [(weekend.at(20).astimezone(UTC), weekend.at(8, days=1).astimezone(UTC))]
    assert (await weekend.state(), await weekend.asks()) == ("at_risk", [("abara", "sent")])
    [alert] = await outside.texts(worker.phone, count=1)
    assert alert["body"].endswith("a time on your calendar needs you. Please sign in.")
    await texted_that(outside, kim, "is off your plan. The rest stays.")

    # V5-3: saying it twice makes no second gap.
    await outside.text(kim.phone, "can't this Saturday")

    # V5-1: twelve hours, nine hours, none.
    await outside.text(abara.phone, "only until 11 pm")
    question = await mailed_that(outside, luis, "Can you help Sat")
    assert await weekend.left() == [(weekend.at(23).astimezone(UTC), weekend.at(8, days=1).astimezone(UTC))]
    assert await weekend.asks() == [("abara", "accepted_partial"), ("luis", "sent")]
    assert [each["id"] for each in await weekend.gaps()] == [gap["id"]]

    # Nobody else is left when Luis has not answered: the worker hears it.
    await weekend.settled()
    await outside.move_to(await outside.now() + timedelta(minutes=31))
    assert [text["body"] for text in await outside.texts(worker.phone, count=2)] == [alert["body"]] * 2
    assert await weekend.asks() == [("abara", "accepted_partial"), ("luis", "expired")]

    # On Friday morning he says yes after all.
    await weekend.settled()
    await outside.move_to(weekend.at(10, days=-1) + timedelta(minutes=10))
    await outside.answer(question, "accepted")
    await until(weekend.gaps, lambda gaps: not gaps)
    assert (await weekend.state(), await weekend.asks()) == ("active", [("abara", "accepted_partial"), ("luis", "accepted")])

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


async def texted_that(outside: Outside, person: Person, words: str) -> Item:
    """Wait until a phone got a text with these words, and return it."""
    texts = await until(lambda: outside.texts(person.phone), lambda texts: any(words in text["body"] for text in texts))
    return next(text for text in texts if words in text["body"])


async def mailed_that(outside: Outside, person: Person, subject: str) -> Item:
    """Wait until a mailbox got a mail whose subject begins so, and return it."""
    mails = await until(
        lambda: outside.mails(person.mailbox), lambda mails: any(mail["subject"].startswith(subject) for mail in mails)
    )
    return next(mail for mail in mails if mail["subject"].startswith(subject))


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
