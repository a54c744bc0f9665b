"""The family's page and what hangs on it: circles moved by hand or by menu, a night that falls open, words, relatives, releases."""

import secrets

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Walker
from tests.browser.test_friday_plan import a_family, agree, begin, say_when, say_who, share_out
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]


async def open_family(walker: Walker, title: str) -> str:
    """Sign in as Omar and open a family; return its address."""
    await walker.sign_in("Omar Haddad")
    await walker.page.get_by_role("link", name=title).last.click()
    await expect(walker.page.get_by_role("heading", name=title)).to_be_visible()
    return walker.page.url.partition("#")[0]


async def test_a_name_is_dragged_to_another_circle_or_moved_by_the_menu(county_stack: Stack, window: OpenWindow) -> None:
    title = f"The {secrets.token_hex(6)} family"
    await a_family(county_stack, title)
    async with window(viewport=DESKTOP) as context:
        page = await context.new_page()
        walker = Walker(page, county_stack, [])
        await open_family(walker, title)
        # Before the script has come, the names only stand there.
        await expect(page.locator(".circles--drag")).to_be_visible()
        name = page.locator(".circles__name", has_text="Ruth")
        await name.scroll_into_view_if_needed()
        box, picture = await name.bounding_box(), await page.locator(".circles").bounding_box()
        assert box
        assert picture
        middle = picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2
        await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await page.mouse.down()
        await page.mouse.move(middle[0] + picture["width"] * 198 / 464, middle[1], steps=4)
        await page.mouse.up()
        await expect(page.get_by_role("heading", name="Outer circle")).to_be_visible()
        await page.get_by_text("Change circle of Ruth").click()
        await page.get_by_role("combobox", name="Circle of Ruth").select_option("middle")
        await page.get_by_role("button", name="Change the circle of Ruth").click()
        await expect(page.get_by_role("heading", name="Middle circle")).to_be_visible()
        await expect(page.get_by_role("heading", name="Outer circle")).to_have_count(0)


async def test_a_time_that_falls_open_is_seen_found_and_filled(county_stack: Stack, window: OpenWindow) -> None:
    title = f"The {secrets.token_hex(6)} family"
    await a_family(county_stack, title)
    async with window(viewport=PHONE) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        family = await open_family(walker, title)
        await page.get_by_role("link", name="Make a safety plan").click()
        for step in (say_when, say_who, share_out, agree, begin):
            await step(walker)
        await page.get_by_role("link", name="Record an answer of Ruth").click()
        await page.get_by_text("They take it back wholly").click()
        await page.get_by_role("button", name="Record it").click()
        await expect(page.get_by_text("In force, and time lies open")).to_be_visible()
        await walker.look("plan at risk")
        await page.goto(family)
        await walker.look("family at risk")
        await page.get_by_role("link", name="My families").first.click()
        await walker.look("board at risk")
        await (
            page.locator("section", has=page.get_by_role("heading", name="What lies open"))
            .locator("li", has_text=title)
            .get_by_role("link")
            .click()
        )
        await walker.look("gap")
        await page.get_by_role("link", name="Find somebody").first.click()
        await page.locator("label", has_text="Nora").click()
        await page.get_by_role("button", name="Go on: who takes which part").click()
        await page.get_by_text("They said yes here").click()
        await page.get_by_role("button", name="Keep 1 part and go on").click()
        await expect(page.get_by_text("In force", exact=True).first).to_be_visible()
        await page.goto(family)
        await expect(page.get_by_role("heading", name="What lies open")).to_have_count(0)
        assert walker.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
async def test_words_relatives_and_releases_are_written_down(county_stack: Stack, window: OpenWindow, size: dict[str, int]) -> None:
    title = f"The {secrets.token_hex(6)} family"
    await a_family(county_stack, title)
    async with window(viewport=size) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        family = await open_family(walker, title)
        await page.get_by_role("link", name="Shared words").click()
        await page.get_by_role("link", name="Write a statement").click()
        await walker.look("new statement")
        await page.get_by_label("What the caregiver did, or may do").fill("Vin drinks and falls asleep.")
        await page.get_by_label("What that did, or may do, to the child").fill("Posy could get hurt.")
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.get_by_text("Version 1")).to_be_visible()
        await page.locator("label", has_text="Ines").click()
        await page.get_by_role("button", name="Keep who was told").click()
        await walker.look("statement")
        await page.goto(f"{family}/words")
        for score in ("3", "6"):
            await page.get_by_text("Record an answer").click()
            await page.get_by_label("Whose answer").select_option(index=2)
            await page.get_by_role("spinbutton", name="From 0").fill(score)
            await page.get_by_role("button", name="Keep the answer").click()
        await expect(page.locator(".multiple")).to_have_count(1)
        await page.get_by_text("Write down Three Houses").click()
        await page.get_by_label("House of worries").fill("When they shout.")
        await page.get_by_role("button", name="Keep the child's words").first.click()
        await expect(page.get_by_text("When they shout.").first).to_be_visible()
        await page.get_by_text("Let a parent see it").click()
        await page.get_by_role("button", name="Let Nora").click()
        await expect(page.get_by_text("may see it")).to_be_visible()
        await page.get_by_text("Add a step").click()
        await page.locator("#owner_id").select_option(index=1)
        await page.get_by_label("What they will do differently").fill("Calls Ines before Vin drinks.")
        await page.get_by_role("button", name="Add the step").click()
        await expect(page.get_by_role("heading", name="Calls Ines before Vin drinks.")).to_be_visible()
        await walker.look("words")
        await page.goto(f"{family}/relatives")
        await page.get_by_text("We looked, and found nobody: School").click()
        school = page.locator("li.card", has=page.get_by_role("heading", name="School"))
        await school.get_by_label("Where did you look, and whom did you ask?").fill("Her preschool.")
        await school.get_by_role("button", name="Keep it").click()
        await expect(school.get_by_text("Her preschool.")).to_be_visible()
        await walker.look("relatives")
        await page.goto(f"{family}/releases")
        await page.get_by_label("Who signed").select_option(index=2)
        await page.locator("#covers label", has_text="Ines").click()
        await page.get_by_text("Education", exact=True).click()
        await page.get_by_role("button", name="Record the release").click()
        await expect(page.get_by_text("Holds")).to_be_visible()
        await walker.look("releases")
        assert walker.complaints == []
