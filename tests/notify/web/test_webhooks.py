"""What a county's engineer does about webhooks over HTTP."""

from typing import Any

import pytest

from tests.notify.office import Office
from tests.notify.web.conftest import Answer, Web
from tests.support.tokens import Issuers

SCOPE = "webhooks.manage"
WANTED = {"url": "https://cws.example.org/hooks", "types": ["meeting.scheduled", "case.closed"]}
PATH = "/v1/webhook-endpoints"


async def ask(web: Web, method: str, path: str, body: object = None, **claims: Any) -> Answer:
    return await web.staff(method, path, body, **{"staff_id": "cws", "roles": ["system"], "scope": SCOPE, **claims})


async def made(web: Web) -> Answer:
    answer = await ask(web, "POST", PATH, WANTED)
    assert answer.status == 201, answer.content
    return answer


async def test_an_endpoint_is_named_read_and_listed(web: Web) -> None:
    endpoint = (await made(web)).json
    assert (endpoint["state"], endpoint["types"]) == ("active", ["case.closed", "meeting.scheduled"])
    assert (await ask(web, "GET", f"{PATH}/{endpoint['id']}")).json == endpoint
    assert (await ask(web, "GET", PATH)).json["items"] == [endpoint]


async def test_another_county_finds_nothing(web: Web) -> None:
    endpoint = (await made(web)).json
    path = f"{PATH}/{endpoint['id']}"
    assert (await ask(web, "GET", PATH, birch=True)).json["items"] == []
    for method, at in (("GET", path), ("GET", f"{path}/secret"), ("POST", f"{path}:test"), ("GET", f"{path}/deliveries")):
        assert (await ask(web, method, at, birch=True)).status == 404, at


async def test_nobody_without_the_scope_may_look(web: Web) -> None:
    endpoint = (await made(web)).json
    assert (await ask(web, "GET", f"{PATH}/{endpoint['id']}/secret", scope="messages.read")).status == 403


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({**WANTED, "url": "https://10.0.0.8/hooks"}, "url_not_allowed", "#/url"),
        ({**WANTED, "url": "ftp://cws.example.org/hooks"}, "url_not_allowed", "#/url"),
        ({**WANTED, "url": "https://cws.example.org:22/hooks"}, "url_not_allowed", "#/url"),
        ({**WANTED, "types": ["child.removed"]}, "validation", "#/types/0"),
        ({**WANTED, "types": []}, "validation", "#/types"),
        ({**WANTED, "secret": "mine"}, "unknown_property", "#/secret"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(web: Web, body: object, code: str, pointer: str) -> None:
    answer = await ask(web, "POST", PATH, body)
    assert answer.status == 422, answer.content
    assert answer.json["errors"][0]["pointer"] == pointer
    assert code in {answer.json["code"], answer.json["errors"][0]["code"]}


async def test_a_secret_changes_when_it_is_rotated_and_each_look_at_it_is_recorded(office: Office, web: Web) -> None:
    path = f"{PATH}/{(await made(web)).json['id']}"
    first = (await ask(web, "GET", f"{path}/secret")).json["secret"]
    assert first.startswith("whsec_")
    assert (await ask(web, "GET", f"{path}/secret")).json["secret"] == first
    assert (await ask(web, "POST", f"{path}:rotate-secret")).status == 200
    assert (await ask(web, "GET", f"{path}/secret")).json["secret"] != first
    seen = await office.rows("SELECT 1 FROM audit WHERE county_id = :county AND action = 'webhook.secret_read'")
    assert len(seen) == 3


async def test_a_change_needs_the_version_it_was_read_at(web: Web, issuers: Issuers) -> None:
    endpoint = (await made(web)).json
    path = f"{PATH}/{endpoint['id']}"
    assert (await ask(web, "DELETE", path)).status == 428
    token = issuers.alder.sign(issuers.alder.claims("cws", roles=["system"], scope=SCOPE))
    headers = {"Authorization": f"Bearer {token}", "Content_Type": "application/merge-patch+json"}
    changed = await web.send("PATCH", path, data=b'{"types":["case.opened"]}', If_Match=endpoint["etag"], **headers)
    assert (changed.status, changed.json["types"]) == (200, ["case.opened"])
    stale = await web.send("PATCH", path, data=b'{"types":["case.opened"]}', If_Match=endpoint["etag"], **headers)
    assert stale.status == 412
    ended = await web.send("DELETE", path, If_Match=changed.json["etag"], Authorization=headers["Authorization"])
    assert ended.status == 204
    assert (await ask(web, "GET", path)).status == 404


async def test_a_test_call_is_listed_and_only_one_that_failed_is_made_again(office: Office, web: Web) -> None:
    path = f"{PATH}/{(await made(web)).json['id']}"
    tried = (await ask(web, "POST", f"{path}:test")).json
    assert (tried["type"], tried["state"]) == ("surround.test", "waiting")
    again = f"{path}/deliveries/{tried['id']}:retry"
    assert (await ask(web, "POST", again)).json["code"] == "delivery_not_retryable"
    await office.run("UPDATE webhook_deliveries SET state = 'failed', attempt = 10 WHERE county_id = :county")
    failed = (await ask(web, "GET", f"{path}/deliveries?state=failed")).json["items"]
    assert [each["id"] for each in failed] == [tried["id"]]
    assert (await ask(web, "POST", again)).json["state"] == "waiting"
    assert (await ask(web, "GET", f"{path}/deliveries?state=failed")).json["items"] == []
    assert (await ask(web, "POST", f"{path}/deliveries/del_{0:032x}:retry")).json["code"] == "delivery_not_found"


async def test_a_county_has_twenty_at_most(web: Web) -> None:
    for _ in range(20):
        await made(web)
    assert (await ask(web, "POST", PATH, WANTED)).json["code"] == "too_many_endpoints"
