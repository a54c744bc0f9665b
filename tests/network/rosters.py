"""Roster files, as a county's own system sends them."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from services.network.use_cases.apply_next_chunk import apply_next_chunk
from shared.db.unit import Units
from tests.network.conftest import Answer, Api

CSV, NDJSON = "text/csv", "application/x-ndjson"
PEOPLE = "external_id,given_name,family_name,spoken_language,phone,email\n"
MEMBERS = "case_external_id,person_external_id,relationship,circle\n"
CASES = "external_id,title,unit,assigned\n"


def digest_of(content: bytes) -> str:
    """Return a Content-Digest."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


async def send_file(
    api: Api, content: str | bytes, *, media: str = CSV, digest: str | None = None, key: str = "", **query: Any
) -> Answer:
    """Send a file of people, unless the query says of what."""
    raw = content.encode() if isinstance(content, str) else content
    said = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in {"kind": "people", **query}.items()
    }
    headers = {
        **api._headers,
        "Content-Type": media,
        "Content-Digest": digest_of(raw) if digest is None else digest,
        "Idempotency-Key": key or uuid4().hex,
    }
    async with api._client.post("/v1/imports", params=said, data=raw, headers=headers) as response:
        body = await response.read()
        return Answer(response.status, json.loads(body), response.headers)


@dataclass(frozen=True, slots=True)
class Sends:
    """A county system, and what applies what it sends."""

    api: Api
    units: Units
    county_id: UUID

    async def apply(self) -> None:
        """Apply whatever waits, as the ticker does."""
        while await apply_next_chunk(self.units, self.county_id):
            pass

    async def done(self, content: str | bytes, **options: Any) -> dict[str, Any]:
        """Send a file, apply it, and return how it ended."""
        answer = await send_file(self.api, content, **options)
        assert answer.status == 202, answer.json
        await self.apply()
        found: dict[str, Any] = (await self.api.get(answer.headers["Location"])).json
        return found

    async def faults(self, order: Mapping[str, Any]) -> list[tuple[int, str | None, str]]:
        """Return line, column and code of all that is said of an import's lines."""
        async with self.api._client.get(order["errors_url"], headers=self.api._headers) as response:
            assert response.status == 200
            lines = [json.loads(line) for line in (await response.read()).splitlines()]
        assert all(each["detail"] for each in lines)
        return [(each["line"], each["column"], each["code"]) for each in lines]

    async def person(self, external_id: str) -> dict[str, Any] | None:
        """Return the person with the county's own id."""
        found = (await self.api.post("/v1/people:search", {"external_id": external_id})).json["items"]
        return (await self.api.get(f"/v1/people/{found[0]['id']}")).json if found else None


def counts(order: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of an import that are not nought."""
    names = ("created", "updated", "unchanged", "rejected", "repeated", "removed", "possible_duplicates")
    return {name: order[name] for name in names if order[name]}
