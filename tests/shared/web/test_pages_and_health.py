"""What a service says of itself: its description, its readable page, its codes, its health."""

import re
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.web.health import Check, metrics_app, readyz
from shared.web.openapi import describe, refusals_of
from shared.web.pages import page_headers
from tests.shared.web import toy
from tests.shared.web.conftest import Client


async def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = await (await client.get("/openapi.json")).json()
    return found


async def test_the_description_is_valid(client: Client) -> None:
    found = await document(client)
    OpenAPIV31SpecValidator(found).validate()
    assert found["openapi"] == "3.1.0"
    assert len({o["operationId"] for path in found["paths"].values() for o in path.values()}) == len(toy.ROUTES)


async def test_requests_are_closed_and_answers_open(client: Client) -> None:
    shapes = (await document(client))["components"]["schemas"]
    assert shapes["NoteIn"]["additionalProperties"] is False
    assert "additionalProperties" not in shapes["NoteOut"]


async def test_each_refusal_of_a_route_is_described(client: Client) -> None:
    operation = (await document(client))["paths"]["/v1/notes"]["post"]
    assert {"201", "400", "401", "403", "406", "408", "409", "413", "414", "415", "422", "429", "default"} == set(
        operation["responses"]
    )
    examples = operation["responses"]["409"]["content"]["application/problem+json"]["examples"]
    assert set(examples) >= {"note_taken", "idempotency_in_progress"}
    assert operation["x-needs"] == "notes.write"
    assert [each["name"] for each in operation["parameters"]] == ["Idempotency-Key"]


async def test_conditions_and_patches_are_described(client: Client) -> None:
    found = (await document(client))["paths"]["/v1/notes/{note_id}"]
    assert list(found["patch"]["requestBody"]["content"]) == ["application/merge-patch+json"]
    assert {"If-Match", "note_id"} == {each["name"] for each in found["patch"]["parameters"]}
    assert {"412", "428"} <= set(found["delete"]["responses"])
    assert found["delete"]["responses"]["204"]["headers"].keys() >= {"X-Request-Id"}


def test_a_public_route_names_no_token() -> None:
    operation = describe("toy", toy.ROUTES, toy.PREFIXES)["paths"]["/f/{token}.ics"]["get"]
    assert operation["security"] == []
    assert operation["responses"]["200"]["content"] == {"text/calendar": {"schema": {"type": "string"}}}


async def test_the_readable_page_needs_no_script(client: Client) -> None:
    answer = await client.get("/docs")
    text = await answer.text()
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert answer.status == 200
    assert nonce is not None
    assert f'<style nonce="{nonce[1]}">' in text
    assert "<script" not in text
    assert "/v1/notes/{note_id}" in text
    for code in {error.code for route in toy.ROUTES for error in refusals_of(route)}:
        assert (await client.get(f"/problems/{code}")).status == 200, code
    assert (await client.get("/problems/nothing_of_ours")).status == 404


def test_pages_are_guarded() -> None:
    headers = page_headers("n", https=True)
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Strict-Transport-Security" not in page_headers("n")


async def test_a_ready_service_says_which_checks_passed(client: Client) -> None:
    answer = await client.get("/readyz")
    expected = {"status": "ready", "checks": {"database": "ok", "facts_published": "ok"}}
    assert (answer.status, await answer.json()) == (200, expected)
    assert (await (await client.get("/livez")).json()) == {"status": "alive"}


async def test_what_fails_is_named_and_nothing_else() -> None:
    async def yes() -> bool:
        return True

    async def no() -> bool:
        raise ConnectionError("postgresql://secret@host")

    for checks, status, state in (
        ([Check("database", yes), Check("redis", no, essential=False)], 200, "degraded"),
        ([Check("database", no), Check("redis", yes, essential=False)], 503, "unready"),
    ):
        app = metrics_app()
        app.router.add_get("/readyz", readyz(checks))
        async with TestClient(TestServer(app)) as client:
            answer = await client.get("/readyz")
            body = await answer.json()
            assert (answer.status, body["status"]) == (status, state)
            assert "secret" not in await answer.text()


async def test_measures_are_on_a_port_of_their_own(client: Client) -> None:
    await client.get("/v1/notes/note_0198a000000070008000000000000001")
    assert (await client.get("/metrics")).status == 404
    async with TestClient(TestServer(metrics_app())) as inside:
        text = await (await inside.get("/metrics")).text()
    assert 'route="/v1/notes/{note_id}"' in text
    assert "0198a0000000" not in text


async def test_logs_hold_the_template_and_not_the_secret(client: Client, capsys: Any) -> None:
    await client.get("/f/verysecretword.ics?token=verysecretword")
    out, err = capsys.readouterr()
    assert "verysecretword" not in out + err
    assert "/f/{token}.ics" in out + err
