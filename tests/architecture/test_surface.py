"""The surface of every service: a permission and a sentence for each route, a page and one meaning for each code."""

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.web.codes import CODES
from shared.web.openapi import describe
from shared.web.problems import status_of
from shared.web.registry import every_code, problems_page
from shared.web.routing import PUBLIC, Route
from tests.support.problems import PAGE, ROOT, every_error, routes_of, service_names

SCOPES = {
    "people.read",
    "people.contact.read",
    "people.write",
    "cases.read",
    "cases.write",
    "meetings.read",
    "meetings.write",
    "plans.read",
    "plans.write",
    "resources.write",
    "messages.read",
    "messages.write",
    "tasks.read",
    "tasks.write",
    "events.read",
    "audit.read",
    "imports.write",
    "webhooks.manage",
}

# What answers without a token, and why it may: each proves itself by a secret of its own, or by a provider's signature.
OPEN = {
    ("notify", "GET", "/f/{token}.ics"),
    ("notify", "POST", "/v1/providers/sms/inbound"),
    ("notify", "POST", "/v1/providers/sms/status"),
    ("notify", "GET", "/v1/links/current"),
    ("notify", "POST", "/v1/links/current/answers"),
    ("notify", "POST", "/v1/links/current/other-time"),
    ("notify", "POST", "/v1/links/current/language"),
    ("notify", "POST", "/v1/links/current/not-me"),
    ("notify", "GET", "/v1/links/current/entry.ics"),
    ("notify", "GET", "/v1/links/current/promises"),
    ("notify", "POST", "/v1/links/current/promises/{commitment_id}/answers"),
    ("notify", "POST", "/v1/links/current/promises/{commitment_id}/turns"),
    ("notify", "POST", "/v1/links/current/promises/{commitment_id}/withdrawal"),
    ("notify", "POST", "/v1/links/current/words"),
}

SURFACE = [(service, route) for service in service_names() for route in routes_of(service)]
NAMES = [f"{service} {route.method} {route.path}" for service, route in SURFACE]


@pytest.mark.parametrize(("service", "route"), SURFACE, ids=NAMES)
def test_a_route_needs_a_scope_or_is_known_to_be_open(service: str, route: Route) -> None:
    if route.needs is PUBLIC:
        assert (service, route.method, route.path) in OPEN
    else:
        assert route.needs in SCOPES


@pytest.mark.parametrize(("service", "route"), SURFACE, ids=NAMES)
def test_a_handler_says_what_it_does(service: str, route: Route) -> None:
    assert route.summary.endswith("."), f"{service}: {route.name}"


@pytest.mark.parametrize(("service", "route"), SURFACE, ids=NAMES)
def test_a_path_is_spelled_like_the_others(service: str, route: Route) -> None:
    del service
    assert re.fullmatch(r"(/(v1|[a-z]+(-[a-z]+)*|\{[a-z_]+\}))+(:[a-z]+(-[a-z]+)*)?(\.[a-z]+)?", route.path), route.path
    assert route.body is None or route.method in {"POST", "PUT", "PATCH"}


@pytest.mark.parametrize("service", service_names())
def test_no_address_is_declared_twice(service: str) -> None:
    declared = Counter((route.method, route.path) for route in routes_of(service))
    assert not [each for each, times in declared.items() if times > 1]


@pytest.mark.parametrize("service", [service for service in service_names() if routes_of(service)])
def test_the_description_of_a_service_is_valid(service: str) -> None:
    schemas = importlib.import_module(f"services.{service}.web.schemas")
    OpenAPIV31SpecValidator(describe(service, routes_of(service), schemas.PREFIXES)).validate()


def test_each_refusal_has_a_code_of_its_own() -> None:
    times = Counter(error.code for error in set(every_error()))
    assert not [code for code, number in times.items() if number > 1]


def test_each_code_is_lower_snake_and_has_a_sentence_and_a_status() -> None:
    for error in every_error():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", error.code), error
        assert re.search(r"[.!]$", error().detail), f"{error.__name__} needs a docstring: the sentence a person reads"
        assert 400 <= status_of(error) <= 503


def test_each_code_of_a_value_is_in_the_one_list() -> None:
    """`Fault("code", …)` and `refuse("code", …)` anywhere in the product."""
    known = set(every_code(every_error())) | set(CODES)
    used = {code for folder in ("services", "shared") for file in (ROOT / folder).rglob("*.py") for code in codes_in(file)}
    assert used <= known, f"add to shared/web/codes.py: {sorted(used - known)}"


def codes_in(file: Path) -> set[str]:
    """Return the literal codes of faults in one file."""
    calls = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    found = set()
    for call in calls:
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "code")]
        if name in {"Fault", "refuse"}:
            found |= {value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    return found


def test_the_page_of_codes_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == problems_page(every_error()), "run: python -m tests.support.problems"
