"""What every test may ask for. PostgreSQL starts once for a run, in the process that the person started."""

import os
import secrets
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from deploy.local.servers import PORTS
from tests.support import limits, stack
from tests.support.databases import RUN, DatabaseOf, Databases
from tests.support.servers import ADMIN_URL, Postgres, Servers, Valkey

hypothesis.settings.register_profile("same_everywhere", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("same_everywhere")

_running: list[Postgres] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL before xdist starts its workers, which find it through the environment."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends the run leaves no server behind
    limits.widen()
    worker, workers = os.environ.get("PYTEST_XDIST_WORKER", ""), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if worker:
        # Many tests hold a port before they bind it; those of another worker must not be given the same.
        share, number = 12_000 // workers, int(worker.removeprefix("gw"))
        os.environ[PORTS] = f"{20_000 + number * share}-{20_000 + (number + 1) * share - 1}"
    distributed = bool(getattr(config.option, "numprocesses", None)) and not hasattr(config, "workerinput")
    if distributed and not config.option.collectonly:
        os.environ[RUN] = secrets.token_hex(3)
        _running.append(Postgres())


def pytest_unconfigure() -> None:
    """Stop the server that this process started."""
    while _running:
        _running.pop().stop()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give every test of the whole county to one worker, so that it starts once."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if item.get_closest_marker("stack") or item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The PostgreSQL of this test run, and a Valkey that no other worker touches."""
    if ADMIN_URL not in os.environ:
        _running.append(Postgres())
    valkey = Valkey()
    yield Servers(os.environ[ADMIN_URL], valkey.redis_url)
    valkey.stop()


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Iterator[Databases]:
    """Where this worker's databases come from."""
    made = Databases(servers, os.environ.get("PYTEST_XDIST_WORKER", "main"))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def database_of(databases: Databases) -> DatabaseOf:
    """`database_of("network")`: a migrated database that this worker's tests share; each test uses a new county."""
    return databases.of


@pytest.fixture(scope="session")
def fresh_database_of(databases: Databases) -> DatabaseOf:
    """`fresh_database_of("network")`: a migrated database of the caller's own."""
    return databases.fresh


@pytest.fixture(scope="session")
def county_stack() -> Iterator[stack.Stack]:
    """The whole county with its sample families, as `make demo` starts it; tests that use it are marked `stack`."""
    running = stack.start()
    yield running
    stack.stop(running)
