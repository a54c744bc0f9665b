"""The page that a member opens from a message: all bytes that a browser fetches for it (DESIGN §9)."""

import asyncio
import re
from typing import Any
from urllib.parse import urljoin

import aiohttp

from tests.bench.parts.crowd import family_with_mailboxes, free_day, invite, journey_of
from tests.bench.parts.figures import figure
from tests.support.stack import Stack

GOAL_BYTES = 50_000
_FETCHED = re.compile(r"""<(?:link|script|img|source|iframe)\b[^>]*?\b(?:href|src)=["']([^"']+)["'][^>]*>""")
_NOT_FETCHED = re.compile(r"""\brel=["'](?:canonical|alternate|nofollow|me)["']""")
_OF_STYLES = re.compile(r"""url\(["']?([^"')]+)["']?\)""")
BROWSER = {"Accept-Encoding": "gzip, deflate, br", "Accept": "text/html,*/*"}


async def _fetch(session: aiohttp.ClientSession, url: str) -> tuple[int, int, str]:
    """Return the bytes on the wire, those of the text, and the text."""
    async with session.get(url, headers=BROWSER) as answer:
        assert answer.status == 200, f"{answer.status} {url}"
        wire = await answer.read()
    async with session.get(url, headers={"Accept": "text/html,*/*", "Accept-Encoding": "identity"}) as answer:
        plain = await answer.read()
    return len(wire), len(plain), plain.decode("utf-8", "replace")


async def _measure(county: Stack) -> tuple[int, int, int]:
    async with journey_of(county) as journey, aiohttp.ClientSession(auto_decompress=False) as session:
        family, (person,) = await family_with_mailboxes(journey, 1)
        place = {"name": "Alder Library", "address": "12 Main Street, Alder", "join_url": "https://meet.example.org/alder"}
        meeting = await invite(family, [person], await free_day(journey, days=50), place=place)
        await journey.outside.mails(person.mailbox, count=1)
        asked = await journey.alder.post("notify", f"/v1/people/{person.id}/links", {"meeting_id": meeting.id})
        todo, done = [asked.ok()["url"]], {}
        while todo:
            url = todo.pop()
            wire, plain, text = await _fetch(session, url)
            done[url] = (wire, plain)
            found = [m[1] for m in _FETCHED.finditer(text) if not _NOT_FETCHED.search(m[0])] + _OF_STYLES.findall(text)
            todo += {urljoin(url, each) for each in found if not each.startswith("data:")} - done.keys() - set(todo)
    return sum(wire for wire, _ in done.values()), sum(plain for _, plain in done.values()), len(done)


def measure(county: Stack) -> list[dict[str, Any]]:
    """Open one page, and what it names."""
    wire, plain, count = asyncio.run(_measure(county))
    name = f"member page with all that it names ({count} request{'s' if count > 1 else ''})"
    return [
        figure(f"{name}, as sent", wire, "bytes", digits=0, goal=f"<= {GOAL_BYTES:,} bytes", met=wire <= GOAL_BYTES),
        figure(f"{name}, unpacked", plain, "bytes", digits=0),
    ]
