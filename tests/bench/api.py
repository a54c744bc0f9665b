"""Reading and writing a person over HTTP, beside bare aiohttp + asyncpg handlers that send the same SQL (DESIGN §9).

Both are processes of their own on uvloop, speak to the same PostgreSQL (fsync on), and are asked by the same client over as many
connections, turn by turn. The service also verifies a token, reads and validates, unseals and seals, chains its audit with a keyed
hash, keeps an Idempotency-Key's reply, counts and logs.
"""

import itertools
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import uvloop
from aiohttp.test_utils import TestClient, TestServer

from deploy.local import servers
from services.network.app import make_web, open_network
from services.network.settings import read_settings
from shared.kernel.ids import read as read_id
from tests.bench.parts.bare import Recorder, Step, Work, bare_process
from tests.bench.parts.load import Client, Served, request
from tests.bench.parts.place import environment_of, place, service
from tests.support.tokens import ALDER, Issuers, bearer

CONNECTIONS, ROUNDS, SECONDS = 8, 5, 2.0
READ_GOAL, WRITE_GOAL = 0.60, 0.50
SCOPES = ("people.read", "people.write", "people.contact.read")

_numbers = itertools.count()
_HASH = re.compile(r"[0-9a-f]{64}")


def a_person() -> dict[str, Any]:
    """Return somebody whose name, number and address nobody else has: whoever is like another is looked for, and shown."""
    n = next(_numbers)
    return {
        "given_name": f"Rosa{n}",
        "family_name": f"Delgado{n}",
        "born_on": "1961-04-02",
        "spoken_language": "es",
        "written_language": "es",
        "interpreter_needed": True,
        "contact_points": [
            {
                "channel": "sms",
                "value": f"+1916{200 + n // 10_000 % 700:03}{n % 10_000:04}",
                "preferred": True,
                "consent": "granted",
                "consent_source": "paper",
            },
            {"channel": "email", "value": f"rosa{n}@example.org"},
        ],
    }


async def record(environment: dict[str, str], token: str) -> tuple[str, Work, Work]:
    """Register somebody and read them in this process, and return the path, and what both routes did."""
    async with open_network(read_settings(environment)) as network, TestClient(TestServer(make_web(network))) as client:
        recorder = Recorder(network.engine)
        for _ in range(2):  # the first time, the driver also asks about types
            key = secrets.token_hex(16)
            recorder.take()
            created = await client.post("/v1/people", json=a_person(), headers=bearer(token, **{"Idempotency-Key": key}))
            write, written = recorder.take(), await created.read()
            path = created.headers["Location"]
            found = await client.get(path, headers=bearer(token))
            read, answer = recorder.take(), await found.read()
    made = {value for step in write for row in step.rows for value in row if isinstance(value, UUID)} - {ALDER}
    assert read_id("per", path.rpartition("/")[2]) in made
    return (
        path,
        Work(read, found.status, answer),
        Work(write, created.status, written, frozenset(made), frozenset({key, *_hashes(write)})),
    )


def _hashes(steps: Sequence[Step]) -> Iterator[str]:
    """Yield the keyed hashes of names and numbers: the bare handler's people, too, are like nobody."""
    for step in steps:
        for row in step.rows:
            for value in row:
                words = value if isinstance(value, list) else [value]
                yield from (word for word in words if isinstance(word, str) and _HASH.fullmatch(word))


async def _measure() -> dict[str, Served]:
    issuers = Issuers()
    await issuers.start()
    token = issuers.staff(*SCOPES)
    port = servers.free_port()
    served = {name: Served() for name in ("read", "bare read", "write", "bare write")}
    with place() as here:
        environment = environment_of(here, "network", issuers, port=port)
        path, read, write = await record(environment, token)
        async with (
            service(here, "network", environment, "serve") as pid,
            bare_process(environment["SURROUND_DATABASE_URL"], read, write) as (bare_port, bare_pid),
            Client(port, CONNECTIONS) as ours,
            Client(bare_port, CONNECTIONS) as bare,
        ):
            get = request("GET", path, bearer(token))
            bare_get = request("GET", "/", bearer(token))

            def post_to(where: str) -> bytes:
                headers = bearer(token, **{"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)})
                return request("POST", where, headers, json.dumps(a_person()).encode())

            warm = Served()
            for n in range(ROUNDS + 1):
                into = served if n else dict.fromkeys(served, warm)
                for_seconds = SECONDS if n else SECONDS / 2
                await bare.load(lambda: bare_get, seconds=for_seconds, status=200, pid=bare_pid, into=into["bare read"])
                await ours.load(lambda: get, seconds=for_seconds, status=200, pid=pid, into=into["read"])
                await bare.load(lambda: post_to("/"), seconds=for_seconds, status=201, pid=bare_pid, into=into["bare write"])
                await ours.load(lambda: post_to("/v1/people"), seconds=for_seconds, status=201, pid=pid, into=into["write"])
    await issuers.stop()
    return served


def measure() -> list[dict[str, Any]]:
    """Measure all four in one run."""
    served = uvloop.run(_measure())
    figures = []
    for name, goal, route in (("read", READ_GOAL, "GET /v1/people/{id}"), ("write", WRITE_GOAL, "POST /v1/people")):
        ours, bare = served[name], served[f"bare {name}"]
        ratio = ours.a_second / bare.a_second
        figures.append(
            {
                "name": f"API {name}: {route}, {CONNECTIONS} connections",
                "value": round(ours.a_second, 1),
                "unit": "requests/s",
                "yardstick": round(bare.a_second, 1),
                "ratio": round(ratio, 2),
                "goal": f">= {goal:.0%} of a bare handler sending the same SQL",
                "met": ratio >= goal,
            }
        )
        for what, value, beside, unit in (
            ("p50", ours.quantile(50), bare.quantile(50), "ms"),
            ("p99", ours.quantile(99), bare.quantile(99), "ms"),
            ("processor time of the process", ours.worked, bare.worked, "ms a request"),
        ):
            figures.append(
                {
                    "name": f"API {name}: {what}",
                    "value": round(value, 2),
                    "unit": unit,
                    "yardstick": round(beside, 2),
                    "ratio": round(value / beside, 2),
                    "goal": "",
                    "met": None,
                }
            )
    return figures
