"""A roster brought in by hand: tried, corrected, imported, followed; nothing of the file is kept or repeated on a page."""

import base64
import hashlib
import html
import json
import re
from typing import Any

import aiohttp
import pytest

from services.network.domain.imports import ImportKind, columns_of
from services.portal.web import import_codes
from tests.portal.conftest import Site
from tests.portal.standins import Asked

TRIAL, REAL = "imp_" + "1" * 32, "imp_" + "2" * 32
ROSTER = b"external_id,given_name\r\n1,Ana\r\n2,Luis\r\n"
KEY = "k" * 20


def an_import(import_id: str = TRIAL, **more: Any) -> dict[str, Any]:
    """Return an import as network answers."""
    counts = {"rows": 3, "created": 1, "updated": 0, "unchanged": 0, "rejected": 1, "repeated": 1, "removed": 0}
    return {
        "id": import_id,
        "kind": "people",
        "mode": "upsert",
        "dry_run": import_id == TRIAL,
        "all_or_nothing": False,
        "source": "county",
        "as_of": "2027-03-01T17:00:00Z",
        "status": "succeeded",
        "code": None,
        "progress": 100,
        "would_remove": 0,
        "possible_duplicates": 0,
        "received_at": "2027-03-01T17:00:00Z",
        "finished_at": None,
        "errors_url": f"/v1/imports/{import_id}/errors",
        **counts,
        **more,
    }


FAULTS = (
    {"line": 2, "column": "phone", "code": "phone_invalid", "detail": "Give a number with its area code."},
    {"line": 3, "column": None, "code": "duplicate_row", "detail": "This line stands in the file twice. It counts once."},
)


@pytest.fixture
async def admin(amy: Site) -> Site:
    """Somebody who may import, with one trial behind them."""
    amy.world.more |= {
        "GET /v1/imports": {"items": [an_import()], "next": None},
        "POST /v1/imports": an_import(status="queued"),
        f"GET /v1/imports/{TRIAL}": an_import(),
        f"GET /v1/imports/{TRIAL}/errors": "".join(json.dumps(one) + "\n" for one in FAULTS),
        f"GET /v1/imports/{TRIAL}/errors.csv": "line,column,code,detail\r\n2,phone,phone_invalid,Give a number.\r\n",
    }
    amy.world.asked.clear()
    return amy


def read(page: str) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def send(site: Site, file: bytes | None = ROSTER, **fields: str) -> aiohttp.ClientResponse:
    """Send the form as a browser does: its fields in the page's order, then the file."""
    csrf = re.search(r'name="csrf" value="([^"]+)"', await site.page("/"))
    assert csrf
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in {"csrf": csrf[1], "key": KEY, **fields}.items():
        form.add_field(name, value)
    if file is not None:
        form.add_field("file", file, filename="the R. family.csv" if file else "", content_type="application/octet-stream")
    return await site.browser.post("/imports", data=form, headers={"Origin": site.url}, allow_redirects=False)


def received(site: Site) -> list[Asked]:
    return site.world.calls("POST", "/v1/imports")


async def test_a_file_is_tried_first_whole_and_as_it_is(admin: Site) -> None:
    answer = await send(admin, kind="people", source="cws")
    assert (answer.status, answer.headers["Location"]) == (303, f"/imports/{TRIAL}")
    (call,) = received(admin)
    assert call.body == ROSTER.decode()
    assert call.query == {"kind": "people", "mode": "upsert", "source": "cws", "all_or_nothing": "false", "dry_run": "true"}
    assert call.headers["Idempotency-Key"] == KEY
    assert call.headers["Content-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(ROSTER).digest()).decode()}:"
    assert call.headers["Content-Type"] == "text/csv"


async def test_lines_of_json_are_known_by_their_first_sign(admin: Site) -> None:
    await send(admin, b'\n{"external_id": "1"}\n', kind="people")
    assert received(admin)[0].headers["Content-Type"] == "application/x-ndjson"


async def test_a_trial_says_the_counts_each_line_with_a_sentence_and_that_nothing_was_sent(admin: Site) -> None:
    said = read(await admin.page(f"/imports/{TRIAL}"))
    for words in (
        "Trial: people",
        "Nothing was changed, and nothing was sent to anybody.",
        "Would be new 1",
        "Rejected 1",
        "2 phone Give a number with its area code.",
        "3 – This line stands in the file twice. It counts once.",
    ):
        assert words in said
    async with admin.browser.get(f"/imports/{TRIAL}/report") as report:
        assert report.headers["Content-Disposition"].startswith("attachment;")
        assert (await report.text()).splitlines()[1] == "2,phone,phone_invalid,Give a number."


async def test_what_was_tried_is_imported_with_the_same_file_and_no_other(admin: Site) -> None:
    await send(admin, kind="people", source="cws")
    admin.world.more["POST /v1/imports"] = an_import(REAL)
    other = await send(admin, ROSTER + b"3,Eve\r\n", tried=TRIAL)
    assert other.status == 422
    assert "This is not the file that was tried." in await other.text()
    assert len(received(admin)) == 1
    answer = await send(admin, tried=TRIAL)
    assert (answer.status, answer.headers["Location"]) == (303, f"/imports/{REAL}")
    assert received(admin)[1].query == {
        "kind": "people", "mode": "upsert", "source": "county", "all_or_nothing": "false", "dry_run": "false",
    }  # fmt: skip


async def test_records_that_would_end_are_named_by_number_and_agreed_to(admin: Site) -> None:
    admin.world.more[f"GET /v1/imports/{TRIAL}"] = an_import(kind="members", mode="replace", would_remove=3)
    assert "Yes, end the 3 records that this file leaves out" in await admin.page(f"/imports/{TRIAL}")
    refused = await send(admin, tried=TRIAL)
    assert refused.status == 422
    assert "Check the box if these records are to end." in await refused.text()
    assert received(admin) == []
    assert (await send(admin, tried=TRIAL, remove="yes")).status == 303
    assert received(admin)[0].query["confirm_remove"] == "3"


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ({"code": "stale_import", "detail": "Send one with a later `as_of`."}, "A newer file of this source was already taken."),
        ({"code": "import_running", "detail": ""}, "Another file of this source and kind is under way."),
        (
            {"code": "file_unreadable", "errors": [{"line": 1, "column": "nam", "detail": "This is no column we know."}]},
            "Line 1, column nam: This is no column we know.",
        ),
    ],
    ids=lambda value: value["code"] if isinstance(value, dict) else "",
)
async def test_a_file_that_is_refused_says_where_and_keeps_what_was_chosen(admin: Site, problem: Any, words: str) -> None:
    status = 400 if problem["code"] == "file_unreadable" else 409
    admin.world.refuse["POST /v1/imports"] = (status, {"status": status, **problem})
    answer = await send(admin, kind="members", source="cws")
    page = await answer.text()
    assert answer.status == 422
    assert words in page
    assert re.search(r'value="members" checked', page)
    assert 'value="cws"' in page
    assert "the R. family" not in page


