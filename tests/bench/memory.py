"""Memory of each process of a county: at rest, and after many events and messages have passed through it.

A million is what is asked for, and would take this machine an hour: here pass some ten thousand, and what counts is how much the
processes still grow once they are warm. Caches fill and Python keeps what it once took, so the first thousands are let through
before the first weighing. It is a slope over a short stretch, not a proof for a million.
"""

import asyncio
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from shared.events.network import CaseAccessChanged
from tests.bench.parts.crowd import Invitations, held_invitations, journey_of, rows
from tests.bench.parts.figures import figure
from tests.support.stack import Stack

PROCESSES = ("network", "meetings", "notify", "notify-worker", "portal")
WARM_EVENTS, EVENTS, AT_ONCE = 4_000, 20_000, 200
WARM_ROUNDS, ROUNDS, PEOPLE, MEETINGS = 2, 10, 30, 16
GOAL_MB = 8.0
"""So much growth for 10,000 of either is called flat; fragmentation alone moves a process by a few megabytes."""

PATIENCE_SECONDS = 150.0


def megabytes(pid: int) -> float:
    """The memory that a process and its children hold for themselves alone and share in parts (PSS)."""
    pids, found = [pid], 0
    while pids:
        each = pids.pop()
        try:
            pids += [int(child) for child in Path(f"/proc/{each}/task/{each}/children").read_text(encoding="utf-8").split()]
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            continue
        found += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return found / 1024


def weighed(county: Stack) -> dict[str, float]:
    """Every process of ours."""
    return {name: megabytes(county.pid(name)) for name in PROCESSES}


async def events(county: Stack, county_id: UUID, count: int) -> float:
    """Announce facts in network, wait until notify and meetings have applied them, and return the seconds."""
    url = county.owner_url("network").replace("postgresql://", "postgresql+asyncpg://")
    engine = make_engine(url, pool_size=1)
    units = Units(engine, service="network", wrapping_key=bytes(32))
    begun = perf_counter()
    for _ in range(count // AT_ONCE):
        async with units.open(county_id, Actor("service", "bench")) as unit:
            for _ in range(AT_ONCE):
                case_id = uuid4()
                body = CaseAccessChanged(case_id=case_id, unit="bench", assigned=("amy",), shared_with=(), at=unit.now)
                unit.announce(body, subject=case_id)
    await engine.dispose()
    ((numbered,),) = rows(county, "network", "SELECT count(*) FROM log")
    for service in ("notify", "meetings"):
        while (_cursor(county, service)) < int(str(numbered)):
            if perf_counter() - begun > PATIENCE_SECONDS:
                raise AssertionError(f"{service} stands at {_cursor(county, service)} of {numbered}")
            await asyncio.sleep(0.2)
    return perf_counter() - begun


def _cursor(county: Stack, service: str) -> int:
    ((position,),) = rows(county, service, "SELECT position FROM cursors WHERE producer = 'network'")
    return int(str(position))


async def messages(invitations: Invitations, times: int) -> float:
    """Send the same invitations again and again, and return the seconds."""
    begun = perf_counter()
    for _ in range(times):
        invitations.again()
        await invitations.until_finished(len(invitations.ids), within=PATIENCE_SECONDS)
    return perf_counter() - begun


async def _measure(county: Stack) -> list[dict[str, Any]]:
    async with journey_of(county) as journey:
        county_id = UUID(str(journey.alder.facts["id"]))
        rest = weighed(county)
        invitations = await held_invitations(journey, people=PEOPLE, meetings=MEETINGS, days=120)
        invitations.release()
        await messages(invitations, WARM_ROUNDS)
        await events(county, county_id, WARM_EVENTS)
        warm = weighed(county)
        event_seconds = await events(county, county_id, EVENTS)
        between = weighed(county)
        message_seconds = await messages(invitations, ROUNDS)
        after = weighed(county)
    sent = ROUNDS * len(invitations.ids)
    figures = []
    for name in PROCESSES:
        by_event = (between[name] - warm[name]) * 10_000 / EVENTS
        by_message = (after[name] - between[name]) * 10_000 / sent
        figures.append(figure(f"memory of {name}: after it all (beside: at rest)", after[name], "MB", beside=rest[name]))
        for value, title in ((by_event, f"{EVENTS:,} events"), (by_message, f"{sent:,} messages")):
            figures.append(
                figure(
                    f"memory of {name}: growth per 10,000, over {title}",
                    value,
                    "MB",
                    goal=f"flat: <= {GOAL_MB:g} MB",
                    met=value <= GOAL_MB,
                )
            )
    return [
        *figures,
        figure("events through the running county while it was weighed", EVENTS / event_seconds, "events/s"),
        figure("messages through the running county while it was weighed", sent / message_seconds, "messages/s"),
    ]


def measure(county: Stack) -> list[dict[str, Any]]:
    """Weigh, pump, weigh."""
    return asyncio.run(_measure(county))
