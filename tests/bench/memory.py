"""Memory of each process of a county: at rest, and after many events and messages have passed through it.

A million is what is asked for, and would take this machine an hour: here passes what fits into a minute each, and what counts is
how much the processes still grow once they are warm. Caches fill and Python keeps what it once took, so some are let through before
the first weighing. It is a slope over a short stretch, not a proof for a million.
"""

import asyncio
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from shared.events.network import CaseAccessChanged
from tests.bench.parts.crowd import Invitations, held_invitations, journey_of, rows, uuid_of
from tests.bench.parts.figures import figure
from tests.support.outside import until
from tests.support.stack import Stack

PROCESSES = ("network", "meetings", "notify", "notify-worker", "portal")
COMES_FIRST = True
"""What is weighed at rest must not have worked before."""

WARM_SECONDS, SECONDS = 10.0, 50.0
AT_ONCE, PEOPLE, MEETINGS = 500, 30, 16
GOAL_MB = 8.0
"""So much growth over a minute of either is called flat; fragmentation alone moves a process by a few megabytes."""

PATIENCE_SECONDS = 60.0
"""For one lot to pass."""


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


async def events(county: Stack, county_id: UUID, case_id: UUID, seconds: float) -> tuple[int, float]:
    """Announce facts in network, each lot applied by notify and meetings before the next; return how many, in what time."""
    url = county.owner_url("network").replace("postgresql://", "postgresql+asyncpg://")
    engine = make_engine(url, pool_size=1)
    units = Units(engine, service="network", wrapping_key=bytes(32))
    begun, count = perf_counter(), 0
    while perf_counter() - begun < seconds:
        async with units.open(county_id, Actor("service", "bench")) as unit:
            for _ in range(AT_ONCE):
                body = CaseAccessChanged(case_id=case_id, unit="bench", assigned=("amy",), shared_with=(), at=unit.now)
                unit.announce(body, subject=case_id)
        await until(lambda: _behind(county), lambda left: left <= 0, seconds=PATIENCE_SECONDS)
        count += AT_ONCE
    await engine.dispose()
    return count, perf_counter() - begun


async def _behind(county: Stack) -> int:
    """How many facts the slower of the two has not applied."""
    ((announced,),) = rows(county, "network", "SELECT count(*) FROM log")
    return int(str(announced)) - min(_cursor(county, service) for service in ("notify", "meetings"))


def _cursor(county: Stack, service: str) -> int:
    ((position,),) = rows(county, service, "SELECT position FROM cursors WHERE producer = 'network'")
    return int(str(position))


async def messages(invitations: Invitations, seconds: float) -> tuple[int, float]:
    """Send the same invitations again and again; return how many, in what time."""
    begun, count = perf_counter(), 0
    while perf_counter() - begun < seconds:
        invitations.again()
        await invitations.until_finished(len(invitations.ids), within=PATIENCE_SECONDS)
        count += len(invitations.ids)
    return count, perf_counter() - begun


async def _measure(county: Stack) -> list[dict[str, Any]]:
    async with journey_of(county) as journey:
        county_id = UUID(str(journey.alder.facts["id"]))
        case_id = UUID(uuid_of((await journey.family()).case_id))
        rest = weighed(county)
        invitations = await held_invitations(journey, people=PEOPLE, meetings=MEETINGS, days=120)
        invitations.release()
        await invitations.until_finished(len(invitations.ids), within=PATIENCE_SECONDS)
        await messages(invitations, WARM_SECONDS)
        await events(county, county_id, case_id, WARM_SECONDS)
        warm = weighed(county)
        applied, applied_seconds = await events(county, county_id, case_id, SECONDS)
        between = weighed(county)
        sent, sent_seconds = await messages(invitations, SECONDS)
        after = weighed(county)
    figures = []
    for name in PROCESSES:
        figures.append(figure(f"memory of {name}: after it all (beside: at rest)", after[name], "MB", beside=rest[name]))
        for grown, count, what in (
            (between[name] - warm[name], applied, "events"),
            (after[name] - between[name], sent, "messages"),
        ):
            figures.append(
                figure(
                    f"memory of {name}: growth over {count:,} {what}, for 10,000",
                    grown * 10_000 / count,
                    "MB",
                    goal=f"flat: <= {GOAL_MB:g} MB of growth",
                    met=grown <= GOAL_MB,
                )
            )
    return [
        *figures,
        figure("events through the running county while it was weighed", applied / applied_seconds, "events/s"),
        figure("messages through the running county while it was weighed", sent / sent_seconds, "messages/s"),
    ]


def measure(county: Stack) -> list[dict[str, Any]]:
    """Weigh, pump, weigh."""
    return asyncio.run(_measure(county))
