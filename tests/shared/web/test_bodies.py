"""Bodies that are broken, hostile or merely unlucky, one family a row."""

import gzip
import json
import time
from uuid import uuid4

import pytest

from shared.kernel.errors import SurroundError
from shared.web.body import MAX_BODY, validated
from shared.web.fields import Model
from tests.shared.web.conftest import Client
from tests.support.tokens import Issuers, bearer

ROWS = [
    ('{"display_name":"Ana","display_name":"Eve"}', 400, "json_duplicate_key", "#/display_name"),
    ('{"display_name":"Ana","priority":Infinity}', 400, "json_invalid", None),
    ("[" * 100_000 + "]" * 100_000, 400, "json_too_deep", None),
    ('{"notes":' * 33 + "1" + "}" * 33, 400, "json_too_deep", None),
    ('{"limit":' + "9" * 5000 + "}", 400, "number_out_of_range", None),
    ('{"limit":9223372036854775808}', 422, "number_out_of_range", "#/limit"),
    ('{"limit":1e999}', 422, "number_out_of_range", "#/limit"),
    ('{"display_name":"\\ud800"}', 422, "invalid_unicode", "#/display_name"),
    ('{"display_name":"a\\u0000"}', 422, "control_characters", "#/display_name"),
    ('{"display_name":"a\\u0007b"}', 422, "control_characters", "#/display_name"),
    ("", 400, "json_invalid", None),
    ("[]", 400, "not_an_object", "#"),
    ('"x"', 400, "not_an_object", "#"),
    ('{"display_name":"Ana"} {"display_name":"Eve"}', 400, "json_invalid", None),
    ('{"display_name":"Ana",}', 400, "json_invalid", None),
    ('{"display_name":["Ana"]}', 422, "wrong_type", "#/display_name"),
    ('{"display_name":true}', 422, "wrong_type", "#/display_name"),
    ('{"display_name":null}', 422, "wrong_type", "#/display_name"),
    ('{"priority":true}', 422, "wrong_type", "#/priority"),
    ('{"priority":1.0}', 422, "wrong_type", "#/priority"),
    ('{"priority":"1"}', 422, "wrong_type", "#/priority"),
    ('{"priority":10}', 422, "number_out_of_range", "#/priority"),
    ('{"sms_ok":"yes"}', 422, "wrong_type", "#/sms_ok"),
    ('{"__proto__":{"x":1},"display_name":"Ana"}', 422, "unknown_property", "#/__proto__"),
    ('{"a/b~c":1}', 422, "unknown_property", "#/a~1b~0c"),
    ('{"notes":"' + "x" * 20001 + '"}', 422, "too_long", "#/notes"),
    ("{}", 422, "required", "#/display_name"),
    ('{"people":["mem_0198a000000070008000000000000001"]}', 422, "id_invalid", "#/people/0"),
    ('{"people":[' + ",".join(['"per_0198a000000070008000000000000001"'] * 4) + "]}", 422, "too_many_items", "#/people"),
    ('{"display_name":"Ana \\u202egnitteM\\u202c"}', 422, "disallowed_characters", "#/display_name"),
    ('{"display_name":"Ana\\u2028Eve"}', 422, "disallowed_characters", "#/display_name"),
    ('{"display_name":"Z' + "\\u0301" * 60 + '"}', 422, "disallowed_characters", "#/display_name"),
    ('{"display_name":"\\u00a0\\u3000\\t "}', 422, "blank", "#/display_name"),
    ('{"display_name":"\\u200b\\u2060\\ufeff\\u3164"}', 422, "blank", "#/display_name"),
    ('{"display_name":"' + "\U0001f600" * 200 + '"}', 422, "too_long", "#/display_name"),
    ('{"starts_at":"2027-02-29T10:00:00-08:00"}', 422, "date_invalid", "#/starts_at"),
    ('{"starts_at":"0001-01-01T00:00:00+14:00"}', 422, "date_out_of_range", "#/starts_at"),
    ('{"starts_at":"2026-06-30T23:59:60Z"}', 422, "date_invalid", "#/starts_at"),
    ('{"starts_at":"2026-12-01X10:00:00Z"}', 422, "date_invalid", "#/starts_at"),
    ('{"starts_at":"2026-12-01T10:00:00"}', 422, "offset_required", "#/starts_at"),
    ('{"starts_at":"2026-W49-2T10:00:00Z"}', 422, "date_invalid", "#/starts_at"),
    ('{"starts_at":"12/01/2026 10:00 AM"}', 422, "date_invalid", "#/starts_at"),
    ('{"starts_local":"2026-12-01T10:00Z"}', 422, "date_invalid", "#/starts_local"),
    ('{"time_zone":"America"}', 422, "timezone_unknown", "#/time_zone"),
    ('{"time_zone":"PST"}', 422, "timezone_unknown", "#/time_zone"),
    ('{"time_zone":"../../etc/passwd"}', 422, "timezone_unknown", "#/time_zone"),
]


