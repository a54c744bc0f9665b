"""Refusals on record (API U6): who was turned away, from what, how often.

A 401, a 403, and a 404 about a record that is there leave an entry in the audit of the caller's county; those of callers whom
nobody vouches for go into a chain of their own, that of no county. The first of its kind is written at once, but behind the answer,
so that its time tells nothing. What repeats within a window is counted in memory and written once when the window closes, with its
number: a flood costs as few rows as a trickle, and the audit stays append-only. A process that is killed loses one window's counts.
"""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from aiohttp import web

from shared import logs
from shared.db.audit import Entry
from shared.db.unit import Actor, Units

WINDOW_SECONDS = 300.0
MOST_OF_ONE = 20
"""So many different refusals of one caller have entries of their own in a window; the rest are counted together."""
MOST_OF_ALL = 1000

NOBODY = Actor("nobody", "")
MANY = Actor("nobody", "many")
NO_RECORD = UUID(int=0)

log = logs.get()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What makes two refusals the same. Its code stays out: "protective_order_stands" would tell a reason."""

    county_id: UUID
    actor: Actor
    route: str
    status: int
    subject_kind: str = "route"
    subject_id: UUID = NO_RECORD

    @property
    def of_its_caller(self) -> "Refusal":
        """The same, whatever it was about."""
        return replace(self, route="many", subject_kind="route", subject_id=NO_RECORD)

    @property
    def of_anybody(self) -> "Refusal":
        """The same, whoever it was."""
        return replace(self.of_its_caller, actor=MANY)


class Refusals:
    """One application's refusals: noted without waiting, written by `run`."""

    def __init__(self, units: Units, *, window: float = WINDOW_SECONDS) -> None:
        """Write with these units."""
        self._units = units
        self._window = window
        self._repeats: dict[Refusal, int] = {}
        self._of_one: Counter[tuple[UUID, Actor]] = Counter()
        self._unwritten: list[tuple[Refusal, str, int]] = []
        self._wake = asyncio.Event()
        self._stopping = False

    def note(self, refusal: Refusal, *, request_id: str) -> None:
        """Put a refusal on record soon."""
        kept = self._place_of(refusal)
        if kept in self._repeats:
            self._repeats[kept] += 1
            return
        self._repeats[kept] = 0
        self._of_one[kept.county_id, kept.actor] += 1
        self._unwritten.append((kept, request_id, 1))
        self._wake.set()

    def _place_of(self, refusal: Refusal) -> Refusal:
        """Return under what a refusal counts: as itself while there is room, then with its caller's others, then with all."""
        theirs = self._of_one[refusal.county_id, refusal.actor]
        if refusal in self._repeats or (theirs < MOST_OF_ONE and len(self._repeats) < MOST_OF_ALL):
            return refusal
        caller = refusal.of_its_caller
        return caller if caller in self._repeats or len(self._repeats) < 2 * MOST_OF_ALL else refusal.of_anybody

    async def run(self) -> None:
        """Write what was noted until told to stop, and then the rest."""
        loop = asyncio.get_running_loop()
        closes = loop.time() + self._window
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(closes):
                    await self._wake.wait()
            self._wake.clear()
            if loop.time() >= closes:
                self._close_window()
                closes = loop.time() + self._window
            await self._write()
        self._close_window()
        await self._write()

    def stop(self) -> None:
        """Let `run` come to its end; a cancelled one could write what it has just written once more."""
        self._stopping = True
        self._wake.set()

    def _close_window(self) -> None:
        self._unwritten += [(refusal, "", number) for refusal, number in self._repeats.items() if number]
        self._repeats.clear()
        self._of_one.clear()

    async def _write(self) -> None:
        """Write what waits, a transaction a county. What cannot be written now waits for the next time, within bounds."""
        waiting, self._unwritten = self._unwritten, []
        by_county: dict[UUID, list[tuple[Refusal, str, int]]] = defaultdict(list)
        for each in waiting:
            by_county[each[0].county_id].append(each)
        for county_id, noted in by_county.items():
            try:
                async with self._units.open(county_id, Actor("service", self._units.service)) as unit:
                    await unit.chain.write([_entry(*each, at=unit.now) for each in noted])
            except Exception as error:  # whatever it is, it must not end the writing
                log.warning("refusals.not_written", count=len(noted), error=type(error).__name__, trail=logs.trail_of(error))
                self._unwritten = (noted + self._unwritten)[: 4 * MOST_OF_ALL]


def _entry(refusal: Refusal, request_id: str, number: int, *, at: datetime) -> Entry:
    way = {"roles": refusal.actor.roles, "route": refusal.route}
    return Entry(
        at=at,
        actor_kind=refusal.actor.kind,
        actor_id=refusal.actor.id,
        action="refused" if request_id else "refused.again",
        subject_kind=refusal.subject_kind,
        subject_id=refusal.subject_id,
        request_id=request_id,
        details={name: word for name, word in way.items() if word} | {"status": refusal.status, "count": number},
    )


REFUSALS: Final = web.AppKey("refusals", Refusals)


async def writing(app: web.Application) -> AsyncIterator[None]:
    """Write an application's refusals while it runs."""
    task = asyncio.create_task(app[REFUSALS].run())
    yield
    app[REFUSALS].stop()
    await task
