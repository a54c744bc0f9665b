"""Sparse answers: what was asked for and no more, and a mistyped name is refused."""

from typing import Any

import pytest

from shared.kernel.ids import spell
from tests.shared.web import toy
from tests.shared.web.conftest import Client
from tests.support.tokens import Issuers, bearer

NOTE = f"/v1/notes/{spell('note', toy.EXISTING)}"


async def read(client: Client, issuers: Issuers, path: str) -> tuple[int, Any]:
    """GET as somebody who may."""
    answer = await client.get(path, headers=bearer(issuers.staff("notes.read")))
    return answer.status, await answer.json()


async def test_a_record_has_the_members_asked_for(client: Client, issuers: Issuers) -> None:
    _, whole = await read(client, issuers, NOTE)
    assert set(whole) == {"id", "display_name"}
    assert await read(client, issuers, f"{NOTE}?fields=id") == (200, {"id": whole["id"]})
    assert await read(client, issuers, f"{NOTE}?fields=display_name,id") == (200, whole)


async def test_each_item_of_a_list_has_them_and_the_next_page_too(client: Client, issuers: Issuers) -> None:
    status, page = await read(client, issuers, "/v1/notes?fields=id&limit=1")
    assert status == 200
    assert set(page) == {"items", "next"}
    assert [set(item) for item in page["items"]] == [{"id"}]
    assert "fields=id" in page["next"]


@pytest.mark.parametrize("fields", ["", "name", "id,", "id,name", "ID", "items", "id;display_name", "__all__"])
async def test_what_the_answer_does_not_have_is_refused(client: Client, issuers: Issuers, fields: str) -> None:
    for path in (NOTE, "/v1/notes"):
        status, problem = await read(client, issuers, f"{path}?fields={fields}")
        assert (status, problem["code"], problem["errors"][0]["parameter"]) == (400, "invalid_parameter", "fields")
        assert "display_name" in problem["errors"][0]["detail"]


async def test_asking_twice_is_refused(client: Client, issuers: Issuers) -> None:
    status, problem = await read(client, issuers, f"{NOTE}?fields=id&fields=id")
    assert (status, problem["code"]) == (400, "duplicate_parameter")


async def test_a_change_takes_no_such_parameter(client: Client, issuers: Issuers) -> None:
    answer = await client.post("/v1/notes?fields=id", headers=bearer(issuers.staff("notes.write")), json={})
    assert (await answer.json())["code"] == "unknown_parameter"
