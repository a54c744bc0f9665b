"""A Saturday night that one person covers and two others may be asked about, made through the APIs, for walks in the browser."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email import message_from_bytes

from tests.support.journey import Family, Journey, Person
from tests.support.outside import ZONE, Item, until

ACTION, PLACE = "Sleep over with the children", "The blue house"


@dataclass
class Night:
    """A family whose Saturday night one person covers and two others may be asked about."""

    family: Family
    people: dict[str, Person]
    members: dict[str, str]
    plan: Item
    promise: str = ""

    async def do(self, path: str, body: Item | None = None) -> Item:
        """Do something as the worker does at the desk."""
        return (await self.family.county.post("network", path, body, staff="amy")).ok()

    async def states(self) -> dict[str, str]:
        """How each promise stands."""
        found = await self.family.county.get("network", f"/v1/plans/{self.plan['id']}/commitments", staff="amy")
        return {each["id"]: each["state"] for each in found.ok()["items"]}

    async def turn_states(self) -> dict[str, str]:
        """What became of each turn."""
        day = datetime.fromisoformat(self.plan["starts_on"])
        span = f"begin={day:%Y-%m-%d}&end={day + timedelta(days=14):%Y-%m-%d}"
        found = await self.family.county.get("network", f"/v1/plans/{self.plan['id']}/coverage?{span}", staff="amy")
        return {each["starts_at"]: "excused" if each["excused"] else each["state"] for each in found.ok()["turns"]}

    async def link(self, name: str, subject: str, *, count: int = 1) -> str:
        """Return the link in somebody's newest mail whose subject has these words, once there are `count` of them."""
        box, outside = self.people[name].mailbox, self.family.journey.outside
        mails = await until(lambda: outside.mails(box), lambda found: sum(subject in each["subject"] for each in found) >= count)
        mail = next(each for each in reversed(mails) if subject in each["subject"])
        text = next(part for part in message_from_bytes(await outside.raw(mail)).walk() if part.get_content_type() == "text/plain")
        payload = text.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found = re.search(r"https?://\S+/m/[A-Za-z0-9_-]+", payload.decode())
        assert found, mail
        return found[0]


async def a_night(journey: Journey) -> Night:
    """Offer Mia the Saturday nights of two weeks; Ben and Eva may be asked if she cannot."""
    local = await journey.outside.daytime()
    saturday = datetime.combine(local.date() + timedelta(days=(5 - local.weekday()) % 7 or 7), time(20), ZONE)
    family = await journey.family()
    people = {
        name: await family.member(name.title(), "aunt_uncle", mail=True, text="granted", language=language)
        for name, language in (("mia", "en"), ("ben", "en"), ("eva", "es"))
    }
    await family.child("Zoe")
    case = f"/v1/cases/{family.case_id}"
    roster = (await family.county.get("network", f"{case}/members", staff="amy")).ok()["items"]
    members = {name: next(each["id"] for each in roster if each["person_id"] == one.id) for name, one in people.items()}
    night = Night(family, people, members, {})
    danger = {"kind": "danger", "text": "Rick drinks on weekends.", "impact": "Zoe may be alone with him."}
    statement = await night.do(f"{case}/statements", danger)
    told = {"statement_id": statement["id"], "statement_version": 1}
    for member_id in members.values():
        for quality, body in (("cares", {}), ("willing_to_meet", {}), ("understands_concern", told)):
            (await family.county.call("PUT", "network", f"{case}/members/{member_id}/qualities/{quality}", body, staff="amy")).ok()
    times = {
        "starts_local": f"{saturday:%Y-%m-%dT%H:%M}",
        "ends_local": f"{saturday + timedelta(hours=12):%Y-%m-%dT%H:%M}",
        "repeats": "FREQ=WEEKLY",
    }
    night.plan = await night.do(
        f"{case}/plans",
        {
            "kind": "sdm_safety_plan",
            "starts_on": local.date().isoformat(),
            "ends_on": (local.date() + timedelta(days=21)).isoformat(),
            "words": {"monitoring": ["Amy calls."], "rules": ["Nobody drinks at home."], "shared_with_network": True},
            "windows": [times],
        },
    )
    promise = {"member_id": members["mia"], "action": ACTION, "place": PLACE, "commitment_class": "protective", **times}
    backups = [members["ben"], members["eva"]]
    night.promise = (await night.do(f"/v1/plans/{night.plan['id']}/commitments", {**promise, "backups": backups}))["id"]
    return night


async def begun(night: Night) -> None:
    """Bring the plan into force, and wait until everybody has heard of it."""
    path = f"/v1/plans/{night.plan['id']}"
    agreement = {"name": "Dana", "capacity": "parent", "method": "wet", "signed_on": night.plan["starts_on"]}
    await night.do(f"{path}/agreements", agreement)
    assert (await night.do(f"{path}:activate"))["state"] == "active"
    await night.family.journey.outside.caught_up()
