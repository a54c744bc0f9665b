"""What every test may ask for. Servers start once for a run, in the process that the person started."""

import pytest

from tests.support.servers import Running, Servers, known

_running: list[Running] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before xdist starts its workers, which find them through the environment."""
    distributed = bool(getattr(config.option, "numprocesses", None)) and not hasattr(config, "workerinput")
    if distributed and not config.option.collectonly:
        _running.append(Running())


def pytest_unconfigure() -> None:
    """Stop the servers that this process started."""
    while _running:
        _running.pop().stop()


@pytest.fixture(scope="session")
def servers() -> Servers:
    """PostgreSQL and Valkey of this test run; without xdist they start when first asked for."""
    found = known()
    if found is None:
        _running.append(Running())
        found = _running[-1].servers
    return found
