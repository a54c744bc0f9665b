"""A family's plan as its worker makes it at the desk, over the public API; what its members say comes from their own phones."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tests.support.journey import Family, Person
from tests.support.outside import Item, Outside, until


@dataclass
class Planned:
    """A family, its members by name, and its plan."""

    family: Family
    plan: Item = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the plan is."""
        return f"/v1/plans/{self.plan['id']}"

    async def do(self, path: str, body: Item | None = None) -> Item:
        """Do something as the worker."""
        return (await self.family.county.post("network", path, body, staff="amy")).ok()

    async def see(self, path: str) -> Item:
        """Look at something as the worker."""
        return (await self.family.county.get("network", path, staff="amy")).ok()

    async def knows(self, **people: Person) -> None:
        """Record that these members care, are willing to meet, and understand the concern."""
        case = f"/v1/cases/{self.family.case_id}"
        danger = {"kind": "danger", "text": "Rick drinks on weekends.", "impact": "The child may be alone with him."}
        statement = await self.do(f"{case}/statements", danger)
        roster = (await self.see(f"{case}/members"))["items"]
        told = {"statement_id": statement["id"], "statement_version": 1}
        for name, person in people.items():
            self.members[name] = next(each["id"] for each in roster if each["person_id"] == person.id)
            for quality, body in (("cares", {}), ("willing_to_meet", {}), ("understands_concern", told)):
                path = f"{case}/members/{self.members[name]}/qualities/{quality}"
                (await self.family.county.call("PUT", "network", path, body, staff="amy")).ok()

    async def draft(self, **plan: object) -> None:
        """Begin the plan."""
        words = {"monitoring": ["A call each Sunday."], "backup": ["Whoever finds nobody there calls."]}
        self.plan = await self.do(f"/v1/cases/{self.family.case_id}/plans", {"words": words, **plan})

    async def offer(
        self, name: str, times: Item, *, action: str, backups: tuple[str, ...] = (), commitment_class: str = "protective"
    ) -> str:
        """Ask somebody to take a part, and return which promise that is."""
        promise = {
            "member_id": self.members[name],
            "action": action,
            "place": "14 Elm Street",
            "commitment_class": commitment_class,
            "backups": [self.members[each] for each in backups],
            **times,
        }
        return str((await self.do(f"{self.path}/commitments", promise))["id"])

    async def begin(self) -> None:
        """Wait until everybody has said yes, record the mother's, and bring the plan into force; everybody has heard of it then."""
        await until(self.states, lambda states: set(states.values()) == {"accepted"})
        signed_on = self.plan["starts_on"]
        await self.do(f"{self.path}/agreements", {"name": "Dana", "capacity": "parent", "method": "wet", "signed_on": signed_on})
        assert (await self.do(f"{self.path}:activate"))["state"] == "active"
        await self.family.journey.outside.caught_up()

    async def state(self) -> str:
        """How the plan stands."""
        return str((await self.see(self.path))["state"])

    async def states(self) -> dict[str, str]:
        """How each promise stands."""
        return {each["id"]: each["state"] for each in (await self.see(f"{self.path}/commitments"))["items"]}

    async def asks(self) -> list[tuple[str, str]]:
        """Who was asked to step in, in order, and how each ask stands."""
        names = {member_id: name for name, member_id in self.members.items()}
        found = (await self.see(f"{self.path}/commitments"))["items"]
        return [(names[each["member_id"]], each["ask"]["state"]) for each in found if each["ask"]]

    async def gaps(self) -> list[Item]:
        """What lies open in the family."""
        items: list[Item] = (await self.see(f"/v1/gaps?case_id={self.family.case_id}"))["items"]
        return items

    async def left(self) -> list[tuple[datetime, datetime]]:
        """The stretches that nobody covers now."""
        return [
            (datetime.fromisoformat(part["starts_at"]), datetime.fromisoformat(part["ends_at"]))
            for gap in await self.gaps()
            for part in gap["left"]
        ]

    async def cover(self, begin: date, end: date) -> Item:
        """What the plan requires on these days, who protects, and what lies open."""
        return await self.see(f"{self.path}/coverage?begin={begin.isoformat()}&end={end.isoformat()}")

    async def turns(self, day: datetime) -> list[str]:
        """What became of the turns of a day, in order."""
        return [turn["state"] for turn in (await self.cover(day.date(), day.date()))["turns"]]


def times(starts: datetime, ends: datetime, repeats: str = "FREQ=WEEKLY") -> Item:
    """A recurring time as the API takes it."""
    local = [each.replace(tzinfo=None).isoformat(timespec="minutes") for each in (starts, ends)]
    return {"starts_local": local[0], "ends_local": local[1], "repeats": repeats}


async def texted_that(outside: Outside, person: Person, words: str, *, count: int = 1) -> Item:
    """Wait until a phone got so many texts with these words, and return the newest."""

    async def such() -> list[Item]:
        return [text for text in await outside.texts(person.phone) if words in text["body"]]

    return (await until(such, lambda texts: len(texts) >= count))[-1]


async def mailed_that(outside: Outside, person: Person, subject: str) -> Item:
    """Wait until a mailbox got a mail whose subject begins so, and return it."""

    async def such() -> list[Item]:
        return [mail for mail in await outside.mails(person.mailbox) if mail["subject"].startswith(subject)]

    return (await until(such, bool))[-1]
