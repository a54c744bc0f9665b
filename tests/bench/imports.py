"""A county's roster of 100,000 people, sent as one file and applied to the last line, beside a bare COPY of the same file.

One PostgreSQL (fsync on), one process. COPY writes the cells in clear into one table. An import reads them strictly, looks
each person up, gives each a data key, seals every word, and writes history, audit and the fact that others hear.
"""

import base64
import hashlib
import io
import secrets
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

import asyncpg
import uvloop
from aiohttp.test_utils import TestClient, TestServer

from deploy.local import servers
from services.network.app import make_web, open_network
from services.network.settings import read_settings
from services.network.use_cases.apply_next_chunk import apply_next_chunk
from tests.bench.parts.figures import figure
from tests.bench.parts.place import environment_of, place
from tests.support.tokens import ALDER, Issuers, bearer

ROWS = 100_000
COLUMNS = ("external_id", "given_name", "family_name", "born_on", "spoken_language", "phone", "email")
SCOPES = ("imports.write", "people.read")


def roster(rows: int) -> bytes:
    """Return a file in which nobody shares a name or a number with too many others."""
    lines = [",".join(COLUMNS)]
    for n in range(rows):
        born = f"{1950 + n % 60}-{1 + n % 12:02}-{1 + n % 28:02}"
        phone = f"+1916{200 + n // 10_000 % 700:03}{n % 10_000:04}"
        lines.append(f"{n:07},Given{n % 997},Family{n % 7919},{born},{('en', 'es', 'vi')[n % 3]},{phone},person{n}@example.org")
    return ("\n".join(lines) + "\n").encode()


async def _copied(owner_url: str, file: bytes) -> float:
    """Return the seconds of a bare COPY, committed."""
    connection = await asyncpg.connect(owner_url.replace("postgresql+psycopg://", "postgresql://"))
    await connection.execute(f"CREATE TABLE bare_roster ({', '.join(f'{each} text' for each in COLUMNS)})")
    begun = perf_counter()
    await connection.copy_to_table("bare_roster", source=io.BytesIO(file), format="csv", header=True)
    taken = perf_counter() - begun
    await connection.execute("DROP TABLE bare_roster")
    await connection.close()
    return taken


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    begun = perf_counter()
    await work()
    return perf_counter() - begun


async def _measure(rows: int) -> dict[str, float]:
    issuers = Issuers()
    await issuers.start()
    file = roster(rows)
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(file).digest()).decode()}:"
    token = issuers.alder.sign(issuers.alder.claims("alder-cws", roles=["system"], units=[], scope=" ".join(SCOPES)))
    with place() as here:
        environment = environment_of(here, "network", issuers, port=servers.free_port())
        copied = await _copied(environment["SURROUND_OWNER_DATABASE_URL"], file)
        async with open_network(read_settings(environment)) as network, TestClient(TestServer(make_web(network))) as client:

            async def send() -> None:
                said = {"Content-Type": "text/csv", "Content-Digest": digest, "Idempotency-Key": secrets.token_hex(16)}
                headers = bearer(token, **said)
                async with client.post("/v1/imports?kind=people", data=io.BytesIO(file), headers=headers) as answer:
                    assert answer.status == 202, await answer.text()
                    path.append(answer.headers["Location"])

            async def apply() -> None:
                while await apply_next_chunk(network.units, ALDER):
                    pass

            path: list[str] = []
            found = {"copied": copied, "sent": await _timed(send), "applied": await _timed(apply)}
            found |= {"sent again": await _timed(send), "applied again": await _timed(apply)}
            for each, outcome in zip(path, ("created", "unchanged"), strict=True):
                async with client.get(each, headers=bearer(token)) as answer:
                    order = await answer.json()
                    assert (order["status"], order[outcome]) == ("succeeded", rows), order
    await issuers.stop()
    return found


def measure(rows: int = 0) -> list[dict[str, Any]]:
    """Import the file twice."""
    rows = rows or ROWS
    taken = uvloop.run(_measure(rows))
    bare = rows / taken["copied"]
    names = {
        "from the first byte to the last line": rows / (taken["sent"] + taken["applied"]),
        "receiving, checking and sealing the file": rows / taken["sent"],
        "applying it": rows / taken["applied"],
        "the same file again, nothing changed": rows / (taken["sent again"] + taken["applied again"]),
    }
    return [figure(f"import of {rows:,} people: {name}", value, "rows/s", beside=bare, digits=0) for name, value in names.items()]
