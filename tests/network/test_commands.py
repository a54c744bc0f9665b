"""`python -m services.network …`, as an operator types it."""

import asyncio
import base64
import json
import os
import secrets
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from sqlalchemy import NullPool, create_engine, text

from deploy.local.servers import free_port
from deploy.local.state import ROOT
from services.network.use_cases.register_person import register_person
from shared.db.engine import make_engine
from shared.db.migrations_kit import heads
from shared.db.unit import Actor, Units
from tests.network.conftest import WRAPPING_KEY
from tests.support.databases import Database, DatabaseOf
from tests.support.factories import TODAY, a_caller, a_registration, a_wish
from tests.support.processes import until
from tests.support.servers import Servers
from tests.support.tokens import Issuers, a_county

Environment = dict[str, str]


@pytest.fixture
def own_database(fresh_database_of: DatabaseOf) -> Database:
    """A database whose log nobody else numbers."""
    return fresh_database_of("network")


@pytest.fixture
def environment(own_database: Database, servers: Servers, issuers: Issuers, county_id: UUID, tmp_path: Path) -> Environment:
    """The settings of a process of network, in one county."""
    file = tmp_path / "counties.json"
    file.write_text(json.dumps([asdict(a_county(county_id, issuers.alder)) | {"id": str(county_id)}]), encoding="utf-8")
    system = issuers.system_client
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SURROUND_")},
        "SURROUND_LISTEN": f"127.0.0.1:{free_port()}",
        "SURROUND_DATABASE_URL": own_database.app_url,
        "SURROUND_OWNER_DATABASE_URL": own_database.owner_url,
        "SURROUND_REDIS_URL": servers.redis_url,
        "SURROUND_COUNTIES": str(file),
        "SURROUND_WRAPPING_KEY": base64.b64encode(WRAPPING_KEY).decode(),
        "SURROUND_SYSTEM_ISSUER": system.issuer,
        "SURROUND_SYSTEM_JWKS_URL": system.jwks_url,
        "SURROUND_SYSTEM_TOKEN_URL": system.token_url,
        "SURROUND_SYSTEM_CLIENT_ID": system.client_id,
        "SURROUND_SYSTEM_CLIENT_SECRET": system.client_secret,
        **{f"SURROUND_{name}_URL": "http://127.0.0.1:9" for name in ("NETWORK", "MEETINGS", "NOTIFY", "PORTAL")},
    }


async def start(environment: Environment, *words: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.network", *words, cwd=ROOT, env=environment, stdout=PIPE, stderr=PIPE
    )


async def run(environment: Environment, *words: str) -> tuple[int | None, str]:
    """Run a command to its end; return its code and all that it said."""
    process = await start(environment, *words)
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def test_all_runs_until_a_signal_and_publishes_what_waits(
    environment: Environment, own_database: Database, county_id: UUID
) -> None:
    await a_registered_person(own_database, county_id)
    process = await start(environment, "all")
    ready = await wait_for(f"http://{environment['SURROUND_LISTEN']}/readyz")

    async def is_published() -> bool:
        return as_owner(own_database, "SELECT position, published FROM log") == [(1, True)]

    await until(is_published)
    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(process.communicate(), 20)
    assert (ready, process.returncode) == ("ready", 0), said.decode()
    assert "Carmen" not in said.decode()


async def test_the_audit_is_verified_and_a_change_is_named(
    environment: Environment, own_database: Database, county_id: UUID
) -> None:
    await a_registered_person(own_database, county_id)
    code, said = await run(environment, "audit-verify")
    assert (code, said.split(";")[0]) == (0, "alder: 1 entries hold")
    as_owner(own_database, "UPDATE audit SET action = 'person.forgotten'")
    code, said = await run(environment, "audit-verify")
    assert (code, said.split(";")[0]) == (1, "alder: entry 1 is broken (changed)")


async def test_migrating_twice_is_as_good_as_once(environment: Environment) -> None:
    assert await run(environment, "migrate") == (0, f"network: at {', '.join(heads('services.network'))}\n")


async def test_words_of_somebody_around_no_open_family_are_destroyed_by_two(
    environment: Environment, own_database: Database, county_id: UUID
) -> None:
    await a_registered_person(own_database, county_id)
    [(person_id,)] = as_owner(own_database, "SELECT id FROM people")
    words = ("destroy-words", f"per_{person_id.hex}", "--county", "alder", "--by", "ana", "--approved-by")
    code, said = await run(environment, *words, "ana")
    assert (code, "second_person_needed" in said) == (1, True)
    code, said = await run(environment, *words, "bo")
    assert (code, said) == (0, "alder: the words of this person are destroyed; other services follow within seconds\n")
    assert as_owner(own_database, "SELECT count(*) FROM data_keys WHERE wrapped IS NOT NULL") == [(0,)]


async def test_nothing_is_parked_at_first(environment: Environment) -> None:
    assert await run(environment, "parked") == (0, "Nothing is parked.\n")


async def test_a_missing_setting_is_named_and_no_value_shown(environment: Environment) -> None:
    secret = secrets.token_hex(8)
    code, said = await run({**environment, "SURROUND_WRAPPING_KEY": secret}, "serve")
    assert code == 2
    assert "SURROUND_WRAPPING_KEY" in said
    assert secret not in said


async def a_registered_person(database: Database, county_id: UUID) -> None:
    engine = make_engine(database.app_url)
    async with Units(engine, service="network", wrapping_key=WRAPPING_KEY).open(county_id, Actor("staff", "amy")) as unit:
        await register_person(unit, a_registration(a_wish()), caller=a_caller(), today=TODAY, now=unit.now)
    await engine.dispose()


def as_owner(database: Database, query: str) -> list[Any]:
    """Run a statement past every wall."""
    with create_engine(database.owner_url, poolclass=NullPool).begin() as connection:
        done = connection.execute(text(query))
        return list(done) if done.returns_rows else []


async def wait_for(url: str) -> str:
    """Ask until the process is ready; return what it says then."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        while True:
            try:
                async with session.get(url) as answer:
                    status = str((await answer.json())["status"])
            except aiohttp.ClientError:
                status = ""
            if status == "ready":
                return status
            await asyncio.sleep(0.1)
