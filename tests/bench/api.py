"""Reading and writing a person over HTTP, beside bare aiohttp + asyncpg handlers that send the same SQL (DESIGN §9).

Both are processes of their own on uvloop, speak to the same PostgreSQL (fsync on), and are asked by the same client over as many
connections, turn by turn. The service also verifies a token, reads and validates, unseals and seals, chains its audit with a keyed
hash, keeps an Idempotency-Key's reply, counts and logs.

What PostgreSQL works for a request is measured on both sides too: only while it is the same is the bare handler a yardstick.
"""

import itertools
import json
import secrets
import statistics
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import uvloop
from aiohttp.test_utils import TestClient, TestServer

from deploy.local import servers
from services.network.app import make_web, open_network
from services.network.settings import read_settings
from shared.kernel.ids import read as read_id
from shared.kernel.ids import spell
from tests.bench.parts.bare import Recorder, Work, bare_process
from tests.bench.parts.figures import figure
from tests.bench.parts.load import Client, Served, request, seconds_worked_by_all
from tests.bench.parts.place import environment_of, place, service
from tests.support.tokens import Issuers, bearer

CONNECTIONS, ROUNDS, SECONDS = 8, 5, 2.0
READ_GOAL, WRITE_GOAL = 0.60, 0.50
SCOPES = ("people.read", "people.write", "people.contact.read")

CROWD = 20_000
"""People who are registered already."""

_numbers = itertools.count()


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


async def record(environment: dict[str, str], token: str) -> tuple[UUID, Work, Work]:
    """Register somebody and read them in this process, and return their id, and what both routes did."""
    reads, writes = [], []
    async with open_network(read_settings(environment)) as network, TestClient(TestServer(make_web(network))) as client:
        recorder = Recorder(network.engine)
        for _ in range(3):  # the first time, the driver also asks about types
            key = secrets.token_hex(16)
            recorder.take()
            created = await client.post("/v1/people", json=a_person(), headers=bearer(token, **{"Idempotency-Key": key}))
            writes.append(recorder.take())
            written = await created.read()
            path = created.headers["Location"]
            found = await client.get(path, headers=bearer(token))
            reads.append(recorder.take())
            answer = await found.read()
    write = Work.of_two(*writes[1:], status=created.status, answer=written, key=key)
    person_id = read_id("per", path.rpartition("/")[2])
    assert person_id in write.new_values
    return person_id, Work(reads[-1], found.status, answer), write


def crowd(owner_url: str, count: int, *, like: UUID) -> None:
    """Register so many others, like somebody who is there but for their ids and hashes, and let PostgreSQL count them.

    Nobody plans by tables that were empty a moment ago: which way a statement goes would be decided by who asked it first.
    """
    with psycopg.connect(owner_url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as owner:
        for statement in _CROWD:
            owner.execute(statement, {"count": count, "like": like})
        owner.execute("VACUUM ANALYZE")


_CROWD = (
    """INSERT INTO people SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', md5('person' || n), 'name_lookups', ARRAY[md5('name' || n) || md5(n::text)]))).*
       FROM people AS one, generate_series(1, %(count)s::integer) AS n WHERE one.id = %(like)s""",
    """INSERT INTO contact_points SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', md5('point' || rank || n), 'person_id', md5('person' || n), 'lookup', md5('value' || rank || n) || md5(n::text)))).*
       FROM contact_points AS one, generate_series(1, %(count)s::integer) AS n WHERE one.person_id = %(like)s""",
    """INSERT INTO data_keys SELECT (jsonb_populate_record(one, jsonb_build_object(
        'key_id', md5('key' || n), 'subject_id', md5('person' || n)))).*
       FROM data_keys AS one, generate_series(1, %(count)s::integer) AS n WHERE one.subject_id = %(like)s""",
)


async def _measure() -> tuple[dict[str, Served], dict[str, list[float]]]:
    issuers = Issuers()
    await issuers.start()
    token = issuers.staff(*SCOPES)
    port = servers.free_port()
    served = {name: Served() for name in ("read", "bare read", "write", "bare write")}
    database: dict[str, list[float]] = {name: [] for name in served}
    with place() as here:
        environment = environment_of(here, "network", issuers, port=port)
        person_id, read, write = await record(environment, token)
        crowd(environment["SURROUND_OWNER_DATABASE_URL"], CROWD, like=person_id)
        async with (
            service(here, "network", environment, "serve") as pid,
            bare_process(environment["SURROUND_DATABASE_URL"], read, write) as (bare_port, bare_pid),
            Client(port, CONNECTIONS) as ours,
            Client(bare_port, CONNECTIONS) as bare,
        ):
            get = request("GET", f"/v1/people/{spell('per', person_id)}", bearer(token))
            bare_get = request("GET", "/", bearer(token))

            def post_to(where: str) -> bytes:
                headers = bearer(token, **{"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)})
                return request("POST", where, headers, json.dumps(a_person()).encode())

            async def turn(name: str, client: Client, make: Callable[[], bytes], status: int, of: int, *, warms: bool) -> None:
                into = Served() if warms else served[name]
                before, sent = seconds_worked_by_all(here.postgres_pid), len(into.milliseconds)
                await client.load(make, seconds=SECONDS / 2 if warms else SECONDS, status=status, pid=of, into=into)
                worked = seconds_worked_by_all(here.postgres_pid) - before
                if not warms:
                    database[name].append(1000 * worked / (len(into.milliseconds) - sent))

            for n in range(ROUNDS + 1):
                await turn("bare read", bare, lambda: bare_get, 200, bare_pid, warms=not n)
                await turn("read", ours, lambda: get, 200, pid, warms=not n)
                await turn("bare write", bare, lambda: post_to("/"), 201, bare_pid, warms=not n)
                await turn("write", ours, lambda: post_to("/v1/people"), 201, pid, warms=not n)
    await issuers.stop()
    return served, database


def measure() -> list[dict[str, Any]]:
    """Measure all four in one run."""
    served, database = uvloop.run(_measure())
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
        asked, beside = (statistics.median(database[each]) for each in (name, f"bare {name}"))
        figures.append(
            figure(
                f"API {name}: processor time of PostgreSQL",
                asked,
                "ms a request",
                beside=beside,
                goal="the same work: 0.8 to 1.25",
                met=0.8 <= asked / beside <= 1.25,
                digits=2,
            )
        )
    return figures