@pytest.mark.parametrize("file", [None, b""], ids=["none", "empty"])
async def test_without_a_file_nothing_is_sent_on(admin: Site, file: bytes | None) -> None:
    answer = await send(admin, file, kind="people")
    assert answer.status == 422
    assert 'href="#file"' in await answer.text()
    assert received(admin) == []


async def test_a_file_that_is_too_large_is_refused_before_it_goes_on(admin: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.portal.web.imports.LIMIT", 20)
    answer = await send(admin, kind="people")
    assert answer.status == 422
    assert "more than 50 MB" in await answer.text()
    assert received(admin) == []


async def test_a_field_as_long_as_a_file_is_not_read_to_its_end(admin: Site) -> None:
    answer = await send(admin, kind="people", source="x" * 200_000)
    assert answer.status == 413
    assert received(admin) == []


async def test_a_form_that_is_torn_off_is_no_file(admin: Site) -> None:
    csrf = re.search(r'name="csrf" value="([^"]+)"', await admin.page("/"))
    assert csrf
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in
             (("csrf", csrf[1]), ("key", KEY), ("kind", "people"))]  # fmt: skip
    torn = "".join(parts) + '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nexternal_id,given'
    headers = {"Origin": admin.url, "Content-Type": "multipart/form-data; boundary=x"}
    async with admin.browser.post("/imports", data=torn.encode(), headers=headers, allow_redirects=False) as answer:
        assert answer.status == 400
    assert received(admin) == []


async def test_a_file_form_without_its_token_is_refused_before_the_file_is_read(admin: Site) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("csrf", "guessed")
    form.add_field("file", ROSTER, filename="a.csv")
    async with admin.browser.post("/imports", data=form, headers={"Origin": admin.url}) as answer:
        assert answer.status == 403
    assert received(admin) == []


async def test_who_may_not_import_is_told_so(amy: Site) -> None:
    amy.world.refuse["GET /v1/imports"] = (403, {"code": "county_systems_only", "status": 403})
    async with amy.browser.get("/imports") as answer:
        assert answer.status == 403
    assert (await send(amy, kind="people")).status == 403
    assert received(amy) == []


# -- following it


async def test_a_page_of_work_under_way_looks_again_by_itself_and_can_be_told_not_to(admin: Site) -> None:
    admin.world.more[f"GET /v1/imports/{TRIAL}"] = an_import(status="running", progress=43)
    page = await admin.page(f"/imports/{TRIAL}")
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page
    assert 'hx-trigger="every 3s"' in page
    assert "43 % of 3 lines gone through" in read(page)
    still = await admin.page(f"/imports/{TRIAL}?still=1")
    assert "http-equiv" not in still
    assert "hx-trigger" not in still


async def test_work_that_is_through_shows_itself_and_asks_no_more(admin: Site) -> None:
    assert "http-equiv" not in await admin.page(f"/imports/{TRIAL}")
    async with admin.browser.get(f"/imports/{TRIAL}", headers={"HX-Request": "true"}) as answer:
        assert (answer.status, answer.headers["HX-Refresh"]) == (204, "true")


async def test_an_import_is_found_again_on_the_list(admin: Site) -> None:
    page = await admin.page("/imports")
    assert f'href="/imports/{TRIAL}"' in page
    assert "3 lines: 1 would be new, 0 would change, 0 the same as before, 1 said twice, 1 rejected" in read(page)


async def test_an_import_that_failed_says_what_to_do(admin: Site) -> None:
    admin.world.more[f"GET /v1/imports/{TRIAL}"] = an_import(status="failed", code="rows_rejected", all_or_nothing=True)
    page = await admin.page(f"/imports/{TRIAL}")
    assert "Correct them and try the file anew." in page
    assert "Import it" not in page


@pytest.mark.parametrize("kind", list(ImportKind))
def test_the_page_names_the_columns_that_network_reads(kind: ImportKind) -> None:
    assert import_codes.COLUMNS[kind] == ", ".join(columns_of(kind))
