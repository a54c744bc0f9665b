"""Each API against its own description: Schemathesis reads /openapi.json and tries what it says, and what it does not say.

All its checks and all its phases: examples, borders, chance, and sequences in which one answer becomes the next request. A seed
makes a run repeatable; a failure prints the requests that show it.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from shared.web.routing import Route
from shared.web.serving import WatchedRunner

ROOT = Path(__file__).resolve().parents[2]
KEY = re.compile(r'"[!#-~]{8,128}"|[!#-~]{8,128}')
SEED = 20261122
PATIENCE = 600.0
EXAMPLES = pytest.mark.parametrize("examples", [5, pytest.param(100, marks=pytest.mark.soak)])
LEFT_OUT = "ensure_resource_availability"
"""A family that is opened for others is not visible to whoever opened it: that is a wall, and has tests of its own."""
PHASES = "examples,coverage,fuzzing,stateful"

ACCEPTED = ["2xx", "304", "403", "404", "409", "412", "422"]
"""422 only for what no schema can say: see `shape_as_described`."""

CONFIG = f"""
[generation]
deterministic = true

[checks.positive_data_acceptance]
expected-statuses = {json.dumps(ACCEPTED)}

[checks.missing_required_header]
expected-statuses = ["400", "401", "428"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "412", "413", "414", "415", "422", "428", "431"]
"""

OPERATION = """
[[operations]]
include-name = "{name}"
checks.positive_data_acceptance.expected-statuses = {accepted}
"""


def config_of(document: Mapping[str, Any]) -> str:
    """Return how to judge: what no schema can say is 400 for a cursor that nobody signed, or a digest of something else."""
    signed = [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if any(each["name"] in {"cursor", "Content-Digest"} for each in operation.get("parameters", ()))
    ]
    return CONFIG + "".join(OPERATION.format(name=name, accepted=json.dumps([*ACCEPTED, "400"])) for name in signed)


def every_scope(routes: Iterable[Route]) -> tuple[str, ...]:
    """Return all that the routes of a service need."""
    return tuple(sorted({route.needs for route in routes if isinstance(route.needs, str)}))


@web.middleware
async def _with_a_key_of_its_own(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One key is sent with all borders of a body; all but the first would be refused as another request with that key."""
    if KEY.fullmatch(request.headers.get("Idempotency-Key", "")):
        headers = request.headers.copy()
        headers["Idempotency-Key"] = uuid4().hex
        request = request.clone(headers=headers)
    return await handler(request)


class Served(TestServer):
    """An application on the server that production runs; but each request that could be a repeat is a new one."""

    async def _make_runner(self, **settings: Any) -> web.BaseRunner:
        self.app.middlewares.append(_with_a_key_of_its_own)
        return WatchedRunner(self.app, **settings)


async def tried(
    document: Mapping[str, Any], url: str, authorization: str, folder: Path, *, examples: int, leave_out: str = LEFT_OUT
) -> str:
    """Try a description against its service; return what does not hold, or nothing."""
    described, config = folder / "openapi.json", folder / "schemathesis.toml"
    await asyncio.to_thread(described.write_text, json.dumps(document), encoding="utf-8")
    await asyncio.to_thread(config.write_text, config_of(document), encoding="utf-8")
    program = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"
    options = [
        f"--url={url}", f"--header=Authorization:{authorization}", "--checks=all", f"--phases={PHASES}", f"--seed={SEED}",
        f"--max-examples={examples}", "--no-shrink", "--continue-on-failure", "--suppress-health-check=all", "--warnings=off",
        f"--exclude-checks={leave_out}",
    ]  # fmt: skip
    command = [sys.executable, "-c", program, "--no-color", "--config-file", str(config), "run", str(described), *options]
    run = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.hostile.described_hooks"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await run.communicate()
    finally:
        if run.returncode is None:
            run.kill()
            await run.wait()
    return "" if run.returncode == 0 else said.decode(errors="replace")
