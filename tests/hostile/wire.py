"""Sends rows as they are, byte for byte, and judges what came back by the rules that hold for every row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import generate_latest
from sqlalchemy import create_engine, text
from yarl import URL

from tests.hostile.rows import Row, Sent
from tests.network.conftest import Api
from tests.support.databases import Database

_LARGE = 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.content)

    @property
    def codes(self) -> set[str]:
        """The problem's own code and those of the values at fault."""
        problem = self.json
        return {problem["code"], *(each["code"] for each in problem.get("errors", ()))}

    @property
    def places(self) -> set[str]:
        """Where the values at fault are, by pointer or parameter, or by the line of a file."""
        places = (
            each.get("pointer") or each.get("parameter") or f"line {each.get('line')}" for each in self.json.get("errors", ())
        )
        return set(places)


class Wire:
    """The connection of somebody who has signed in; bodies and addresses leave as they are given."""

    def __init__(self, api: Api) -> None:
        """Speak with the token of an `Api`."""
        self._client, self._headers = api._client, api._headers

    async def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request; POST gets a key of its own unless one is given."""
        usual = (
            {"Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json"}
            if body is not None
            else {}
        )
        key = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        url = URL(str(self._client.make_url("/")).rstrip("/") + path, encoded=True)
        large = body is not None and len(body) > _LARGE  # which aiohttp would rather read than be given
        async with self._client.session.request(
            method,
            url,
            data=BytesIO(body) if body is not None and large else body,
            headers={**usual, **key, **self._headers, **spelled},
            allow_redirects=False,
        ) as response:
            return Answer(response.status, await response.read(), response.headers)

    async def send_json(self, method: str, path: str, body: Any, **headers: str) -> Answer:
        """Send a value."""
        return await self.send(method, path, json.dumps(body).encode(), **headers)


class Shelf:
    """All that a service has stored for one county, read past the wall in one query."""

    def __init__(self, database: Database) -> None:
        """Look into one database."""
        self._engine = create_engine(database.owner_url)
        with self._engine.connect() as connection:
            tables = connection.execute(
                text(
                    "SELECT c.table_name FROM information_schema.columns c JOIN pg_tables t ON t.tablename = c.table_name"
                    " WHERE c.column_name = 'county_id' AND t.schemaname = 'public' ORDER BY 1"
                )
            ).scalars()
            self._query = " UNION ALL ".join(
                f"SELECT '{table}' || t::text FROM {table} t WHERE county_id = :county"  # noqa: S608  our own tables
                for table in tables
            )

    def of(self, county_id: UUID) -> list[str]:
        """Return every row of a county, sorted."""
        with self._engine.connect() as connection:
            return sorted(connection.execute(text(self._query), {"county": county_id}).scalars())

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


class Listening:
    """What has been written to logs and measures since the test began."""

    def __init__(self, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
        """Listen to the test's output."""
        self._capsys, self._caplog = capsys, caplog

    def heard(self) -> str:
        """Return it all, and forget the printed part."""
        out, err = self._capsys.readouterr()
        return out + err + self._caplog.text + generate_latest().decode()


def judge(row: Row, sent: Sent, answer: Answer, heard: str) -> None:
    """Hold an answer to what the row says, and to what holds for every row."""
    succeeded = row.may_succeed and answer.status < 300  # 201 of a row is 200 of a route that changes rather than makes
    assert succeeded or answer.status in row.statuses, (answer.status, answer.content[:500])
    assert "request.answered" in heard
    for telltale in row.telltales():
        assert telltale not in heard
    if answer.status < 400:
        return
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json["code"]
    if row.code:
        assert row.code in answer.codes, answer.codes
    if row.pointer and answer.status != 404:
        wanted = sent.at if row.pointer.startswith("?") else sent.pointer_of(row)
        assert wanted in answer.places, answer.places
    for telltale in row.telltales():
        assert telltale not in answer.content.decode()
