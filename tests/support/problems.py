"""Finds every code of the suite, and writes docs/problems.md: `python -m tests.support.problems`."""

import importlib
import pkgutil
from pathlib import Path

import services
from shared.kernel.errors import SurroundError
from shared.web.registry import errors_in, own_errors, problems_page
from shared.web.routing import Route

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "problems.md"


def service_names() -> list[str]:
    """Return the services that there are."""
    return sorted(found.name for found in pkgutil.iter_modules(services.__path__) if found.ispkg)


def routes_of(service: str) -> tuple[Route, ...]:
    """Return a service's declared surface; a service without an API of this kind has none."""
    web = ROOT / "services" / service / "web"
    if not ((web / "routes.py").exists() or (web / "routes").is_dir()):
        return ()
    routes: tuple[Route, ...] = getattr(importlib.import_module(f"services.{service}.web.routes"), "ROUTES", ())
    return tuple(route for route in routes if isinstance(route, Route))


def errors_of(service: str) -> list[type[SurroundError]]:
    """Return the refusals that a service's modules define."""
    found: list[type[SurroundError]] = []
    for file in sorted((ROOT / "services" / service).rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "shared.kernel.errors" in text and "code = " in text and "migrations" not in file.parts:
            found += errors_in(importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts)))
    return found


def every_error() -> list[type[SurroundError]]:
    """Return every refusal of the suite."""
    return [*own_errors(), *(error for service in service_names() for error in errors_of(service))]


if __name__ == "__main__":
    PAGE.write_text(problems_page(every_error()), encoding="utf-8")
