"""Gather the first screen: my families, my meetings ahead, what is due, whom to call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.portal.domain.board import Board, board
from services.portal.domain.families import Family
from services.portal.domain.meetings import CallTask, Due
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.meetings import Meetings
from services.portal.gateways.network import Network
from services.portal.gateways.notify import Notify

AHEAD = timedelta(days=60)
MOST_DUES = 60
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """The board, whether there are families beyond it, and which services could not answer."""

    board: Board
    more_families: bool
    dues_of_some: bool
    away: tuple[str, ...]


async def show_board(
    network: Network, meetings: Meetings, notify: Notify, *, clock: Callable[[], datetime], day_of: Callable[[datetime], date]
) -> Seen:
    """Ask the three services side by side. `clock` is read after the first answer, which tells the services' time."""
    families = await network.families()
    now = clock()
    held = [one for one in families.items if one.status == "open"]
    (ahead, has_meetings), (dues, has_dues), (calls, has_calls) = await asyncio.gather(
        unless_away(meetings.ahead(day_of(now), day_of(now + AHEAD)), ()),
        unless_away(_dues(meetings, held[:MOST_DUES]), {}),
        unless_away(_calls(notify), ()),
    )
    return Seen(
        board=board(families=families.items, meetings=ahead, dues=dues, calls=calls, now=now, today=day_of(now)),
        more_families=families.more,
        dues_of_some=len(held) > MOST_DUES,
        away=tuple(name for name, there in (("meetings", has_meetings and has_dues), ("calls", has_calls)) if not there),
    )


async def find_families(network: Network, words: str) -> tuple[Family, ...]:
    """Return the families in sight whose name holds all of these words."""
    wanted = words.casefold().split()
    found = [one for one in await network.all_families() if all(word in one.title.casefold() for word in wanted)]
    return tuple(sorted(found, key=lambda one: (one.status != "open", one.title.casefold(), one.id)))


async def _calls(notify: Notify) -> tuple[CallTask, ...]:
    return await if_allowed(notify.call_tasks(), ())


async def _dues(meetings: Meetings, families: list[Family]) -> dict[str, Due]:
    """Return each family's next due date, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(family: Family) -> Due | None:
        async with gate:
            return await if_allowed(meetings.due(family.id), None)

    found = await asyncio.gather(*(one(family) for family in families))
    return {family.id: due for family, due in zip(families, found, strict=True) if due is not None}
