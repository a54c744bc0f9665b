"""PostgreSQL that keeps what it commits, a Valkey, and one service as a process: for a measurement that needs no more."""

import asyncio
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from deploy.local import servers
from deploy.local.state import ROOT
from tests.support.databases import Databases
from tests.support.limits import PLENTY, QUOTAS
from tests.support.servers import Servers
from tests.support.tokens import Issuers

READY_WITHIN = 60.0
WRAPPING_KEY = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the servers of one measurement are."""

    folder: Path
    databases: Databases
    redis_url: str
    postgres_pid: int


@contextmanager
def place() -> Iterator[Place]:
    """Both servers, ended and removed with everything they wrote."""
    folder = servers.short_folder("sb")
    folder.chmod(0o755)
    postgres = servers.start_postgres(folder / "data", folder / "postgres.log")
    try:
        valkey = servers.start_valkey(folder / "valkey", folder / "valkey.log")
        try:
            yield Place(folder, Databases(Servers(postgres.url("postgres"), valkey.url()), "bench"), valkey.url(), postgres.pid)
        finally:
            servers.stop([valkey.pid])
    finally:
        servers.stop([postgres.pid], signal.SIGINT)
        for each in (folder, postgres.sockets):
            shutil.rmtree(each, ignore_errors=True)


def environment_of(here: Place, service: str, issuers: Issuers, *, port: int) -> dict[str, str]:
    """Return the settings of a service's process, with a migrated database of its own."""
    database = here.databases.of(service)
    counties = here.folder / "counties.json"
    rows = [asdict(county) | {"id": str(county.id)} for county in issuers.counties]
    counties.write_text(json.dumps(rows), encoding="utf-8")
    system = issuers.system_client
    return {
        "SURROUND_LISTEN": f"127.0.0.1:{port}",
        "SURROUND_DATABASE_URL": database.app_url,
        "SURROUND_OWNER_DATABASE_URL": database.owner_url,
        "SURROUND_REDIS_URL": here.redis_url,
        "SURROUND_COUNTIES": str(counties),
        "SURROUND_WRAPPING_KEY": base64.b64encode(WRAPPING_KEY).decode(),
        "SURROUND_SYSTEM_ISSUER": system.issuer,
        "SURROUND_SYSTEM_JWKS_URL": system.jwks_url,
        "SURROUND_SYSTEM_TOKEN_URL": system.token_url,
        "SURROUND_SYSTEM_CLIENT_ID": system.client_id,
        "SURROUND_SYSTEM_CLIENT_SECRET": system.client_secret,
        QUOTAS: PLENTY,
        **{f"SURROUND_{name}_URL": f"http://127.0.0.1:{port}" for name in ("NETWORK", "MEETINGS", "NOTIFY", "PORTAL")},
    }


@asynccontextmanager
async def service(here: Place, name: str, environment: dict[str, str], *words: str) -> AsyncIterator[int]:
    """Run `python -m services.<name>` until the measurement is done, and give its pid once it is ready."""
    log = here.folder / f"{name}.log"
    process = started(log, environment, "-m", f"services.{name}", *words)
    try:
        await ready(f"http://{environment['SURROUND_LISTEN']}/readyz", process, log)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def started(log: Path, environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    """Start a Python process that knows these settings and no others of Surround's."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SURROUND_")}
    with log.open("ab") as out:
        return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=kept | environment, stdout=out, stderr=out)


async def ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a process answers."""
    give_up = asyncio.get_running_loop().time() + READY_WITHIN
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            if process.poll() is not None or asyncio.get_running_loop().time() > give_up:
                raise AssertionError(f"not ready: {servers.tail(log)}")
            await asyncio.sleep(0.05)
