"""What a member may see, reaching somebody safely, two people kept apart, and who moved whom: on a phone and at a desk."""

import re
import secrets
from datetime import datetime, time

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Walker
from tests.browser.test_friday_plan import a_family
from tests.support.journey import Journey, seat
from tests.support.outside import ZONE, until
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]


async def open_family(walker: Walker, title: str, name: str) -> str:
    """Sign in and open a family; return its address."""
    await walker.sign_in(name)
    await walker.page.get_by_role("link", name=title).last.click()
    await expect(walker.page.get_by_role("heading", name=title)).to_be_visible()
    return walker.page.url.partition("#")[0]


async def keep_apart(walker: Walker) -> None:
    """Keep the mother and Vin apart; open the rule."""
    page = walker.page
    await page.get_by_text("Keep two people apart").click()
    await page.locator("#person_a").select_option(index=2)
    await page.locator("#person_b").select_option(index=3)
    await page.locator("#reason").select_option("dv_safety")
    await page.get_by_role("button", name="Keep them apart").click()
    await page.get_by_role("link", name="What it does, letting it rest, lifting it").click()
    await expect(page.get_by_text("In force", exact=True)).to_be_visible()


async def let_it_rest(walker: Walker) -> None:
    """Let the rule rest through today, refused without a reason; then put it in force again."""
    page = walker.page
    await walker.look("kept apart")
    await page.get_by_role("button", name="Let it rest").click()
    await expect(page.get_by_role("alert")).to_contain_text("Say why it is safe")
    await walker.look("a rest without a reason")
    await page.get_by_label("Why it is safe").fill("Both asked for it.")
    await page.get_by_label("Through the end of").fill(str(await page.get_by_label("Through the end of").get_attribute("min")))
    await page.get_by_role("button", name="Let it rest").click()
    await expect(page.locator(".mark", has_text="Rests through")).to_be_visible()
    await walker.look("a rule that rests")
    await page.get_by_role("button", name="Put it in force again now").click()
    await expect(page.get_by_text("In force", exact=True)).to_be_visible()


async def reach_safely(walker: Walker) -> None:
    """Keep what to say, one safe way and who passes messages on for the mother: an adult, and not Vin."""
    page = walker.page
    await page.get_by_role("link", name=re.compile("Reaching them safely.*Nora")).click()
    await walker.look("reaching somebody safely")
    relays = await page.get_by_label("Who passes messages on").locator("option").all_inner_texts()
    assert not [one for one in relays if one.startswith(("Vin", "Nora", "Posy"))]
    await page.get_by_label("What to say if somebody else answers").fill("It's the dentist.")
    await page.locator("label", has_text="Phone calls").click()
    await page.get_by_label("From", exact=True).fill("20:30")
    await page.get_by_label("Who passes messages on").select_option(index=1)
    await page.get_by_role("button", name="Keep this").click()
    await expect(page.get_by_role("status")).to_contain_text("Kept.")
    await expect(page.get_by_label("What to say if somebody else answers")).to_have_value("It's the dentist.")
    await expect(page.get_by_label("From", exact=True)).to_have_value("20:30")
    await walker.look("reached safely")


async def add_a_number(walker: Walker) -> None:
    """Add a landline that the mother prefers, after one that is none; then take it off, which says first what follows."""
    page = walker.page
    await page.get_by_role("link", name=re.compile("Numbers and addresses.*Nora")).click()
    await page.get_by_label("It is", exact=True).select_option("voice")
    await page.get_by_label("The number or address").fill("916 555")
    await page.get_by_role("button", name="Add it").click()
    await expect(page.get_by_role("alert")).to_contain_text("Enter a US or Canadian number")
    await walker.look("a number that is none")
    await page.get_by_label("The number or address").fill("916 445 0199")
    await page.locator("label", has_text="They prefer this one").click()
    await page.get_by_role("button", name="Add it").click()
    await expect(page.get_by_role("status")).to_contain_text("Kept.")
    card = page.locator(".card", has_text="(916) 445-0199")
    await expect(card).to_contain_text("Preferred")
    await card.get_by_text("Take off").click()
    await expect(card.get_by_text("Nobody is asked to call it any more.")).to_be_visible()
    await walker.look("numbers and addresses")
    await card.get_by_role("button", name="Yes, take it off").click()
    await expect(card).to_have_count(0)