@pytest.mark.parametrize(("body", "status", "code", "pointer"), ROWS, ids=[f"{n}-{row[2]}" for n, row in enumerate(ROWS)])
async def test_a_body_is_right_or_refused(
    client: Client, issuers: Issuers, body: str, status: int, code: str, pointer: str | None
) -> None:
    answer = await client.post("/v1/notes", data=body, headers=headers(issuers))
    problem = await answer.json()
    found = {(problem["code"], None), *((e["code"], e.get("pointer")) for e in problem.get("errors", ()))}
    assert answer.content_type == "application/problem+json"
    assert (answer.status, (code, pointer) in found) == (status, True), problem


@pytest.mark.parametrize("name", ["𠮷田", "Null", "Аna", "السيدة نور", "Zoë", "O’Brien-Ñúñez", "می‌خواهم"])
async def test_names_of_all_kinds_come_back_as_they_were(client: Client, issuers: Issuers, name: str) -> None:
    answer = await client.post("/v1/notes", json={"display_name": name}, headers=headers(issuers))
    assert (answer.status, (await answer.json())["display_name"]) == (201, name)


async def test_joiners_at_the_end_are_trimmed(client: Client, issuers: Issuers) -> None:
    answer = await client.post("/v1/notes", json={"display_name": "Ana\u200d\u200c"}, headers=headers(issuers))
    assert (await answer.json())["display_name"] == "Ana"


async def test_all_faults_come_at_once_in_the_order_of_the_document(client: Client, issuers: Issuers) -> None:
    body = '{"time_zone":"x","zzz":1,"priority":"+1 916 555 0199","people":["no"]}'
    answer = await client.post("/v1/notes", data=body, headers=headers(issuers))
    errors = [(each["pointer"], each["code"]) for each in (await answer.json())["errors"]]
    assert errors == [
        ("#/time_zone", "timezone_unknown"),
        ("#/zzz", "unknown_property"),
        ("#/priority", "wrong_type"),
        ("#/people/0", "id_invalid"),
        ("#/display_name", "required"),
    ]
    assert "916 555 0199" not in await answer.text()


async def test_fifty_faults_are_enough(client: Client, issuers: Issuers) -> None:
    body = json.dumps({f"x{number}": 1 for number in range(80)})
    answer = await client.post("/v1/notes", data=body, headers=headers(issuers))
    assert len((await answer.json())["errors"]) == 50


@pytest.mark.parametrize(
    ("raw", "more", "status", "code"),
    [
        ('{"display_name":"Ana"}'.encode("utf-16"), {}, 400, "json_invalid_utf8"),
        (b'{"display_name":"\xff"}', {}, 400, "json_invalid_utf8"),
        (b"display_name=Ana", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "media_type_unsupported"),
        (b"{}", {"Content-Type": "application/json; charset=utf-16"}, 415, "media_type_unsupported"),
        (b"{}", {"Content-Type": ""}, 415, "media_type_unsupported"),
        (b"abcd", {"Content-Encoding": "gzip"}, 400, "content_encoding_invalid"),
        (gzip.compress(b'{"display_name":"Ana"}', mtime=0)[:-4], {"Content-Encoding": "gzip"}, 400, "content_encoding_invalid"),
        (gzip.compress(b'{"display_name":"Ana"}', mtime=0) + b"x", {"Content-Encoding": "gzip"}, 400, "content_encoding_invalid"),
        (b"{}", {"Content-Encoding": "br"}, 415, "content_encoding_unsupported"),
        (b"{}", {"Content-Encoding": "gzip, gzip"}, 415, "content_encoding_unsupported"),
        (b" " * (256 * 1024 + 1), {}, 413, "body_too_large"),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), {"Content-Encoding": "gzip"}, 413, "body_too_large"),
    ],
)
async def test_bytes_are_as_their_headers_say(
    client: Client, issuers: Issuers, raw: bytes, more: dict[str, str], status: int, code: str
) -> None:
    answer = await client.post("/v1/notes", data=raw, headers=headers(issuers) | more)
    assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_a_gzipped_body_is_read(client: Client, issuers: Issuers) -> None:
    packed = gzip.compress(b'{"display_name":"Ana"}', mtime=0)
    answer = await client.post("/v1/notes", data=packed, headers=headers(issuers) | {"Content-Encoding": "gzip"})
    assert answer.status == 201


async def test_a_route_without_a_body_takes_none(client: Client, issuers: Issuers) -> None:
    token = bearer(issuers.staff("notes.read", "notes.write"))
    path = "/v1/notes/note_0198a000000070008000000000000001:close"
    assert (await client.post(path, json={}, headers=token)).status == 200
    answer = await client.post(path, json={"reason": "x"}, headers=token)
    assert (answer.status, (await answer.json())["errors"][0]["code"]) == (422, "unknown_property")


def headers(issuers: Issuers) -> dict[str, str]:
    return bearer(issuers.staff("notes.write"), **{"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"})


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'"' + b'\\"' * (MAX_BODY // 2 - 40) + b"{" * 40, id="a text that never ends"),
        pytest.param(("{" + ",".join(f'"a{i}":1' for i in range(24_000)) + "}").encode(), id="thousands of unknown members"),
    ],
)
def test_a_hostile_body_is_refused_in_a_moment(raw: bytes) -> None:
    began = time.process_time()
    with pytest.raises(SurroundError):
        validated(Model, raw)
    assert time.process_time() - began < 2
