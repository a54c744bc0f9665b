"""A county system that sends files, in a deployment whose processes may be killed."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.network.domain.imports import ROWS_A_BLOCK
from tests.network.rosters import CSV, digest_of
from tests.support.processes import Deployment, Running, until
from tests.support.tokens import Issuers, bearer

SIZE = 2 * ROWS_A_BLOCK + 20
"""So many good lines are three chunks."""
PEOPLE = "external_id,given_name,family_name,spoken_language,phone\n"
GOOD = PEOPLE + "".join(f"{n:05},Ana{n},Luna,es,+1916555{n % 1000:04}\n" for n in range(SIZE))
FILE = GOOD + "00007,Ana7,Luna,es,+19165550007\nx1,Rosa,Luna,tlh,\nx2,Rosa,Luna,es,12\n"
"""Beside what is good, a line that is there already, and two that cannot be taken: one as it is read, one as it is applied."""
FAULTS = [
    (SIZE + 2, None, "duplicate_row"),
    (SIZE + 3, "spoken_language", "language_unknown"),
    (SIZE + 4, "phone", "phone_invalid"),
]
COUNTS = {"rows": SIZE + 3, "created": SIZE, "updated": 0, "unchanged": 0, "rejected": 2, "repeated": 1, "removed": 0}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of sending a file."""

    status: int
    json: Any
    location: str


class Roster:
    """network's API and its ticker, and what they keep."""

    def __init__(self, deployment: Deployment, issuers: Issuers) -> None:
        """Nothing runs yet."""
        self.deployment = deployment
        self.units = deployment.units("network")
        self._token = issuers.county_system("imports.write")
        url = make_url(deployment.database("network").owner_url).set(drivername="postgresql+asyncpg")
        self._engine = create_async_engine(url, poolclass=NullPool)

    async def api(self, fault: str = "") -> Running:
        """Start the API, which takes requests when this returns."""
        running = await self.deployment.start("network", "serve", fault=fault)
        await running.ready()
        return running

    async def ticker(self, fault: str = "") -> Running:
        """Start what takes files in."""
        return await self.deployment.start("network", "tick", fault=fault)

    async def send(self, content: str = FILE, *, key: str = "the-nightly-file", **query: str) -> Sent | None:
        """Send a file; None when the connection ended without an answer."""
        raw = content.encode()
        headers = bearer(self._token, **{"Content-Type": CSV, "Content-Digest": digest_of(raw), "Idempotency-Key": key})
        url = f"{self.deployment.url('network')}/v1/imports"
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(url, params={"kind": "people", **query}, data=raw, headers=headers) as answer,
            ):
                return Sent(answer.status, await answer.json(content_type=None), answer.headers.get("Location", ""))
        except aiohttp.ClientConnectionError:
            return None

    async def sent(self, content: str = FILE, *, key: str = "the-nightly-file", **query: str) -> Sent:
        """Send a file that is taken, once PostgreSQL has undone what an API that was killed had begun under its key."""
        answers: list[Sent | None] = []

        async def is_answered() -> bool:
            answers.append(await self.send(content, key=key, **query))
            return answers[-1] is None or answers[-1].json.get("code") != "idempotency_in_progress"

        await until(is_answered)
        done = answers[-1]
        assert done is not None
        assert done.status == 202, done.json
        return done

    async def get(self, path: str) -> str:
        """Read from the API."""
        url = f"{self.deployment.url('network')}{path}"
        async with aiohttp.ClientSession() as session, session.get(url, headers=bearer(self._token)) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def ends(self, location: str) -> dict[str, Any]:
        """Wait until an import has ended, and return how."""

        async def has_ended() -> bool:
            return json.loads(await self.get(location))["status"] in {"succeeded", "failed"}

        await until(has_ended)
        found: dict[str, Any] = json.loads(await self.get(location))
        return found

    async def report(self, order: dict[str, Any]) -> list[tuple[int, str | None, str]]:
        """Return line, column and code of all that is said of an import's lines."""
        lines = map(json.loads, (await self.get(order["errors_url"])).splitlines())
        return [(each["line"], each["column"], each["code"]) for each in lines]

    async def ask(self, query: str) -> Sequence[Any]:
        """Ask network's database, past the wall."""
        async with self._engine.begin() as connection:
            return (await connection.execute(text(query))).all()

    async def people(self) -> int:
        """Return how many people are there."""
        [row] = await self.ask("SELECT count(*) AS count FROM people")
        return int(row.count)

    async def check(self, people: int = SIZE) -> None:
        """Each of so many people is there once, with a key, a number, a history, an entry and a fact of their own."""
        ids = Counter(row.id for row in await self.ask("SELECT id FROM people"))
        assert len(ids) == people
        for query in (
            "SELECT subject_id AS id FROM data_keys WHERE kind = 'person'",
            "SELECT person_id AS id FROM contact_points",
            "SELECT subject_id AS id FROM history WHERE kind = 'person'",
            "SELECT subject_id AS id FROM audit WHERE action = 'person.registered'",
            "SELECT subject AS id FROM log WHERE type = 'network.person_registered.v1'",
        ):
            assert Counter(row.id for row in await self.ask(query)) == ids, query
        assert (await self.ask("SELECT count(DISTINCT external_lookup) AS count FROM people"))[0].count == people
        assert await self.ask("SELECT 1 FROM import_blocks") == [], "no line is kept once it is applied"
        assert (await self.units.verify_audit(self.deployment.county_id)).holds
