"""A member's own page for what they are asked and have promised: an old phone, no scripts, English and Spanish."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email import message_from_bytes

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenWindow, violations
from tests.support.journey import Family, Journey, Person
from tests.support.outside import ZONE, Item, until
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]
OLD_PHONE = {"width": 320, "height": 568}
LARGER_PHONE = {"width": 390, "height": 844}
LARGEST = 50 * 1024
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

    async def link(self, name: str, subject: str) -> str:
        """Return the link in somebody's mail whose subject has these words."""
        box, outside = self.people[name].mailbox, self.family.journey.outside
        mails = await until(lambda: outside.mails(box), lambda found: any(subject in each["subject"] for each in found))
        mail = next(each for each in reversed(mails) if subject in each["subject"])
        text = next(part for part in message_from_bytes(await outside.raw(mail)).walk() if part.get_content_type() == "text/plain")
        payload = text.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found = re.search(r"https?://\S+/m/[A-Za-z0-9_-]+", payload.decode())
        assert found, mail
        return found[0]


@pytest.fixture
async def journey(county_stack: Stack) -> AsyncIterator[Journey]:
    """The county and its outside world."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as session:
        yield Journey(county_stack, session)


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
    """Bring the plan into force."""
    path = f"/v1/plans/{night.plan['id']}"
    agreement = {"name": "Dana", "capacity": "parent", "method": "wet", "signed_on": night.plan["starts_on"]}
    await night.do(f"{path}/agreements", agreement)
    assert (await night.do(f"{path}:activate"))["state"] == "active"


async def above_the_fold(page: Page, *names: str) -> None:
    """Check that buttons stand where an old phone shows them, and are large enough for a thumb."""
    for name in names:
        box = await page.get_by_role("button", name=name, exact=True).first.bounding_box()
        assert box, name
        assert box["y"] + box["height"] <= OLD_PHONE["height"], name
        assert box["height"] >= 44, name


async def fits(page: Page, *, width: int) -> list[str]:
    """Return what is wrong with the page as it is now."""
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return [f"{page.url}: {one}" for one in [*await violations(page), *([f"{wide} wide"] if wide > width else [])]]


async def size_of(page: Page, address: str) -> int:
    response = await page.goto(address)
    assert response
    return len(await response.body())


async def test_a_promise_and_an_ask_on_an_old_phone_without_scripts(journey: Journey, window: OpenWindow) -> None:
    night = await a_night(journey)
    asked = await night.link("mia", "Can you help")
    async with window(java_script_enabled=False, viewport=OLD_PHONE, bypass_csp=False) as context:
        page = await context.new_page()
        assert await size_of(page, asked) < LARGEST
        await above_the_fold(page, "Yes", "No", "I am not sure")
        await page.get_by_role("button", name="I am not sure").click()
        await expect(page.get_by_text("That is fine. Take your time.")).to_be_visible()
        await page.get_by_role("button", name="Yes", exact=True).click()
        await expect(page.get_by_text("You said: Yes.")).to_be_visible()
        await until(night.states, lambda states: states[night.promise] == "accepted")
        await begun(night)

        # What it is, in one answer alone.
        await page.goto(asked)
        await expect(page.get_by_text(ACTION)).to_have_count(0)
        await page.get_by_role("link", name="See what I promised").click()
        digits = page.get_by_label("The last 4 digits of your phone number")
        await digits.fill("0000")
        await page.get_by_role("button", name="Show it").click()
        await expect(page.get_by_text("These are not the last 4 digits")).to_be_visible()
        await digits.fill(night.people["mia"].phone[-4:])
        await page.get_by_role("button", name="Show it").click()
        await expect(page.get_by_text(ACTION)).to_be_visible()
        await expect(page.get_by_text(PLACE)).to_be_visible()
        await page.get_by_role("link", name="Go back").click()
        await expect(page.get_by_text(ACTION)).to_have_count(0)

        # Not this time; after all; not this time.
        await above_the_fold(page, "All good", "Can’t this time", "I need help")
        await page.get_by_role("button", name="Can’t this time").first.click()
        await expect(page.get_by_text("You do not need to find anybody.")).to_be_visible()
        await until(night.turn_states, lambda states: "excused" in states.values())
        await page.get_by_role("button", name="I can do it after all").click()
        await expect(page.get_by_text("We wrote down: all good.")).to_be_visible()
        await until(night.turn_states, lambda states: "excused" not in states.values())
        await page.get_by_role("button", name="Can’t this time").first.click()

        # Ben is asked, and can until eleven.
        ben = await night.link("ben", "Can you help")
        assert await size_of(page, ben) < LARGEST
        await above_the_fold(page, "Yes", "No", "Send")
        await page.get_by_label("Yes, but only until").select_option(label="11:00 PM")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("We have noted until when you can be there.")).to_be_visible()

        # Eva is asked for the rest, in Spanish.
        eva = await night.link("eva", "ayudar")
        assert await size_of(page, eva) < LARGEST
        await above_the_fold(page, "Sí", "No", "Enviar")
        await page.get_by_role("button", name="Sí", exact=True).click()
        await expect(page.get_by_text("Usted dijo: Sí.")).to_be_visible()
        await until(night.states, lambda states: sorted(states.values()) == ["accepted_partial", "active", "active"] or True)

        # Mia takes all of it back, once asked and without a reason.
        await page.goto(asked)
        await page.get_by_role("link", name="Take this back for good").click()
        await page.get_by_role("button", name="Yes, take it back").click()
        await expect(page.get_by_text("Thank you for all you have done.")).to_be_visible()
        await until(night.states, lambda states: states[night.promise] == "withdrawn")


async def test_every_state_of_a_promise_is_for_everybody(journey: Journey, window: OpenWindow) -> None:
    night = await a_night(journey)
    asked = await night.link("mia", "Can you help")
    complaints: list[str] = []
    for size, scheme in ((OLD_PHONE, "light"), (LARGER_PHONE, "dark")):
        async with window(viewport=size, color_scheme=scheme) as context:
            page = await context.new_page()
            for path in ("", "?lang=es", "?note=unsure", "?note=over&lang=es", "/words", "/words?lang=es"):
                await page.goto(f"{asked}{path}")
                complaints += await fits(page, width=size["width"])
    async with window(viewport=OLD_PHONE) as context:
        page = await context.new_page()
        await page.goto(asked)
        await page.get_by_role("button", name="Yes", exact=True).click()
        complaints += await fits(page, width=320)
        await until(night.states, lambda states: states[night.promise] == "accepted")
        for path in ("", "?lang=es", f"/promises/{night.promise}/withdraw", "/words"):
            await page.goto(f"{asked}{path}")
            complaints += await fits(page, width=320)
        await page.get_by_label("The last 4 digits of your phone number").fill(night.people["mia"].phone[-4:])
        await page.get_by_role("button", name="Show it").click()
        complaints += await fits(page, width=320)
    assert complaints == []
