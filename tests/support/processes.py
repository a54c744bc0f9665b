"""Real processes of services, to be killed or frozen at places of their own code: what every test of faults stands on.

    network = await deployment.start("network", "relay", fault="relay.after_xadd_before_mark:2")
    await network.died()                                   # at its place, with code 137
    await deployment.start("network", "relay")             # its successor

A `Deployment` is one set of settings: a county, a PostgreSQL database for each service, two numbered databases of Valkey and a
loopback port for each API. `start` runs the words that an operator would type after `python -m services.<name>`, in a process of
its own that shares nothing with the test. The modules are imported once, by the fork server of `multiprocessing`, and each process
begins as a fork of it: so a start costs hundredths of a second and not a whole one.
"""

import asyncio
import base64
import importlib
import itertools
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
from sqlalchemy.engine import make_url

from deploy.local.servers import free_port
from deploy.local.state import ROOT
from shared import fault as faults
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.settings import SERVICES
from tests.support.databases import Database, DatabaseOf
from tests.support.tokens import Issuers, a_county

WRAPPING_KEY = bytes(range(32))
WITHIN = 30.0
"""Seconds in which everything here happens, recovery among it (RELIABILITY R3)."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([f"services.{name}.__main__" for name in ("network", "meetings", "notify")])


async def until(holds: Callable[[], Awaitable[bool]], *, within: float = WITHIN, every: float = 0.02) -> float:
    """Return, as soon as something holds, how many seconds that took; raise TimeoutError when it does not in time."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110  the condition is in another process, a database or a server
            await asyncio.sleep(every)
    return loop.time() - begun


