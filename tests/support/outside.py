"""The world outside Surround as a journey meets it: the mailboxes, phones and clock of the sandbox, waited for without sleeping."""

import asyncio
import smtplib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import aiohttp

from tests.support.rest import unfinished, unheard
from tests.support.stack import Stack

ZONE = ZoneInfo("America/Los_Angeles")
PATIENCE_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.1

Seen = TypeVar("Seen")
Item = dict[str, Any]


async def until(read: Callable[[], Awaitable[Seen]], holds: Callable[[Seen], bool], *, seconds: float = PATIENCE_SECONDS) -> Seen:
    """Read until a claim holds of what was read, and return that; fails with the last reading when the patience ends."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds(seen := await read()):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain; last seen: {seen}")
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return seen


def calendar_part(raw: bytes) -> bytes:
    """Return the octets of a mail's calendar part."""
    message = message_from_bytes(raw)
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


class Outside:
    """One sandbox over its JSON interface."""

    def __init__(self, stack: Stack, session: aiohttp.ClientSession) -> None:
        """Use a running county's sandbox."""
        self._stack = stack
        self._url = stack.url("sandbox")
        self._inbox: Mapping[str, Any] = stack.state["notify_inbox"]
        self._session = session

    async def _get(self, path: str, **query: str | int | float) -> Item:
        async with self._session.get(self._url + path, params=query) as answer:
            assert answer.status == 200, f"GET {path}: {answer.status} {await answer.text()}"
            read: Item = await answer.json()
            return read

    async def _post(self, path: str, body: Item) -> Item:
        async with self._session.post(self._url + path, json=body) as answer:
            assert answer.status == 200, f"POST {path}: {answer.status} {await answer.text()}"
            read: Item = await answer.json()
            return read

    # -- the clock, which all tests share and which only goes forward

    async def now(self) -> datetime:
        """The county's time."""
        return datetime.fromisoformat((await self._get("/api/clock"))["now"])

    async def move_to(self, instant: datetime) -> None:
        """Move the clock forward to an instant, once nothing is under way that the move would strand."""
        await self.caught_up()
        assert instant > await self.now(), "the clock that all tests share only goes forward"
        await self._post("/api/clock", {"to": instant.astimezone(UTC).isoformat()})

    async def daytime(self) -> datetime:
        """Make sure that it is day in California, when phones may sound for hours yet; return the time there."""
        local = (await self.now()).astimezone(ZONE)
        if not time(9) <= local.time() < time(16):
            day = local.date() + timedelta(days=local.time() >= time(9))
            await self.move_to(datetime.combine(day, time(9, 30), ZONE))
        return (await self.now()).astimezone(ZONE)

    # -- the county behind it

    async def heard(self) -> None:
        """Wait until every service has read all that the others announced."""
        await until(lambda: asyncio.to_thread(unheard, self._stack), lambda left: not left)

    async def caught_up(self, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until every fact is read, all that people said is understood, and nothing is due or on its way to them."""
        await until(lambda: asyncio.to_thread(unfinished, self._stack), lambda left: not left, seconds=seconds)

    # -- mail

    async def mails(self, mailbox: str, *, count: int = 0) -> list[Item]:
        """Return a mailbox's mail, oldest first, once there are `count` of them."""
        return await self._items({"mailbox": mailbox}, count, lambda mail: True)

    async def raw(self, mail: Item) -> bytes:
        """Return the bytes of a mail as they came."""
        async with self._session.get(f"{self._url}/api/mail/{mail['id']}/raw") as answer:
            assert answer.status == 200
            return await answer.read()

    async def entries(self, mailbox: str) -> list[Item]:
        """Return a mailbox's calendar."""
        items: list[Item] = (await self._get("/api/calendar", mailbox=mailbox))["items"]
        return items

    async def answer(self, mail: Item, answer: str, **more: str) -> None:
        """Press a button of an invitation: the reply travels by SMTP."""
        await self._post(f"/api/mail/{mail['id']}/reply", {"answer": answer, **more})

    async def post_mail(self, message: EmailMessage) -> None:
        """Bring a mail to Surround's inbox as another mail server would; its Message-ID makes it the same mail again."""

        def bring() -> None:
            with smtplib.SMTP(self._inbox["host"], self._inbox["port"], timeout=10) as server:
                server.send_message(message)

        await asyncio.to_thread(bring)

    # -- phones

    async def texts(self, phone: str, *, count: int = 0) -> list[Item]:
        """Return the texts that a phone got, oldest first, once there are `count` of them."""
        return await self._items({"phone": phone}, count, lambda text: text["direction"] == "out")

    async def text(self, phone: str, body: str, *, to: str = "", sid: str = "") -> None:
        """Text back from a phone, to whoever wrote last unless told otherwise; the same `sid` again is a second delivery."""
        await self._post(f"/api/phones/{phone}/reply", {"body": body, "to": to, "sid": sid})

    async def _items(self, whose: Mapping[str, str], count: int, wanted: Callable[[Item], bool]) -> list[Item]:
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        seen = -1
        while True:
            left = deadline - asyncio.get_running_loop().time()
            answer = await self._get("/api/wait", **whose, more_than=seen, seconds=max(left, 0.0))
            items = [item for item in answer["items"] if wanted(item)]
            if len(items) >= count:
                return items
            # The sandbox lets nobody wait as long as that; whoever it sent away asks again.
            assert answer["came"] or asyncio.get_running_loop().time() < deadline, (
                f"waited for {count} at {whose}, and there are {[(i.get('subject') or i.get('body')) for i in items]}"
            )
            seen = len(answer["items"])
