"""A county's roster of 100,000 people, sent as one file and applied to the last line, and its families and members after them.

One PostgreSQL (fsync on), one process. Two yardsticks: a bare COPY writes the cells of the file in clear into one table without
an index; and a bare script writes the very rows that the import has written, sealed words, history, audit and facts, ready as they
are. An import reads the cells strictly, looks each person up and for whoever is alike, gives each a data key, seals every word, and
writes history, audit and the fact that others hear. Processor time is this process's own: it holds while others work beside it.
"""

import base64
import gc
import hashlib
import io
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import uvloop
from aiohttp.test_utils import TestClient, TestServer

from deploy.local import servers
from services.network.app import Network, make_web, open_network
from services.network.settings import read_settings
from services.network.use_cases.apply_next_chunk import apply_next_chunk
from tests.bench.parts.figures import figure
from tests.bench.parts.place import environment_of, place
from tests.bench.parts.same_rows import plain, written_again
from tests.bench.parts.taken import Taken, taken_by
from tests.support.tokens import ALDER, Issuers, bearer

ROWS = 100_000
PARTS = 10_000
"""So many families, and so many members: a county's are fewer than its people. The bare script writes as many people."""
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


def families(rows: int) -> bytes:
    """Return a file of families that two workers hold."""
    lines = [f"{n:07},The Family{n % 7919} family,north,amy bo" for n in range(rows)]
    return "\n".join(["external_id,title,unit,assigned", *lines, ""]).encode()


def around(rows: int) -> bytes:
    """Return a file of as many members, three around each family."""
    lines = [f"{n // 3:07},{n:07},{('coach', 'neighbor', 'the man next door')[n % 3]},middle" for n in range(rows)]
    return "\n".join(["case_external_id,person_external_id,relationship,circle", *lines, ""]).encode()


async def _copied(owner_url: str, file: bytes, rows: int) -> Taken:
    """Return what a bare COPY takes, committed."""
    connection = await asyncpg.connect(plain(owner_url))
    await connection.execute(f"CREATE TABLE bare_roster ({', '.join(f'{each} text' for each in COLUMNS)})")
    copy = partial(connection.copy_to_table, "bare_roster", source=io.BytesIO(file), format="csv", header=True)
    taken = await taken_by(copy, rows)
    await connection.execute("DROP TABLE bare_roster")
    await connection.close()
    return taken


class _Sender:
    """A county's system, and the process that takes in what it sends."""

    def __init__(self, network: Network, client: "TestClient[Any, Any]", token: str) -> None:
        self._network = network
        self._client = client
        self._token = token

    async def takes(self, kind: str, file: bytes, rows: int, outcome: str) -> tuple[Taken, Taken]:
        """Return what sending a file takes, and applying it. Raises AssertionError unless all its lines came to `outcome`."""
        path: list[str] = []
        sent = await taken_by(lambda: self._send(kind, file, path), rows)
        applied = await taken_by(self._apply, rows)
        async with self._client.get(path[0], headers=bearer(self._token)) as answer:
            order = await answer.json()
            assert (order["status"], order[outcome]) == ("succeeded", rows), order
        return sent, applied

    async def _send(self, kind: str, file: bytes, path: list[str]) -> None:
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(file).digest()).decode()}:"
        said = {"Content-Type": "text/csv", "Content-Digest": digest, "Idempotency-Key": secrets.token_hex(16)}
        headers = bearer(self._token, **said)
        async with self._client.post(f"/v1/imports?kind={kind}", data=io.BytesIO(file), headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            path.append(answer.headers["Location"])

    async def _apply(self) -> None:
        while await apply_next_chunk(self._network.units, ALDER):
            pass


Measured = Callable[[_Sender, dict[str, str]], Awaitable[list[dict[str, Any]]]]


async def _measure(rows: int, parts: int) -> list[dict[str, Any]]:
    issuers = Issuers()
    await issuers.start()
    gc.freeze()  # as every process of a service does when it starts
    found = await _in_an_empty_county(issuers, lambda sender, environment: _whole(sender, environment, rows, parts))
    found += await _in_an_empty_county(issuers, lambda sender, environment: _beside_same_rows(sender, environment, parts))
    await issuers.stop()
    return found


async def _in_an_empty_county(issuers: Issuers, measured: Measured) -> list[dict[str, Any]]:
    token = issuers.alder.sign(issuers.alder.claims("alder-cws", roles=["system"], units=[], scope=" ".join(SCOPES)))
    with place() as here:
        environment = environment_of(here, "network", issuers, port=servers.free_port())
        async with open_network(read_settings(environment)) as network, TestClient(TestServer(make_web(network))) as client:
            return await measured(_Sender(network, client, token), environment)


async def _whole(sender: _Sender, environment: dict[str, str], rows: int, parts: int) -> list[dict[str, Any]]:
    file = roster(rows)
    copied = await _copied(environment["SURROUND_OWNER_DATABASE_URL"], file, rows)
    sent, applied = await sender.takes("people", file, rows, "created")
    sent_again, applied_again = await sender.takes("people", file, rows, "unchanged")
    rates = {
        "from the first byte to the last line": sent + applied,
        "receiving, checking and sealing the file": sent,
        "applying it": applied,
        "the same file again, nothing changed": sent_again + applied_again,
    }
    found = [
        figure(f"import of {rows:,} people: {name}, beside a bare COPY", taken.rate, "rows/s", beside=copied.rate, digits=0)
        for name, taken in rates.items()
    ]
    for kind, made in {"cases": families(parts), "members": around(parts)}.items():
        sent, applied = await sender.takes(kind, made, parts, "created")
        whole = sent + applied
        found += [
            figure(f"import of {parts:,} {kind}", whole.rate, "rows/s", digits=0),
            figure(f"import of {parts:,} {kind}: processor time a row", whole.microseconds, "µs", digits=0),
        ]
    return found


async def _beside_same_rows(sender: _Sender, environment: dict[str, str], parts: int) -> list[dict[str, Any]]:
    """Import into an empty county, and let a bare script write the same rows into the tables emptied again."""
    _, applied = await sender.takes("people", roster(parts), parts, "created")
    urls = environment["SURROUND_OWNER_DATABASE_URL"], environment["SURROUND_DATABASE_URL"]
    bare = await written_again(*urls, str(ALDER), parts)
    name = f"applying {parts:,} people, beside a bare script that writes the same rows"
    return [
        figure(name, applied.rate, "rows/s", beside=bare.rate, digits=0),
        figure(f"{name}: processor time a row", applied.microseconds, "µs", beside=bare.microseconds, digits=0),
    ]


def measure(rows: int = ROWS, parts: int = PARTS) -> list[dict[str, Any]]:
    """Import the file twice, then families and members; and once more beside a script."""
    return uvloop.run(_measure(rows, parts))
