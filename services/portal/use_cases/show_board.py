"""Gather the first screen: my families, my meetings ahead, what is due, whom to call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.portal.domain.board import Board, board
from services.portal.domain.families import Family
from services.portal.domain.meetings import CallTask
from services.portal.domain.plans import Gap
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.meetings import Dues, Meetings
from services.portal.gateways.network import Network
from services.portal.gateways.notify import Notify
from services.portal.gateways.plans import Plans

AHEAD = timedelta(days=60)
MOST_ASKED = 24
AT_ONCE = 8
NO_DUES = Dues({})


@dataclass(frozen=True, slots=True)
class OpenGap:
    """Time that lies open in one of my families."""

    gap: Gap
    family: Family | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The board, whether there are families beyond it, and which services could not answer."""

    board: Board
    gaps: tuple[OpenGap, ...]
    more_families: bool
    more_dues: bool
    away: tuple[str, ...]


async def show_board(
    network: Network,
    plans: Plans,
    meetings: Meetings,
    notify: Notify,
    *,
    clock: Callable[[], datetime],
    day_of: Callable[[datetime], date],
) -> Seen:
    """Ask the services side by side. `clock` is read after the first answer, which tells the services' time."""
    families = await network.families()
    now = clock()
    gaps, (ahead, has_meetings), (dues, has_dues), (calls, has_calls) = await asyncio.gather(
        if_allowed(plans.gaps(), ()),
        unless_away(meetings.ahead(day_of(now), day_of(now + AHEAD)), ()),
        unless_away(if_allowed(meetings.most_pressing(), NO_DUES), NO_DUES),
        unless_away(_calls(notify), ()),
    )
    known = {one.id for one in families.items}
    wanted = dict.fromkeys((*(one.case_id for one in gaps), *dues.by_case))
    pressing = await _families(network, [case_id for case_id in wanted if case_id not in known][:MOST_ASKED])
    by_id = {one.id: one for one in (*families.items, *pressing)}
    return Seen(
        board=board(
            families=families.items, also=pressing, meetings=ahead, dues=dues.by_case, calls=calls, now=now, today=day_of(now)
        ),
        gaps=tuple(OpenGap(one, by_id.get(one.case_id)) for one in gaps),
        more_families=families.more,
        more_dues=dues.more or len(known) + len(pressing) < len(known | set(dues.by_case)),
        away=tuple(name for name, there in (("meetings", has_meetings and has_dues), ("calls", has_calls)) if not there),
    )


async def find_families(network: Network, words: str) -> tuple[Family, ...]:
    """Return the families in sight whose name holds all of these words."""
    wanted = words.casefold().split()
    found = [one for one in await network.all_families() if all(word in one.title.casefold() for word in wanted)]
    return tuple(sorted(found, key=lambda one: (one.status != "open", one.title.casefold(), one.id)))


async def _calls(notify: Notify) -> tuple[CallTask, ...]:
    return await if_allowed(notify.call_tasks(), ())


async def _families(network: Network, case_ids: list[str]) -> tuple[Family, ...]:
    """Return families that are due and not on the first page of the list, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case_id: str) -> Family | None:
        async with gate:
            return await if_allowed(network.family(case_id), None)

    found = await asyncio.gather(*(one(case_id) for case_id in case_ids))
    return tuple(family for family in found if family is not None)