async def agree_on_a_word(walker: Walker) -> None:
    """Write down the child's signal for Ines and the mother, and let the mother know it in a second step."""
    page = walker.page
    await page.get_by_role("link", name=re.compile("Safe word or object.*Posy")).click()
    await walker.look("no safe word yet")
    await page.get_by_label("The word, or the object and where it stands").fill("The blue bear in the window.")
    for name in ("Ines", "Nora"):
        await page.locator("#knows label", has_text=name).click()
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_text("The blue bear in the window.")).to_be_visible()
    await walker.look("a safe word")
    await page.get_by_role("button", name="Let Nora").click()
    await expect(page.get_by_text("not before you let them")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
async def test_a_supervisor_looks_after_the_people_of_a_family(
    county_stack: Stack, window: OpenWindow, size: dict[str, int]
) -> None:
    title = f"The {secrets.token_hex(6)} family"
    await a_family(county_stack, title)
    async with window(viewport=size) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        family = await open_family(walker, title, "Sandra Okoye")
        await keep_apart(walker)
        await let_it_rest(walker)
        await page.goto(family)
        await reach_safely(walker)
        await page.goto(family)
        await add_a_number(walker)
        await page.goto(family)
        await agree_on_a_word(walker)
        await page.goto(family)
        await page.get_by_text("Change circle of Ines").click()
        await page.get_by_role("combobox", name="Circle of Ines").select_option("outer")
        await page.get_by_role("button", name="Change the circle of Ines").click()
        await expect(page.get_by_text("Moved from inner to outer by you")).to_be_visible()
        await walker.look("family with a move")
        await page.get_by_role("link", name="Change or take off Ines").click()
        await expect(page.get_by_text("From inner to outer, by you")).to_be_visible()
        await walker.look("how a member moved")
        await page.get_by_role("link", name="What they may see").click()
        await expect(page.get_by_role("heading", name="What Ines")).to_be_visible()
        await walker.look("what a member may see")
        await expect(page.get_by_text("They may know it.")).to_be_visible()
        said = await page.locator("main").inner_text()
        assert not [one for one in ("dentist", "blue bear") if one in said]
        assert walker.complaints == []


async def test_a_caseworker_asks_the_supervisor_who_sees_who_moved_a_member(county_stack: Stack, window: OpenWindow) -> None:
    title = f"The {secrets.token_hex(6)} family"
    await a_family(county_stack, title)
    async with window(java_script_enabled=False) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        await open_family(walker, title, "Omar Haddad")
        await page.get_by_text("Change circle of Ines").click()
        await page.get_by_role("combobox", name="Circle of Ines").select_option("outer")
        await page.get_by_role("button", name="Change the circle of Ines").click()
        await keep_apart(walker)
        await page.get_by_label("Why it is safe").fill("Both asked for it.")
        await page.get_by_label("Through the end of").fill(str(await page.get_by_label("Through the end of").get_attribute("max")))
        await page.get_by_role("button", name="Let it rest").click()
        await expect(page.get_by_role("alert")).to_contain_text("Only a supervisor")
        await expect(page.get_by_label("Why it is safe")).to_have_value("Both asked for it.")
    async with window(java_script_enabled=False) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        await open_family(walker, title, "Sandra Okoye")
        await expect(walker.page.get_by_text("Moved from inner to outer by Omar Haddad")).to_be_visible()


async def test_whoever_phones_is_led_to_the_relay_and_never_shown_the_other_number(journey: Journey, window: OpenWindow) -> None:
    today = (await journey.outside.daytime()).date()
    family = await journey.family()
    mia, ben = [await family.member(name, "aunt_uncle", landline=True) for name in ("Mia", "Ben")]
    ten = datetime.combine(family.county.workday(today, days=9), time(10), ZONE)
    async with window() as context:
        walker = Walker(await context.new_page(), journey.stack, [])
        page = walker.page
        await walker.sign_in("Amy Stone")
        await page.goto(f"{walker.portal}/families/{family.case_id}/people/{mia.id}/safe-contact")
        await page.get_by_label("Who passes messages on").select_option(ben.id)
        await page.get_by_role("button", name="Keep this").click()
        await expect(page.get_by_role("status")).to_contain_text("Kept.")
        await family.book(ten, seat(mia))
        calls = await until(
            lambda: family.county.open_calls(mia),
            lambda found: any(one["relay_person_id"] == ben.id for one in found),
        )
        call = calls[0]
        await page.goto(f"{walker.portal}/call-tasks")
        card = page.locator(f"#task-{call['id']}")
        await expect(card.get_by_text("Somebody passes messages on.")).to_contain_text(ben.given)
        numbers = [await one.get_attribute("href") for one in await card.locator("a[href^='tel:']").all()]
        assert numbers == [f"tel:{ben.landline}"]
        await walker.look("a call through somebody")
        assert walker.complaints == []
