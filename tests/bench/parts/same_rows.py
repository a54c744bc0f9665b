"""The second yardstick of an import: a bare script that writes the very rows that an import has written, ready as they are.

The same tables with their indexes and triggers, behind the same wall, as the same role, in transactions of as many lines, each kept
on disk. Nothing is read, checked, looked up, sealed, hashed or encoded: what an import takes beyond this, our layers take.
"""

from collections.abc import Mapping, Sequence
from time import perf_counter, process_time

import asyncpg

from services.network.domain.imports import ROWS_A_BLOCK
from tests.bench.parts.taken import Taken

WRITTEN = ("data_keys", "people", "contact_points", "history", "log", "audit")
"""What an import of new people writes, in an order in which keys of others are there already. Names follow by themselves."""
_MADE_BY_THE_DATABASE = {"log": {"seq", "position", "published"}}


async def written_again(owner_url: str, app_url: str, county_id: str, people: int) -> Taken:
    """Take out the rows of an import of so many people, and return what it takes to write them again."""
    owner, script = await asyncpg.connect(plain(owner_url)), await asyncpg.connect(plain(app_url))
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.county_id', $1, true)", county_id)
        rows = {table: await owner.fetch(f"SELECT * FROM {table} ORDER BY {_ORDER[table]}") for table in WRITTEN}  # noqa: S608  ours
    await owner.execute("TRUNCATE person_names, contact_points, people, data_keys, history, log, audit CASCADE")
    ready = {table: (_insert(table, found), _values(table, found)) for table, found in rows.items()}
    begun, worked = perf_counter(), process_time()
    for first in range(0, people, ROWS_A_BLOCK):
        async with script.transaction():
            await script.execute("SELECT set_config('app.county_id', $1, true)", county_id)
            for statement, values in ready.values():
                share = len(values) / people
                await script.executemany(statement, values[round(first * share) : round((first + ROWS_A_BLOCK) * share)])
    taken = Taken(people, perf_counter() - begun, process_time() - worked)
    for each in (owner, script):
        await each.close()
    return taken


_ORDER = {
    "data_keys": "subject_id",
    "people": "id",
    "contact_points": "person_id, rank",
    "history": "id",
    "log": "seq",
    "audit": "seq",
}


def plain(url: str) -> str:
    """Return the URL as asyncpg takes it."""
    return "postgresql://" + url.partition("://")[2]


def _columns(table: str, rows: Sequence[Mapping[str, object]]) -> list[str]:
    return [name for name in dict(rows[0]) if name not in _MADE_BY_THE_DATABASE.get(table, ())]


def _insert(table: str, rows: Sequence[Mapping[str, object]]) -> str:
    names = _columns(table, rows)
    places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608  our own tables


def _values(table: str, rows: Sequence[Mapping[str, object]]) -> list[list[object]]:
    names = _columns(table, rows)
    return [[row[name] for name in names] for row in rows]
