"""Every Celery queue that code sends to is consumed wherever Surround is run, and nothing listens to a queue nobody uses.

A service that uses Celery says its lanes in `jobs/worker.py` as `LANES`; `python -m services.<name> worker` consumes them all.
"""

import ast
import importlib
from pathlib import Path

import pytest
from redis import Redis

from deploy.local.runner import ROSTER
from shared.jobs.factory import queue_name
from tests.support.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
CHART = ROOT / "deploy" / "helm"


def sources_of(service: str) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in (ROOT / "services" / service).rglob("*.py")}


def uses_celery(service: str) -> bool:
    return any("make_celery(" in text for text in sources_of(service).values())


ALL = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))
WITH_WORKER = [service for service in ALL if uses_celery(service)]
with_worker = pytest.mark.parametrize("service", WITH_WORKER)


def lanes_of(service: str) -> set[str]:
    """The lanes whose queues the worker of a service consumes."""
    return {str(lane) for lane in importlib.import_module(f"services.{service}.jobs.worker").LANES}


def lanes_named(service: str) -> set[str]:
    """The lanes that code hands something over to by name."""
    calls = [node for text in sources_of(service).values() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    words = [word.value for call in calls for word in call.keywords if word.arg in {"lane", "queue"}]
    return {word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)}


@with_worker
def test_every_lane_that_code_names_is_consumed(service: str) -> None:
    assert lanes_named(service) <= lanes_of(service)


@with_worker
def test_every_lane_that_is_consumed_is_named_in_code(service: str) -> None:
    texts = [text for path, text in sources_of(service).items() if path.name != "worker.py"]
    unused = [lane for lane in lanes_of(service) if not any(f'"{lane}"' in text or f".{lane.upper()}" in text for text in texts)]
    assert unused == []


def test_the_demo_runs_a_worker_for_each_service_that_needs_one_and_no_other() -> None:
    assert [service for _, service, word in ROSTER if word == "worker"] == WITH_WORKER


def test_the_small_county_runs_the_same_workers() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert [service for service in ALL if f'"services.{service}", "worker"' in text] == WITH_WORKER


@pytest.mark.skipif(not CHART.exists(), reason="there is no chart yet")
def test_the_large_county_runs_the_same_workers() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in CHART.rglob("*.yaml"))
    assert [service for service in ALL if f'"services.{service}", "worker"' in text] == WITH_WORKER


@pytest.mark.stack
@with_worker
def test_the_running_worker_listens_to_every_lane(service: str, county_stack: Stack) -> None:
    with Redis.from_url(county_stack.celery_redis_url) as broker:
        bindings = [member for key in broker.scan_iter("_kombu.binding.*") for member in broker.smembers(key)]
    # Each binding ends in its queue, after kombu's separator.
    bound = {member.decode().rpartition("\x16")[2] for member in bindings}
    assert {queue_name(service, lane) for lane in lanes_of(service)} <= bound
