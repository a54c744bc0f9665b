"""Roster files that are broken, odd or out to harm: refused with the line, or taken line by line with a report."""

from uuid import UUID

import pytest

from shared.db.unit import Units
from tests.hostile.mapping import SENT
from tests.hostile.rows import Row, tries
from tests.hostile.wire import Answer, Listening, Shelf, Wire, judge
from tests.network.conftest import Api, Counties
from tests.network.rosters import CASES, CSV, MEMBERS, NDJSON, PEOPLE, Sends, counts, digest_of

REPORTED: dict[str, tuple[dict[str, int], list[tuple[int, str | None, str]]]] = {
    "csv-004": ({"rejected": 1}, [(2, None, "csv_column_count")]),
    "csv-012": ({"rejected": 2}, [(2, None, "duplicate_external_id"), (3, None, "duplicate_external_id")]),
    "csv-016": ({}, []),
    "csv-018": ({"rejected": 1}, [(2, "phone", "phone_invalid")]),
    "csv-020": ({"rejected": 1}, [(2, "spoken_language", "language_unknown")]),
}
"""What the report says of each file that is taken: the counts that are not nought, and line, column and code."""


@pytest.fixture
def system(counties: Counties) -> Api:
    """Alder's own system."""
    return counties.system()


async def upload(system: Api, raw: bytes, media: str = CSV) -> Answer:
    """Send a file as it is."""
    headers = {"Content_Type": media, "Content_Digest": digest_of(raw)}
    return await Wire(system).send("POST", "/v1/imports?kind=people", raw, **headers)


def spelled(row: Row) -> bytes:
    """Return the row's file with the columns that people have here."""
    raw = row.octets
    for told, here in SENT[row.id].renamed.items():
        raw = raw.replace(told.encode(), here.encode(), 1)
    return raw


def media_of(row: Row) -> str:
    """Return the media type that the row speaks of."""
    return row.how.split("(", 1)[1].split(")")[0]


async def works(system: Api) -> None:
    """Prove that the next good file is taken."""
    assert (await upload(system, f"{PEOPLE}1,Rosa,Luna,es,,\n".encode())).status == 202


@tries("csv-006", "csv-008", "csv-010", "csv-014", "csv-024")
async def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    system: Api, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    before = shelf.of(county_id)
    answer = await upload(system, spelled(row), media_of(row))
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    await works(system)


@tries(*REPORTED)
async def test_a_file_with_odd_lines_is_taken_and_each_is_reported(
    system: Api, row: Row, units: Units, county_id: UUID, listening: Listening
) -> None:
    answer = await upload(system, spelled(row))
    judge(row, SENT[row.id], answer, listening.heard())
    sends = Sends(system, units, county_id)
    await sends.apply()
    order = (await system.get(answer.headers["Location"])).json
    assert (counts(order), await sends.faults(order)) == REPORTED[row.id]
    assert [each for each in row.telltales() if each in listening.heard()] == []
    assert await sends.person("1") is None
    await works(system)


@tries("csv-002")
async def test_a_formula_is_a_name_here_and_no_formula_in_an_export(
    system: Api, row: Row, units: Units, county_id: UUID, listening: Listening
) -> None:
    answer = await upload(system, spelled(row))
    judge(row, SENT[row.id], answer, listening.heard())
    sends = Sends(system, units, county_id)
    await sends.apply()
    await sends.done(f"{CASES}F1,The L. family,north,amy\n", kind="cases")
    await sends.done(f"{MEMBERS}F1,1,aunt_uncle,\n", kind="members")
    kept = await sends.person("1")
    assert kept is not None
    assert kept["given_name"] == "=1+1"
    exported = await Wire(system).send("GET", "/v1/exports/roster.csv")
    assert ",'=1+1," in exported.content.decode()


@tries("abu-006")
async def test_thousands_who_share_a_number_are_not_reached_by_it(
    system: Api, row: Row, units: Units, county_id: UUID, listening: Listening
) -> None:
    lines = "".join(f"{each},Ana,Luna,es,+19165550199,\n" for each in range(5000))
    answer = await upload(system, (PEOPLE + lines).encode())
    judge(row, SENT[row.id], answer, listening.heard())
    sends = Sends(system, units, county_id)
    await sends.apply()
    order = (await system.get(answer.headers["Location"])).json
    assert counts(order) == {"rejected": 5000}
    assert {code for _, _, code in await sends.faults(order)} == {row.code}


@tries("abu-002")
async def test_staff_cannot_fetch_the_countys_roster_and_the_try_is_on_record(
    counties: Counties, row: Row, listening: Listening, wire: Wire
) -> None:
    answer = await wire.send("GET", "/v1/exports/roster.csv")
    judge(row, SENT[row.id], answer, listening.heard())


@tries("csv-022")
async def test_a_torn_upload_starts_nothing(system: Api, row: Row, county_id: UUID, shelf: Shelf, listening: Listening) -> None:
    before = shelf.of(county_id)
    answer = await upload(system, row.octets, NDJSON)
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    await works(system)
