"""A county administrator brings in a roster by hand: on a phone, at a desk, and without scripts."""

import secrets
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Walker
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]
PATIENCE = 60_000


def a_roster(folder: Path) -> Path:
    """Write a file of three people: one line is right, one lacks a language, one gives no real day."""
    mark = secrets.token_hex(4)
    path = folder / "people.csv"
    path.write_text(
        "external_id,given_name,family_name,spoken_language,born_on\r\n"
        f"{mark}-1,Ana,Imported,en,1980-05-05\r\n{mark}-2,Luis,Imported,,\r\n{mark}-3,Eve,Imported,en,1980-02-31\r\n",
        encoding="utf-8",
        newline="",
    )
    return path


def said_in(file: Path) -> str:
    """Return what a downloaded file says."""
    return file.read_text(encoding="utf-8")


async def tried(walker: Walker, file: Path) -> Page:
    """Sign in as the administrator and try a file."""
    page = walker.page
    await walker.sign_in("Ada Bright")
    await page.get_by_role("link", name="Rosters").click()
    await page.locator("label", has_text="Who they are").click()
    await page.get_by_label("The file").set_input_files(file)
    await page.get_by_role("button", name="Try it: nothing is changed").click()
    await expect(page.get_by_role("heading", name="What would become of its lines")).to_be_visible(timeout=PATIENCE)
    return page


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
async def test_a_roster_is_tried_looked_at_and_imported(
    county_stack: Stack, window: OpenWindow, size: dict[str, int], tmp_path: Path
) -> None:
    file = a_roster(tmp_path)
    async with window(viewport=size) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = await tried(walker, file)
        await walker.look("a trial")
        await expect(page.get_by_text("nothing was sent to anybody")).to_be_visible()
        await expect(page.get_by_role("row", name="Would be new 1")).to_be_visible()
        await expect(page.get_by_role("row", name="Rejected 2")).to_be_visible()
        await expect(page.get_by_role("row", name="4 born_on")).to_be_visible()
        async with page.expect_download() as report:
            await page.get_by_role("link", name="Download the whole report").click()
        assert "born_on" in said_in(await (await report.value).path())
        await page.get_by_role("link", name="Rosters").first.click()
        await walker.look("rosters")
        await page.get_by_role("link", name="Trial: people").first.click()
        await page.get_by_label("Choose the same file once more").set_input_files(file)
        await page.get_by_role("button", name="Import it").click()
        await expect(page.get_by_text("It is imported.")).to_be_visible(timeout=PATIENCE)
        await walker.look("an import")
        assert walker.complaints == []


async def test_a_roster_is_followed_without_scripts(county_stack: Stack, window: OpenWindow, tmp_path: Path) -> None:
    async with window(java_script_enabled=False) as context:
        page = await tried(Walker(await context.new_page(), county_stack, []), a_roster(tmp_path))
        await expect(page.get_by_text("This was a trial.")).to_be_visible()


async def test_who_may_not_import_finds_no_form(county_stack: Stack, window: OpenWindow) -> None:
    async with window() as context:
        walker = Walker(await context.new_page(), county_stack, [])
        await walker.sign_in("Omar Haddad")
        await walker.page.get_by_role("link", name="Rosters").click()
        await expect(walker.page.get_by_role("heading", name="You are not allowed to do this")).to_be_visible()
