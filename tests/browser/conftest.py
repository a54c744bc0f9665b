"""A real Chromium on the real county; without one these tests are skipped, and say so."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.support.journey import Journey
from tests.support.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = 30_000
"""Milliseconds that a page is given to show something."""

expect.set_options(timeout=PATIENCE)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """Return where a Chromium is: on the path, or where playwright installed one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    installed = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "") or Path.home() / ".cache" / "ms-playwright")
    return next((str(path) for path in sorted(installed.glob("chromium-*/chrome-linux*/chrome"))), None)


@dataclass
class Walker:
    """One person at the portal with one browser window."""

    page: Page
    stack: Stack
    complaints: list[str]

    @property
    def portal(self) -> str:
        """The portal's address."""
        return self.stack.url("portal")

    async def sign_in(self, name: str, county: str = "Alder County") -> None:
        """Sign in at the sandbox's provider by choosing a name."""
        await self.page.goto(f"{self.portal}/")
        await self.page.get_by_text(county, exact=True).click()
        await self.page.get_by_role("button", name="Continue").click()
        await self.page.get_by_role("button", name=name).click()
        await self.page.wait_for_url(f"{self.portal}/")

    async def look(self, what: str) -> None:
        """Check the page as it is now: nothing for axe to complain about, nothing to scroll sideways for, a fit title."""
        await self.page.wait_for_load_state()
        wide = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.complaints.append(f"{what}: {wide} pixels too wide")
        self.complaints += [f"{what}: {one}" for one in await violations(self.page)]
        small = await self.page.evaluate(SMALL_TARGETS)
        self.complaints += [f"{what}: a target of {one}" for one in small]


SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, select, summary, input:not([type=hidden])')]
  .filter((one) => one.checkVisibility() && !one.closest('p, li, dd, .usa-sr-only') && !one.classList.contains('usa-skipnav'))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 1 && box.left >= 0 && (box.width < 24 || box.height < 24))
  .map(([one, box]) => `${Math.round(box.width)}x${Math.round(box.height)}: ${one.outerHTML.slice(0, 80)}`)"""


async def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page, once it is there."""
    await page.wait_for_load_state()
    found = await page.evaluate(
        """async ([source, rules]) => {
             if (!window.axe) (0, eval)(source);
             const result = await window.axe.run(document, {runOnly: rules});
             return result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
           }""",
        [AXE.read_text(encoding="utf-8"), list(AXE_RULES)],
    )
    return [str(one) for one in found]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium, started once."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


OpenWindow = Callable[..., AbstractAsyncContextManager[BrowserContext]]


@pytest.fixture
def window(chromium: Browser) -> OpenWindow:
    """Open a window. Scripts of ours may be looked into (axe), so the page's policy is set aside where axe runs."""

    @asynccontextmanager
    async def open_window(**options: Any) -> AsyncIterator[BrowserContext]:
        context = await chromium.new_context(**{"viewport": PHONE, "bypass_csp": True, **options})
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            await context.close()

    return open_window


@pytest.fixture
async def journey(county_stack: Stack) -> AsyncIterator[Journey]:
    """The county and its outside world."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as session:
        yield Journey(county_stack, session)


def meeting_of(url: str) -> str:
    """Return the meeting's id in an address."""
    found = re.search(r"mtg_[0-9a-f]{32}", url)
    assert found, url
    return found[0]
