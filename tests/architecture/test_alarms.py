"""deploy/alarms.yml, held to the measures in the code and to the runbook: no alarm without a measure, none without a page."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are not in the lock
from prometheus_client import REGISTRY

ROOT = Path(__file__).resolve().parents[2]
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "alarms.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text(encoding="utf-8")
SCRAPED: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
PROMETHEUS_OWN = {"up"}
WORDS = {"max", "min", "sum", "by", "rate", "increase", "time", "service", "producer", "status", "job", "surround"}

MEASURED = (
    "shared.jobs.measures",
    "shared.bus.metrics",
    "shared.web.observe",
    "services.network.jobs.lateness",
    "services.notify.jobs.lateness",
    "services.notify.gateways.inbox",
)


def names_in_code() -> dict[str, str]:
    """Every sample that processes may serve, with the words that explain its measure."""
    for module in MEASURED:
        importlib.import_module(module)
    found = {}
    for collector in REGISTRY._collector_to_names:
        for metric in collector.describe() if hasattr(collector, "describe") else ():
            suffix = "_total" if metric.type == "counter" else ""
            found[metric.name + suffix] = metric.documentation
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_rests_on_measures_that_the_code_has(rule: dict[str, Any]) -> None:
    without_strings = re.sub(r'"[^"]*"', "", rule["expr"])
    names = set(re.findall(r"(?<![0-9])[a-zA-Z_][a-zA-Z0-9_]*", without_strings)) - WORDS
    assert names
    assert names - set(names_in_code()) - PROMETHEUS_OWN == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_says_how_urgent_it_is_and_what_it_means(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith(".")


def test_each_alarm_has_its_page_in_the_runbook_and_each_page_its_alarm() -> None:
    pages = re.findall(r"^### `(\w+)`\n(.+)", RUNBOOK, flags=re.MULTILINE)
    assert [name for name, _ in pages] == [rule["alert"] for rule in RULES]
    assert [name for name, first in pages if len(first) < 20] == []


def test_whatever_is_measured_to_wake_somebody_is_in_an_alarm() -> None:
    names_in_code()
    of_these = [importlib.import_module(name) for name in ("shared.jobs.measures", "services.notify.jobs.lateness")]
    gauges = {thing._name for module in of_these for thing in vars(module).values() if type(thing).__name__ == "Gauge"}
    assert {name for name in gauges if name not in "\n".join(rule["expr"] for rule in RULES)} == set()


def test_prometheus_asks_every_process_that_stays() -> None:
    (job,) = SCRAPED["scrape_configs"]
    targets = job["static_configs"][0]["targets"]
    staying = {name for name, one in CONTAINERS.items() if "build" in one and one["restart"] != "no"}
    assert sorted(targets) == sorted(f"{name}:9100" for name in staying)
    assert {CONTAINERS[name]["environment"]["SURROUND_METRICS_LISTEN"] for name in staying} == {"0.0.0.0:9100"}
    reached = {"database", "default"}
    assert [name for name in staying if not reached & set(CONTAINERS[name]["networks"])] == []
    assert SCRAPED["rule_files"] == ["alarms.yml"]
