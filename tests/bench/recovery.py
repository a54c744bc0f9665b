"""The Celery worker and its children die by kill -9 in the middle of a drain: how long until nothing is stuck (RELIABILITY R3).

What carries on is the watchdog in notify's own process, and the worker that the supervisor starts again. GOV.UK Notify on Redis
left 9 of 833 messages stuck until its hourly replay (RELIABILITY §1).
"""

import asyncio
import os
import signal
from time import perf_counter
from typing import Any

from tests.bench.parts.crowd import Counts, held_invitations, journey_of
from tests.bench.parts.figures import figure
from tests.support.stack import Stack

PEOPLE, MEETINGS, BEFORE = 30, 16, 60
GOAL_SECONDS, PEER_SECONDS = 30.0, 3600.0
PATIENCE_SECONDS = 120.0


async def _measure(county: Stack) -> tuple[float, Counts]:
    async with journey_of(county) as journey:
        messages = await held_invitations(journey, people=PEOPLE, meetings=MEETINGS, days=60)
        messages.release()
        await messages.until_finished(BEFORE, within=PATIENCE_SECONDS)
        os.killpg(county.pid("notify-worker"), signal.SIGKILL)
        killed = perf_counter()
        await messages.until_finished(len(messages.ids), within=PATIENCE_SECONDS)
        return perf_counter() - killed, messages.counts()


def measure(county: Stack) -> list[dict[str, Any]]:
    """Kill once; what was under way at the last dot is `unknown`, and everything else has left once."""
    seconds, counts = asyncio.run(_measure(county))
    name = f"kill -9 of the worker among {PEOPLE * MEETINGS} due mails: until the last is final"
    return [
        figure(
            f"{name} ({counts.sent} sent, {counts.unknown} unknown; beside: GOV.UK Notify's hourly replay)",
            seconds,
            "s",
            beside=PEER_SECONDS,
            ratio=seconds / PEER_SECONDS,
            goal=f"<= {GOAL_SECONDS:g} s",
            met=seconds <= GOAL_SECONDS and counts.sent + counts.unknown == PEOPLE * MEETINGS,
        )
    ]
