"""A million messages that wait for next month, beside ten thousand: what a claim takes, and what its process keeps (DESIGN §9).

Both stand in databases of their own on one PostgreSQL (fsync on). Claims of the two go turn by turn, each committed, so that a busy
moment of the machine meets both. What is due is found by the partial index; what waits lies behind its end.
"""

import os
import statistics
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.notify.use_cases.claim_due import claim_due
from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from tests.bench.parts.place import WRAPPING_KEY, place
from tests.support.databases import Database

FEW, MANY = 10_000, 1_000_000
CLAIMS, WARM, EACH = 400, 40, 25
AN_ENTRY = 8
GOAL, MEMORY_GOAL_MB = 1.5, 10.0
COUNTY = UUID(int=7)
ACTOR = Actor("service", "notify")

_ENTRIES = """
INSERT INTO entries (id, county_id, meeting_id, case_id, participant_id, person_id, part, uid, revision, timed_revision, sequence,
    status, required, mode, answer, said, time_zone, starts_local, ends_local, starts_at, ends_at, revised_at)
SELECT gen_random_uuid(), :county, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 0, 'entry-' || n,
    1, 1, 0, 'live', true, 'in_person', 'needs_action', '', 'UTC', at, at, at, at + interval '1 hour', now()
FROM generate_series(1, cast(:count AS integer)) AS n, (SELECT date_trunc('day', now()) + interval '90 days' AS at) AS time
"""
_FILL = """
INSERT INTO messages (id, county_id, kind, way, lane, person_id, entry_id, participant_id, subject_kind, subject_id, revision, part,
    sequence, wall_rule, detail, dedupe_key, due_at, not_after, state, reason, attempt, begun, segments, created_at, traceparent)
SELECT gen_random_uuid(), :county, 'reminder_2d', 'email', 'reminders', person_id, id, participant_id, 'meeting', meeting_id,
    1, 0, 0, '-P2D', '', :name || n, now() + n * :apart, now() + interval '90 days', 'pending', '', 0, false, 0, now(), ''
FROM generate_series(1, cast(:count AS integer)) AS n
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS nth FROM entries) AS e ON e.nth = 1 + n % cast(:entries AS integer)
"""
_INDEXES = (
    "SELECT indexdef FROM pg_indexes WHERE tablename = 'messages' AND indexname <> 'messages_pkey' AND indexdef NOT LIKE '%UNIQUE%'"
)


async def fill(database: Database, pending: int) -> None:
    """Let so many messages wait, over the next month, and enough for every claim be due."""
    owner = create_async_engine(database.owner_url, isolation_level="AUTOCOMMIT")
    async with owner.connect() as connection:
        indexes = (await connection.execute(text(_INDEXES))).scalars().all()
        for each in indexes:  # made anew in the end: a fifth of the time
            await connection.execute(text(f"DROP INDEX {each.split()[2]}"))
        await connection.execute(text(_ENTRIES), {"county": COUNTY, "count": pending // AN_ENTRY})
        for name, count, apart in (("waits-", pending, "2 seconds"), ("due-", CLAIMS * EACH, "-10 milliseconds")):
            values = {"county": COUNTY, "name": name, "count": count, "entries": pending // AN_ENTRY}
            await connection.execute(text(_FILL.replace(":apart", f"interval '{apart}'")), values)
        for each in indexes:
            await connection.execute(text(each))
        await connection.execute(text("VACUUM ANALYZE"))
        await connection.execute(text("CHECKPOINT"))
    await owner.dispose()


def memory_mb() -> float:
    """What this process keeps in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def claim(units: Units) -> float:
    """Claim once, and return the milliseconds that it took."""
    begun = perf_counter()
    async with units.open(COUNTY, ACTOR) as unit:
        taken = await claim_due(unit, lease=uuid4(), most=EACH)
    if len(taken) != EACH:
        raise AssertionError(f"{len(taken)} were due")
    return (perf_counter() - begun) * 1000


async def _measure(few: Database, many: Database) -> dict[str, float]:
    engines = [make_engine(each.app_url, pool_size=1) for each in (few, many)]
    small, large = (Units(each, service="notify", wrapping_key=WRAPPING_KEY) for each in engines)
    for database, pending in ((few, FEW), (many, MANY)):
        await fill(database, pending)
    took: dict[str, list[float]] = {"few": [], "many": []}
    for units in (small, large):
        for _ in range(WARM):
            await claim(units)
    before = memory_mb()
    for _ in range(CLAIMS - WARM):
        took["few"].append(await claim(small))
        took["many"].append(await claim(large))
    grown = memory_mb() - before
    for each in engines:
        await each.dispose()
    found = {f"{name} {what}": value for name, all_ in took.items() for what, value in _quantiles(all_)}
    return {**found, "grown": grown}


def _quantiles(found: list[float]) -> list[tuple[str, float]]:
    return [("p50", statistics.median(found)), ("p99", statistics.quantiles(found, n=100)[98])]


def measure() -> list[dict[str, Any]]:
    """Measure claims beside few and beside many."""
    with place() as here:
        found = uvloop.run(_measure(here.databases.fresh("notify"), here.databases.fresh("notify")))
    figures = []
    for what in ("p50", "p99"):
        ratio = found[f"many {what}"] / found[f"few {what}"]
        figures.append(
            {
                "name": f"a claim of {EACH} beside {MANY:,} pending, {what}; the yardstick is {FEW:,}",
                "value": round(found[f"many {what}"], 2),
                "unit": "ms",
                "yardstick": round(found[f"few {what}"], 2),
                "ratio": round(ratio, 2),
                "goal": f"p99 <= {GOAL:g} times",
                "met": ratio <= GOAL,
            }
        )
    figures.append(
        {
            "name": f"memory that {2 * (CLAIMS - WARM)} claims added to the claiming process",
            "value": round(found["grown"], 1),
            "unit": "MB",
            "yardstick": None,
            "ratio": None,
            "goal": f"flat: <= {MEMORY_GOAL_MB:g} MB",
            "met": found["grown"] <= MEMORY_GOAL_MB,
        }
    )
    return figures
