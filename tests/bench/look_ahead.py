"""The look ahead of a night: 5,000 plans in force, each looked at for the next 14 days, in one process, one after the other.

The yardstick asks the same of PostgreSQL for each plan, in a transaction that holds the same rows and keeps the same mark, and does
nothing with the answers: nothing is opened, nothing is reckoned.
"""

from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg
import uvloop

from services.network.jobs.every_few_seconds import Ticker
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.settings import County
from tests.bench.parts.families import Guarded, fill
from tests.bench.parts.figures import figure
from tests.bench.parts.place import WRAPPING_KEY, place
from tests.support.databases import Database
from tests.support.tokens import Issuer, a_county

PLANS, BARE = 5000, 1000
GOAL_SECONDS = 600
"""A night's look must be over long before the morning: in ten minutes (our choice)."""

_WALL = "SELECT set_config('app.county_id', $1::text, true), now()"
_BY_CASE = (
    "SELECT * FROM cases WHERE id = $1 FOR UPDATE",
    "SELECT * FROM members WHERE case_id = $1 AND left_at IS NULL",
    "SELECT p.* FROM people p JOIN members m ON m.person_id = p.id WHERE m.case_id = $1 AND m.left_at IS NULL",
    "SELECT c.* FROM contact_points c JOIN members m ON m.person_id = c.person_id WHERE m.case_id = $1 AND m.left_at IS NULL",
    "SELECT * FROM separation_rules WHERE case_id = $1",
)
_BY_PLAN = (
    "SELECT * FROM plans WHERE id = $1 FOR UPDATE",
    "SELECT * FROM commitments WHERE plan_id = $1",
    "SELECT * FROM gaps WHERE plan_id = $1 AND ends_at > now()",
    "UPDATE plans SET looked_at = now() WHERE id = $1",
)


async def _bare(database: Database, county: County, families: list[Guarded]) -> float:
    connection = await asyncpg.connect(database.app_url.replace("postgresql+asyncpg://", "postgresql://"))
    begun = perf_counter()
    for family in families:
        async with connection.transaction():
            await connection.fetch(_WALL, str(county.id))
            for query in _BY_CASE:
                await connection.fetch(query, family.case_id)
            for query in _BY_PLAN:
                await connection.fetch(query, family.plan_id)
    taken = perf_counter() - begun
    await connection.close()
    return taken


async def _measure(database: Database) -> tuple[float, float]:
    county = a_county(uuid4(), Issuer("alder"))
    engine = make_engine(database.app_url, pool_size=2)
    units = Units(engine, service="network", wrapping_key=WRAPPING_KEY)
    families = await fill(units, county, PLANS)
    owner = await asyncpg.connect(database.owner_url.replace("postgresql+psycopg://", "postgresql://"))
    await owner.execute("VACUUM ANALYZE")
    begun = perf_counter()
    await Ticker(units, [county]).look_ahead(county)
    ours = perf_counter() - begun
    looked, opened = await owner.fetchrow(
        "SELECT (SELECT count(*) FROM plans WHERE looked_at IS NOT NULL), (SELECT count(*) FROM gaps)"
    )
    if (looked, opened) != (PLANS, 0):
        raise AssertionError(f"{looked} plans were looked at, and {opened} gaps found where there is none")
    bare = await _bare(database, county, families[:BARE]) * PLANS / BARE
    await owner.close()
    await engine.dispose()
    return ours, bare


def measure() -> list[dict[str, Any]]:
    """Look once."""
    with place() as here:
        ours, bare = uvloop.run(_measure(here.databases.fresh("network")))
    return [
        figure(
            f"a night's look ahead over {PLANS:,} plans in force",
            ours,
            "s",
            beside=bare,
            goal=f"<= {GOAL_SECONDS} s",
            met=ours <= GOAL_SECONDS,
        ),
        figure("the same", PLANS / ours, "plans/s", beside=PLANS / bare, digits=0),
    ]
