"""A family's roster among 1,000,000 people: the page of its twenty members, as network reads it; beside bare queries for the rows.

The million stand in 50,000 other families and are written by INSERT … SELECT, with sealed columns that nobody ever opens; so is
each one's place in their family. The families that are read are real ones.
"""

import random
from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg
import uvloop

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.storage import cases, members, people
from services.network.use_cases.see_case import see_case
from services.network.use_cases.see_roster import see_members
from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from shared.kernel.access import CaseAccess
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County
from tests.bench.parts.figures import figure, quantile
from tests.bench.parts.place import WRAPPING_KEY, place
from tests.support.databases import Database
from tests.support.factories import a_caller, a_case, a_contact_point, a_member, a_person
from tests.support.tokens import Issuer, a_county

PEOPLE, FAMILY = 1_000_000, 20
READ, READS, WARM = 100, 1000, 50
GOAL_MS = 25.0
"""As of any read of one family (DESIGN §9)."""

AMY = Actor("staff", "amy")

_PEOPLE = """
INSERT INTO people (id, county_id, words, name_lookups, spoken_language, written_language, interpreter_needed, time_zone,
    quiet_from, quiet_until, voicemail_ok, confidential_address, registered_by, version, updated_at)
SELECT md5('person' || n)::uuid, $1, decode(repeat(md5(n::text), 8), 'hex'), ARRAY[md5('name' || n % 100000)], 'en', 'en', false,
    'America/Los_Angeles', '21:00', '08:00', false, false, 'amy', 1, now()
FROM generate_series(1, $2::integer) AS n
"""
_CASES = """
INSERT INTO cases (id, county_id, words, time_zone, unit, assigned, shared_with, opened_at, version, updated_at)
SELECT md5('case' || n)::uuid, $1, decode(repeat(md5(n::text), 4), 'hex'), 'America/Los_Angeles', 'unit' || n % 40,
    ARRAY['staff' || n % 2000], '{}', now(), 1, now()
FROM generate_series(1, $2::integer) AS n
"""
_MEMBERS = """
INSERT INTO members (id, county_id, case_id, person_id, relationship, side, circle, support_type, caregiver_of_concern, joined_at,
    version, updated_at)
SELECT md5('member' || n)::uuid, $1, md5('case' || 1 + (n - 1) / $3::integer)::uuid, md5('person' || n)::uuid, 'neighbor', 'na',
    'middle', 'informal', false, now(), 1, now()
FROM generate_series(1, $2::integer) AS n
"""
_INDEXES = """
SELECT tablename, indexname, indexdef FROM pg_indexes
WHERE tablename IN ('people', 'cases', 'members') AND schemaname = 'public' AND indexdef NOT LIKE '%UNIQUE%'
"""
_WALL = "SELECT set_config('app.county_id', $1::text, true), now()"
_CASE = "SELECT * FROM cases WHERE county_id = $1 AND id = $2"
_AROUND = "SELECT * FROM members WHERE county_id = $1 AND case_id = $2 AND left_at IS NULL ORDER BY updated_at, id LIMIT 50"
_WHO = "SELECT * FROM people WHERE county_id = $1 AND id = ANY($2)"
_POINTS = "SELECT * FROM contact_points WHERE county_id = $1 AND person_id = ANY($2) ORDER BY person_id, rank"


async def _fill(owner: Any, county: County) -> float:
    """Write the million; the indexes that are no promise are made anew in the end, and foreign keys are true by their making."""
    begun = perf_counter()
    indexes = await owner.fetch(_INDEXES)
    for each in indexes:
        await owner.execute(f"DROP INDEX {each['indexname']}")
    await owner.execute("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'; SET work_mem = '64MB'")
    await owner.execute(_PEOPLE, county.id, PEOPLE)
    await owner.execute(_CASES, county.id, PEOPLE // FAMILY)
    await owner.execute(_MEMBERS, county.id, PEOPLE, FAMILY)
    for each in indexes:
        await owner.execute(each["indexdef"])
    await owner.execute("SET session_replication_role = origin")
    await owner.execute("VACUUM ANALYZE people, cases, members")
    await owner.execute("CHECKPOINT")
    return perf_counter() - begun


async def _real_families(units: Units, county: County) -> list[CaseId]:
    found = []
    for _ in range(READ):
        async with units.open(county.id, AMY) as unit:
            case_id = CaseId(unit.new_id())
            found.append(case_id)
            access = CaseAccess(unit="north", assigned=frozenset({"amy"}))
            await cases.add(unit, a_case(id=case_id, access=access, opened_at=unit.now, updated_at=unit.now))
            around = [a_person(a_contact_point()) for _ in range(FAMILY)]
            await unit.make_own_keys([KeyOf(KeyKind.PERSON, person.id) for person in around])
            await people.add_all(unit, around)
            for person in around:
                member_id = MemberId(unit.new_id())
                await members.add(unit, a_member(id=member_id, case_id=case_id, person_id=PersonId(person.id), joined_at=unit.now))
    return found


async def _read(units: Units, county: County, case_id: CaseId) -> float:
    caller = a_caller("amy", county_id=county.id)
    begun = perf_counter()
    async with units.open(county.id, AMY) as unit:
        case = await see_case(unit, case_id, caller=caller)
        seen = await see_members(unit, case, after=None, limit=50)
    if len(seen) != FAMILY:
        raise AssertionError(f"{len(seen)} of {FAMILY} were seen")
    return (perf_counter() - begun) * 1000


async def _bare(connection: Any, county: County, case_id: CaseId) -> float:
    begun = perf_counter()
    async with connection.transaction():
        await connection.fetch(_WALL, str(county.id))
        await connection.fetch(_CASE, county.id, case_id)
        around = [row["person_id"] for row in await connection.fetch(_AROUND, county.id, case_id)]
        await connection.fetch(_WHO, county.id, around)
        await connection.fetch(_POINTS, county.id, around)
    return (perf_counter() - begun) * 1000


async def _measure(database: Database) -> tuple[list[float], list[float], float]:
    county, chance = a_county(uuid4(), Issuer("alder")), random.Random(20)
    owner = await asyncpg.connect(database.owner_url.replace("postgresql+psycopg://", "postgresql://"))
    filled = await _fill(owner, county)
    await owner.close()
    engine = make_engine(database.app_url, pool_size=1)
    units = Units(engine, service="network", wrapping_key=WRAPPING_KEY)
    families = await _real_families(units, county)
    connection = await asyncpg.connect(database.app_url.replace("postgresql+asyncpg://", "postgresql://"))
    ours, bare = [], []
    for _ in range(READS):
        case_id = chance.choice(families)
        ours.append(await _read(units, county, case_id))
        bare.append(await _bare(connection, county, case_id))
    await connection.close()
    await engine.dispose()
    return ours[WARM:], bare[WARM:], filled


def measure() -> list[dict[str, Any]]:
    """Read one roster after the other."""
    with place() as here:
        ours, bare, filled = uvloop.run(_measure(here.databases.fresh("network")))
    name = f"a roster of {FAMILY} among {PEOPLE:,} people, opened and on the audit; the yardstick asks for the rows alone"
    return [
        figure(f"{name}, p50", quantile(ours, 50), "ms", beside=quantile(bare, 50), digits=2),
        figure(
            f"{name}, p95",
            quantile(ours, 95),
            "ms",
            beside=quantile(bare, 95),
            goal=f"<= {GOAL_MS:g} ms",
            met=quantile(ours, 95) <= GOAL_MS,
            digits=2,
        ),
        figure("writing the million beforehand, by three INSERTs", filled, "s", digits=0),
    ]
