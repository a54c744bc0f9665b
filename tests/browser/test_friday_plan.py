"""A worker at five on a Friday, with three people who said yes and a phone in one hand: a plan that covers the weekend."""

import secrets
import time

import aiohttp
import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Walker
from tests.support.journey import County
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]
FIVE_MINUTES = 300
MOST_PAGES = 7
CHILD = "Posy"
NETWORK = (
    ("Nora", "mother", False),
    ("Vin", "other", True),
    ("Ines", "aunt_uncle", False),
    ("Otto", "neighbor", False),
    ("Ruth", "family_friend", False),
)
PROTECTING = ("Ines", "Otto", "Ruth")


async def a_family(stack: Stack, title: str) -> None:
    """Open a family of Omar's: a child, her mother, a caregiver of concern, and three who could protect."""
    async with aiohttp.ClientSession() as session:
        county = County(stack, "alder", session)
        mark = secrets.token_hex(3)
        case = (
            await county.post(
                "network",
                "/v1/cases",
                {"title": title, "time_zone": "America/Los_Angeles", "unit": "north", "assigned": ["omar"]},
            )
        ).ok()
        child = await a_person(county, CHILD, mark)
        (await county.post("network", f"/v1/cases/{case['id']}/children", {"person_id": child})).ok()
        for name, relationship, concern in NETWORK:
            standing = {
                "person_id": await a_person(county, name, mark),
                "relationship": relationship,
                "circle": "inner",
                "caregiver_of_concern": concern,
            }
            (await county.post("network", f"/v1/cases/{case['id']}/members", standing)).ok()


async def a_person(county: County, name: str, mark: str) -> str:
    """Register somebody."""
    facts = {
        "given_name": name,
        "family_name": f"F{mark}",
        "spoken_language": "en",
        "written_language": "en",
        "born_on": "2021-05-05" if name == CHILD else "1980-05-05",
        "contact_points": [{"channel": "email", "value": f"{name.lower()}.{mark}@example.org", "preferred": True}],
    }
    return str((await county.post("network", "/v1/people", facts)).ok()["id"])


async def say_when(walker: Walker) -> None:
    """Walk step 1: the proposals stand."""
    page = walker.page
    await expect(page.get_by_role("heading", name="Make a safety plan")).to_be_visible()
    await walker.look("what must be covered")
    await page.get_by_role("button", name="Go on: who can be there").click()


async def say_who(walker: Walker) -> None:
    """Walk step 2: three people; who is not to protect stands apart, with the reason."""
    page = walker.page
    await expect(page.get_by_text("Caregiver of concern. Can take steps of the plan")).to_be_visible()
    await walker.look("who can be there")
    for name in PROTECTING:
        await page.locator("label", has_text=name).click()
    await page.get_by_role("button", name="Go on: who takes which part").click()


async def share_out(walker: Walker) -> None:
    """Walk step 3: the parts are proposed; each person said yes here."""
    page = walker.page
    await expect(page.get_by_role("heading", name="Who takes which part?")).to_be_visible()
    await walker.look("who takes which part")
    for label in await page.get_by_text("They said yes here").all():
        await label.click()
    await page.get_by_role("button", name="Keep 3 parts and go on").click()


async def agree(walker: Walker) -> None:
    """Walk step 4: the worry in plain words, who understands it, and the mother's yes."""
    page = walker.page
    await expect(page.get_by_role("heading", name="What everyone agrees on")).to_be_visible()
    await walker.look("what everyone agrees on")
    await page.get_by_label("What may the caregiver do?").fill("Vin drinks on weekends and falls asleep while he cares for Posy.")
    await page.get_by_label("What may that do to the child?").fill("Posy could get hurt with nobody awake to help her.")
    for name in PROTECTING:
        await page.locator("#told label", has_text=name).click()
    await page.get_by_label("A parent or caregiver").select_option(index=1)
    await page.get_by_role("button", name="Go on: a last look").click()


async def begin(walker: Walker) -> None:
    """Walk step 5: nothing is missing; the plan begins."""
    page = walker.page
    await expect(page.get_by_role("heading", name="Nothing is missing")).to_be_visible()
    await walker.look("a last look")
    await page.get_by_role("button", name="Begin this plan").click()
    await expect(page.get_by_text("In force").first).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
async def test_a_weekend_plan_of_three_people_in_less_than_five_minutes(
    county_stack: Stack, window: OpenWindow, size: dict[str, int]
) -> None:
    title = f"The {secrets.token_hex(6)} family"
    await a_family(county_stack, title)
    async with window(viewport=size) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        pages: list[str] = []
        page.on("framenavigated", lambda frame: pages.append(frame.url))
        await walker.sign_in("Omar Haddad")
        began = time.monotonic()
        await page.get_by_role("link", name=title).last.click()
        await walker.look("family")
        await page.get_by_role("link", name="Make a safety plan").click()
        pages.clear()
        for step in (say_when, say_who, share_out, agree, begin):
            await step(walker)
        assert time.monotonic() - began < FIVE_MINUTES
        assert len(pages) <= MOST_PAGES
        await walker.look("plan in force")
        await expect(page.get_by_text("Nobody yet")).to_have_count(0)
        assert walker.complaints == []


async def test_a_plan_can_be_made_without_scripts(county_stack: Stack, window: OpenWindow) -> None:
    title = f"The {secrets.token_hex(6)} family"
    await a_family(county_stack, title)
    async with window(java_script_enabled=False, viewport={"width": 320, "height": 640}) as context:
        page = await context.new_page()
        walker = Walker(page, county_stack, [])
        await walker.sign_in("Omar Haddad")
        await page.get_by_role("link", name=title).last.click()
        await page.get_by_role("link", name="Make a safety plan").click()
        await page.get_by_role("button", name="Go on: who can be there").click()
        await page.locator("label", has_text="Ines").click()
        await page.get_by_role("button", name="Go on: who takes which part").click()
        await page.get_by_role("button", name="Keep 1 part and go on").click()
        await expect(page.get_by_role("link", name="Say whether Ines")).to_be_visible()
        await page.get_by_text("They said yes here").click()
        await page.get_by_role("button", name="Keep 1 part and go on").click()
        await page.get_by_role("link", name="Leave this for later").click()
        await expect(page.get_by_role("heading", name="What is still missing")).to_be_visible()
        await page.get_by_role("link", name="Call this plan off").click()
        await page.get_by_role("button", name="Call it off").click()
        await expect(page.get_by_text("Called off").first).to_be_visible()
