"""From a text that takes a Saturday back to the first backup asked: gap, plan at risk, staff told, ask and its fact, committed.

What is measured is one transaction of network's, as its consumer applies what notify announces. The yardstick is a transaction that
writes one row and commits: what the disk takes for any promise to be kept.
"""

from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop

from services.network.use_cases.take_reply import take_reply
from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, SubjectKind
from shared.settings import County
from tests.bench.parts.families import Guarded, fill
from tests.bench.parts.figures import figure, quantile
from tests.bench.parts.place import WRAPPING_KEY, place
from tests.support.databases import Database
from tests.support.tokens import Issuer, a_county

FAMILIES, WARM = 440, 40
GOAL_MS = 500.0
"""V5 allows a minute from text to ask; all but a blink of it belongs to the phone networks (our choice)."""

CONSUMER = Actor("service", "network")


def _reply(commitment_id: UUID, unit_now: Any) -> ReplyReceived:
    return ReplyReceived(
        reply_id=uuid4().hex,
        subject_kind=SubjectKind.COMMITMENT,
        subject_id=commitment_id,
        person_id=None,
        participant_id=commitment_id,
        uid="",
        recurrence_id=None,
        sequence=0,
        stamp=None,
        received_at=unit_now,
        channel=ReplyChannel.SMS,
        kind=ReplyKind.WITHDRAWAL,
        partstat="declined",
        proof=Proof.PHONE_NUMBER,
        refused="",
        proposed_starts_at=None,
        proposed_ends_at=None,
    )


async def _withdraw(units: Units, county: County, family: Guarded) -> float:
    begun = perf_counter()
    async with units.open(county.id, CONSUMER) as unit:
        await take_reply(unit, _reply(family.kim, unit.now), county)
    return (perf_counter() - begun) * 1000


async def _bare(connection: Any) -> float:
    begun = perf_counter()
    async with connection.transaction():
        await connection.execute("INSERT INTO bare (id, note) VALUES ($1, 'a row')", uuid4())
    return (perf_counter() - begun) * 1000


async def _measure(database: Database) -> tuple[list[float], list[float]]:
    county = a_county(uuid4(), Issuer("alder"))
    engine = make_engine(database.app_url, pool_size=1)
    units = Units(engine, service="network", wrapping_key=WRAPPING_KEY)
    families = await fill(units, county, FAMILIES)
    owner = await asyncpg.connect(database.owner_url.replace("postgresql+psycopg://", "postgresql://"))
    await owner.execute("CREATE TABLE bare (id uuid PRIMARY KEY, note text)")
    await owner.execute("VACUUM ANALYZE")
    ours, bare = [], []
    for family in families:
        ours.append(await _withdraw(units, county, family))
        bare.append(await _bare(owner))
    asked = await owner.fetchval("SELECT count(*) FROM log WHERE type = 'network.backup_asked.v1'")
    if asked != FAMILIES:
        raise AssertionError(f"{asked} of {FAMILIES} backups were asked")
    await owner.close()
    await engine.dispose()
    return ours[WARM:], bare[WARM:]


def measure() -> list[dict[str, Any]]:
    """Withdraw in one family after the other."""
    with place() as here:
        ours, bare = uvloop.run(_measure(here.databases.fresh("network")))
    name = "from a withdrawal to the first ask, committed; the yardstick commits one row"
    return [
        figure(f"{name}, p50", quantile(ours, 50), "ms", beside=quantile(bare, 50), digits=2),
        figure(
            f"{name}, p99",
            quantile(ours, 99),
            "ms",
            beside=quantile(bare, 99),
            goal=f"<= {GOAL_MS:g} ms",
            met=quantile(ours, 99) <= GOAL_MS,
            digits=2,
        ),
    ]