class Running:
    """One process of a service."""

    def __init__(self, service: str, words: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        """Start it."""
        self.address = f"http://{environment['SURROUND_LISTEN']}"
        self._log = log
        self._process: ForkServerProcess = _FORKS.Process(
            target=_run, args=(service, words, dict(environment), str(log)), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """The process id."""
        pid = self._process.pid
        assert pid is not None
        return pid

    def said(self) -> str:
        """Return all that it has logged."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def is_alive(self) -> bool:
        """Say whether it runs or is frozen."""
        return self._process.is_alive()

    async def ended(self, *, within: float = WITHIN) -> int:
        """Wait for its end; return its exit code, negative for a signal."""
        await self._until(self._has_ended, within)
        code = self._process.exitcode
        assert code is not None
        return code

    async def died(self, *, within: float = WITHIN) -> None:
        """Wait until it has died at the place that FAULT named, and not elsewhere."""
        code = await self.ended(within=within)
        assert code == faults.KILLED, f"ended with {code}\n{self.said()}"

    async def froze(self, *, within: float = WITHIN) -> None:
        """Wait until it stands still, at the place that FAULT named or by SIGSTOP."""
        await self._until(self._is_frozen, within)

    async def has_broken(self) -> bool:
        """Say whether it has ended or stands still."""
        return not self._process.is_alive() or await self._is_frozen()

    async def started(self, *, within: float = WITHIN) -> None:
        """Wait until its parts run."""
        await self._until(self._has_started, within)

    async def ready(self, *, within: float = WITHIN) -> None:
        """Wait until its API takes requests; whether it finds everything in order is for the caller to ask."""
        async with aiohttp.ClientSession() as session:

            async def answers() -> bool:
                try:
                    async with session.get(f"{self.address}/livez"):
                        return True
                except aiohttp.ClientError:
                    return False

            await self._until(answers, within)

    def kill(self) -> None:
        """End it as `kill -9` does, if it still lives."""
        if self._process.is_alive():
            self._process.kill()

    def freeze(self) -> None:
        """Stop it where it stands."""
        os.kill(self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Let a frozen one go on."""
        os.kill(self.pid, signal.SIGCONT)

    async def stop(self, *, within: float = WITHIN) -> int:
        """Ask it to end, as a supervisor does; return its exit code."""
        self._process.terminate()
        return await self.ended(within=within)

    async def _until(self, holds: Callable[[], Awaitable[bool]], within: float) -> None:
        try:
            await until(holds, within=within)
        except TimeoutError:
            raise AssertionError(f"waited {within:g} s for process {self.pid} in vain\n{self.said()[-4000:]}") from None

    async def _has_ended(self) -> bool:
        return not self._process.is_alive()

    async def _is_frozen(self) -> bool:
        return _state_of(self.pid) == "T"

    async def _has_started(self) -> bool:
        assert self._process.is_alive(), self.said()
        return "process.started" in self.said()


class Deployment:
    """Settings that processes share, and the processes. `close` kills whatever still runs."""

    def __init__(self, folder: Path, *, issuers: Issuers, fresh_database_of: DatabaseOf, redis_url: str) -> None:
        """Describe a deployment of one county; a database is made when its service is first named."""
        self.county = a_county(uuid4(), issuers.alder)
        self.redis_url = redis_url
        self.settings: dict[str, str] = {}
        """Settings for every process that starts from now on."""
        self._folder = folder
        self._issuers = issuers
        self._fresh_database_of = fresh_database_of
        self._databases: dict[str, Database] = {}
        self._ports = {name: free_port() for name in SERVICES}
        self._units: list[Units] = []
        self._running: list[Running] = []
        self._numbers = itertools.count()
        county = {**asdict(self.county), "id": str(self.county.id)}
        (folder / "counties.json").write_text(json.dumps([county]), encoding="utf-8")

    @property
    def county_id(self) -> UUID:
        """The county."""
        return self.county.id

    def database(self, service: str) -> Database:
        """Return a service's database, which nobody outside of this deployment uses."""
        if service not in self._databases:
            self._databases[service] = self._fresh_database_of(service)
        return self._databases[service]

    def url(self, service: str) -> str:
        """Return where a service's API listens when it runs."""
        return f"http://127.0.0.1:{self._ports[service]}"

    def units(self, service: str) -> Units:
        """Return the transactions of a service, for a test that commits as the service itself would."""
        engine = make_engine(self.database(service).app_url)
        units = Units(engine, service=service, wrapping_key=WRAPPING_KEY, counties=(self.county,))
        self._units.append(units)
        return units

    def environment(self, service: str, **settings: str) -> dict[str, str]:
        """Return what an operator would set for a process of a service."""
        system, database = self._issuers.system_client, self.database(service)
        kept = {n: v for n, v in os.environ.items() if not n.startswith("SURROUND_") and n != faults.VARIABLE}
        return {
            **kept,
            "SURROUND_LISTEN": f"127.0.0.1:{self._ports[service]}",
            "SURROUND_DATABASE_URL": database.app_url,
            "SURROUND_OWNER_DATABASE_URL": database.owner_url,
            "SURROUND_REDIS_URL": self.redis_url,
            "SURROUND_CELERY_REDIS_URL": make_url(self.redis_url).set(database="1").render_as_string(hide_password=False),
            "SURROUND_COUNTIES": str(self._folder / "counties.json"),
            "SURROUND_WRAPPING_KEY": base64.b64encode(WRAPPING_KEY).decode(),
            "SURROUND_SYSTEM_ISSUER": system.issuer,
            "SURROUND_SYSTEM_JWKS_URL": system.jwks_url,
            "SURROUND_SYSTEM_TOKEN_URL": system.token_url,
            "SURROUND_SYSTEM_CLIENT_ID": service,
            "SURROUND_SYSTEM_CLIENT_SECRET": system.client_secret,
            **{f"SURROUND_{name.upper()}_URL": self.url(name) for name in SERVICES},
            **self.settings,
            **settings,
        }

    async def start(self, service: str, *words: str, fault: str = "", **settings: str) -> Running:
        """Start `python -m services.<service> <words>`; `fault` is `<place>`, `<place>:<n>` or `<place>:<n>:freeze`."""
        environment = self.environment(service, **settings)
        if fault:
            environment[faults.VARIABLE] = fault
        log = self._folder / f"{next(self._numbers)}-{service}-{words[0]}.log"
        # The first start waits until the fork server has imported the services; the test's own servers must go on meanwhile.
        running = await asyncio.to_thread(Running, service, words, environment, log)
        self._running.append(running)
        return running

    async def close(self) -> None:
        """Kill what still runs and close what was opened."""
        for running in self._running:
            running.kill()
        for running in self._running:
            await running.ended()
        for units in self._units:
            await units.engine.dispose()


def _state_of(pid: int) -> str:
    """Return the letter that Linux gives a process's state: T is stopped, and X is one that is no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"


def _run(service: str, words: tuple[str, ...], environment: dict[str, str], log: str) -> None:
    """Be the process: its environment, its output, its command, its exit code."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = [service, *words]
    code: int = importlib.import_module(f"services.{service}.__main__").main(words)
    sys.exit(code)
