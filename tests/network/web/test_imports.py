"""A county system sends its roster: what is taken, what is refused, and what is said of each line."""

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.network.domain.imports import ROWS_A_BLOCK
from services.network.use_cases.apply_next_chunk import apply_next_chunk
from services.network.use_cases.commands import OpenCase
from services.network.use_cases.open_case import open_case
from services.network.web.county import COUNTIES
from shared.db.unit import Actor, Units
from tests.network.bodies import person
from tests.network.conftest import BehindTheWall, Counties
from tests.network.rosters import CASES, MEMBERS, NDJSON, PEOPLE, Sends, counts, digest_of, send_file
from tests.support.factories import a_caller
from tests.support.processes import until

ANA, LUIS = "007,Ana,Luna,es,(916) 555-0131,ana@example.org\n", "8,Luis,Luna,es,,\n"
STAFF_ROLES = ("caseworker", "supervisor", "scheduler", "facilitator", "on_call")


@pytest.fixture
def sends(counties: Counties, units: Units, county_id: UUID) -> Sends:
    """Alder's own system."""
    return Sends(counties.system(), units, county_id)


async def a_family(sends: Sends, *members: str) -> None:
    """Import one family and its people: Ana (007), Luis (8), and Eve (9)."""
    await sends.done(PEOPLE + ANA + LUIS + "9,Eve,Abara,en,,\n")
    await sends.done(CASES + "F1,The L. family,north,amy\n", kind="cases")
    if members:
        await sends.done(MEMBERS + "".join(members), kind="members")


# --- people --------------------------------------------------------------------------------------------------------------------


async def test_people_are_registered_and_the_same_file_again_changes_nothing(sends: Sends, behind_the_wall: BehindTheWall) -> None:
    first = await sends.done(PEOPLE + ANA + LUIS)
    assert (first["status"], first["rows"], first["progress"], counts(first)) == ("succeeded", 2, 100, {"created": 2})
    assert behind_the_wall.types() == ["person_registered", "person_registered"]
    ana = await sends.person("007")
    assert ana is not None
    assert (ana["given_name"], ana["written_language"], ana["external_id"]) == ("Ana", "es", "007")
    again = await sends.done(PEOPLE + ANA + LUIS)
    assert counts(again) == {"unchanged": 2}
    assert behind_the_wall.types() == ["person_registered", "person_registered"]


async def test_each_person_has_a_key_a_history_and_an_audit_entry_of_their_own(
    sends: Sends, behind_the_wall: BehindTheWall
) -> None:
    await sends.done(PEOPLE + ANA + LUIS)
    ana = await sends.person("007")
    assert ana is not None
    told = [subject for action, _, subject in behind_the_wall.audit() if action == "person.registered"]
    assert len(set(told)) == 2
    (change,) = (await sends.api.get(f"/v1/people/{ana['id']}/history")).json["items"]
    assert {"field": "given_name", "before": None, "after": "Ana"} in change["changes"]


async def test_no_number_is_allowed_by_a_file_and_none_is_taken_away(sends: Sends) -> None:
    await sends.done(PEOPLE + ANA)
    ana = await sends.person("007")
    assert ana is not None
    assert {(point["value"], point["consent"]) for point in ana["contact_points"]} == {
        ("+19165550131", "none"),
        ("ana@example.org", "none"),
    }
    order = await sends.done("external_id,phone\n007,+1 916 555 0199\n")
    assert counts(order) == {"updated": 1}
    after = await sends.person("007")
    assert after is not None
    assert len(after["contact_points"]) == 3


async def test_what_a_line_leaves_out_or_empty_stays(sends: Sends) -> None:
    await sends.done(PEOPLE + ANA)
    order = await sends.done("external_id,given_name,family_name\n007,Anita,\n")
    assert counts(order) == {"updated": 1}
    ana = await sends.person("007")
    assert ana is not None
    assert (ana["given_name"], ana["family_name"], ana["spoken_language"]) == ("Anita", "Luna", "es")


async def test_a_line_that_cannot_be_taken_leaves_the_others_alone(sends: Sends) -> None:
    order = await sends.done(
        PEOPLE
        + ANA
        + "10,Rosa,Luna,tlh,,\n"
        + "11,Rosa,Luna,es,1.91656E+10,\n"
        + "12,Rosa\n"
        + '13,"a\tb",Luna,es,,\n'
        + "14,Rosa,Luna,,,\n"
        + ",Rosa,Luna,es,,\n"
    )
    assert (order["status"], counts(order)) == ("succeeded", {"created": 1, "rejected": 6})
    assert await sends.faults(order) == [
        (3, "spoken_language", "language_unknown"),
        (4, "phone", "phone_invalid"),
        (5, None, "csv_column_count"),
        (6, "given_name", "control_characters"),
        (7, "spoken_language", "required"),
        (8, "external_id", "required"),
    ]


async def test_the_report_is_a_table_too(sends: Sends) -> None:
    order = await sends.done(PEOPLE + "10,Rosa,Luna,tlh,,\n")
    async with sends.api._client.get(f"{order['errors_url']}.csv", headers=sends.api._headers) as response:
        text = await response.text()
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert text.splitlines()[0] == "line,column,code,detail"
    assert text.splitlines()[1].startswith("2,spoken_language,language_unknown,")
    assert "tlh" not in text


async def test_a_person_said_twice_counts_once_and_one_said_differently_is_left_to_staff(sends: Sends) -> None:
    order = await sends.done(PEOPLE + ANA + ANA + LUIS + "8,Lou,Luna,es,,\n")
    assert counts(order) == {"created": 1, "rejected": 2, "repeated": 1}
    assert await sends.faults(order) == [
        (3, None, "duplicate_row"),
        (4, None, "duplicate_external_id"),
        (5, None, "duplicate_external_id"),
    ]
    assert await sends.person("8") is None


async def test_likeness_is_counted_and_merges_nobody(sends: Sends) -> None:
    await sends.api.post("/v1/people", person("Ana", "Luna"))
    order = await sends.done(PEOPLE + ANA)
    assert counts(order) == {"created": 1, "possible_duplicates": 1}
    assert await sends.faults(order) == [(2, None, "possible_duplicate")]
    found = (await sends.api.post("/v1/people:search", {"name": "Ana Luna"})).json["items"]
    assert len(found) == 2


async def test_a_number_in_very_many_lines_is_not_taken(sends: Sends) -> None:
    lines = "".join(f"{each},Ana,Luna,es,+19165550131,\n" for each in range(30))
    order = await sends.done(PEOPLE + lines)
    assert counts(order) == {"rejected": 30}
    assert {(column, code) for _, column, code in await sends.faults(order)} == {("phone", "too_many_shared_contacts")}


async def test_a_confidential_address_is_not_taken_but_its_substitute(sends: Sends) -> None:
    header = "external_id,given_name,spoken_language,confidential_address,address,substitute_address\n"
    order = await sends.done(f"{header}1,Ana,es,true,12 Main Street,\n2,Eve,en,true,,PO Box 846 Sacramento\n")
    assert counts(order) == {"created": 1, "rejected": 1}
    assert await sends.faults(order) == [(2, "address", "confidential_address_only_substitute")]


async def test_a_staff_id_of_somebody_else_rejects_its_line_alone(sends: Sends) -> None:
    header = "external_id,given_name,spoken_language,staff_id\n"
    order = await sends.done(f"{header}1,Amy,en,amy\n2,Eve,en,amy\n3,Bo,en,bo\n")
    assert counts(order) == {"created": 2, "rejected": 1}
    assert await sends.faults(order) == [(3, None, "staff_id_taken")]


async def test_lines_of_json_say_the_same_as_a_table(sends: Sends) -> None:
    lines = [
        {"external_id": "007", "given_name": "Ana", "spoken_language": "es", "interpreter_needed": True},
        {"external_id": "8", "given_name": "Luis", "spoken_language": "es", "nickname": "Lucho"},
        {"external_id": "9", "given_name": None, "spoken_language": "es"},
    ]
    text = "".join(json.dumps(each) + "\n" for each in lines) + '{"external_id": "10", "external_id": "11"}\n\n[1]\n'
    order = await sends.done(text, media=NDJSON)
    assert counts(order) == {"created": 1, "rejected": 4}
    assert await sends.faults(order) == [
        (2, None, "unknown_property"),
        (3, "given_name", "required"),
        (4, "external_id", "json_duplicate_key"),
        (6, None, "not_an_object"),
    ]
    ana = await sends.person("007")
    assert ana is not None
    assert ana["interpreter_needed"] is True


# --- files ---------------------------------------------------------------------------------------------------------------------


async def test_nothing_counts_before_the_digest_holds(sends: Sends, behind_the_wall: BehindTheWall) -> None:
    before = behind_the_wall.everything(but="audit")
    wrong = await send_file(sends.api, PEOPLE + ANA, digest=digest_of(b"something else"))
    missing = await send_file(sends.api, PEOPLE + ANA, digest="")
    odd = await send_file(sends.api, PEOPLE + ANA, digest="md5=:AAAAAAAAAAAAAAAAAAAAAA==:")
    assert [(each.status, each.code) for each in (wrong, missing, odd)] == [
        (400, "digest_mismatch"),
        (400, "digest_invalid"),
        (400, "digest_invalid"),
    ]
    assert behind_the_wall.everything(but="audit") == before


async def test_a_file_may_come_compressed(sends: Sends) -> None:
    raw = gzip.compress((PEOPLE + ANA).encode())
    sends.api._headers["Content-Encoding"] = "gzip"
    answer = await send_file(sends.api, raw)
    assert answer.status == 202, answer.json
    assert answer.json["rows"] == 1


async def test_the_same_request_again_is_the_same_import(sends: Sends) -> None:
    first = await send_file(sends.api, PEOPLE + ANA, key="nightly-2026-11-22")
    second = await send_file(sends.api, PEOPLE + ANA, key="nightly-2026-11-22")
    other = await send_file(sends.api, PEOPLE + LUIS, key="nightly-2026-11-22")
    trial = await send_file(sends.api, PEOPLE + ANA, key="nightly-2026-11-22", dry_run=True)
    assert first.json["id"] == second.json["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (other.status, trial.status) == (422, 422)


async def test_a_file_that_cannot_be_read_names_the_columns_it_should_have(sends: Sends) -> None:
    refused = await send_file(sends.api, "nombre;relacion\nAna;tía\n")
    assert (refused.status, refused.code) == (400, "file_unreadable")
    assert refused.json["errors"][0] | {"detail": ""} == {"line": 1, "column": "1", "code": "csv_header_unknown", "detail": ""}
    assert "external_id" in refused.json["expected"]


async def test_no_word_of_a_file_stands_in_clear_while_it_waits_and_none_is_left_when_it_is_applied(
    sends: Sends, behind_the_wall: BehindTheWall
) -> None:
    await send_file(sends.api, PEOPLE + ANA)
    waiting = behind_the_wall.everything()
    assert [word for word in ("Ana", "Luna", "+19165550131", "(916) 555", "ana@example.org") if word in waiting] == []
    await sends.apply()
    assert behind_the_wall._rows("SELECT 1 FROM import_blocks WHERE county_id = :county") == []


# --- order ---------------------------------------------------------------------------------------------------------------------


def at(**ago: float) -> str:
    """Return an instant as a source writes it."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


async def test_an_older_file_that_arrives_late_changes_nothing(sends: Sends) -> None:
    await sends.done(PEOPLE + ANA, as_of=at(hours=1))
    late = await send_file(sends.api, PEOPLE + LUIS, as_of=at(hours=2))
    assert (late.status, late.code) == (409, "stale_import")
    other_source = await send_file(sends.api, PEOPLE + LUIS, as_of=at(hours=2), source="school")
    assert other_source.status == 202


async def test_a_second_file_of_a_source_waits_for_the_first(sends: Sends) -> None:
    await send_file(sends.api, PEOPLE + ANA)
    second = await send_file(sends.api, PEOPLE + LUIS)
    assert (second.status, second.code) == (409, "import_running")
    await sends.apply()
    assert (await send_file(sends.api, PEOPLE + LUIS)).status == 202


async def test_a_dry_run_says_what_would_be_and_changes_nothing(sends: Sends, behind_the_wall: BehindTheWall) -> None:
    await sends.done(PEOPLE + ANA)
    before = behind_the_wall.types(), await sends.person("007")
    order = await sends.done(PEOPLE + "007,Anita,Luna,es,,\n" + LUIS + "9,Eve,Abara,en,x,\n", dry_run=True)
    assert (order["status"], counts(order)) == ("succeeded", {"created": 1, "updated": 1, "rejected": 1})
    assert await sends.faults(order) == [(4, "phone", "phone_invalid")]
    assert (behind_the_wall.types(), await sends.person("007")) == before
    assert await sends.person("8") is None


async def test_all_or_nothing_is_nothing_when_one_line_is_rejected(sends: Sends) -> None:
    order = await sends.done(PEOPLE + ANA + LUIS + "9,Eve,Abara,en,x,\n", all_or_nothing=True)
    assert (order["status"], order["code"], counts(order)) == ("failed", "rows_rejected", {"rejected": 1})
    assert await sends.faults(order) == [(4, "phone", "phone_invalid")]
    assert await sends.person("007") is None
    whole = await sends.done(PEOPLE + ANA + LUIS, all_or_nothing=True)
    assert (whole["status"], counts(whole)) == ("succeeded", {"created": 2})


async def test_an_empty_file_is_reported_and_removes_nobody(sends: Sends) -> None:
    await a_family(sends, "F1,007,neighbor,inner\n")
    order = await sends.done(MEMBERS, kind="members", mode="replace")
    assert (order["status"], order["rows"], order["would_remove"], counts(order)) == ("succeeded", 0, 0, {})


# --- families and members --------------------------------------------------------------------------------------------------------


async def test_a_family_with_its_members_comes_from_three_files(sends: Sends, counties: Counties) -> None:
    await a_family(sends, "F1,007,grandparent_maternal,inner\n", "F1,8,the man next door,\n", "F2,9,coach,\n", "F1,99,coach,\n")
    amy = counties.staff("amy")
    (family,) = (await amy.get("/v1/cases")).json["items"]
    roster = (await amy.get(f"/v1/cases/{family['id']}/members")).json["items"]
    assert (family["title"], family["external_id"]) == ("The L. family", "F1")
    assert {(each["person"]["given_name"], each["relationship"], each["circle"]) for each in roster} == {
        ("Ana", "grandparent_maternal", "inner"),
        ("Luis", "other", "none"),
    }


async def test_members_of_unknown_families_and_people_are_rejected_by_column(sends: Sends) -> None:
    await a_family(sends)
    order = await sends.done(MEMBERS + "F2,9,coach,\nF1,99,coach,\nF1,8,,\n", kind="members")
    assert counts(order) == {"rejected": 3}
    assert await sends.faults(order) == [
        (2, "case_external_id", "family_unknown"),
        (3, "person_external_id", "person_unknown"),
        (4, "relationship", "required"),
    ]


async def test_a_family_is_handed_over_by_the_countys_file_and_its_shares_stay(sends: Sends, counties: Counties) -> None:
    await a_family(sends)
    (family,) = (await sends.api.get("/v1/cases")).json["items"]
    path = f"/v1/cases/{family['id']}"
    await sends.api.put(f"{path}/access", {"unit": "north", "assigned": ["amy"], "shared_with": ["cy"]})
    order = await sends.done(CASES + "F1,The L. family,south,bo di\n", kind="cases")
    assert counts(order) == {"updated": 1}
    after = (await counties.staff("bo").get(path)).json
    assert (after["unit"], after["assigned"], after["shared_with"]) == ("south", ["bo", "di"], ["cy"])
    assert (await counties.staff("amy").get(path)).status == 404
    assert counts(await sends.done(CASES + "F1,The L. family,south,di bo\n", kind="cases")) == {"unchanged": 1}


async def test_replace_asks_how_many_would_go_and_then_ends_just_those(sends: Sends) -> None:
    await a_family(sends, "F1,007,neighbor,inner\n", "F1,8,coach,\n")
    (family,) = (await sends.api.get("/v1/cases")).json["items"]
    eve = await sends.person("9")
    assert eve is not None
    path = f"/v1/cases/{family['id']}/members"
    await sends.api.post(path, {"person_id": eve["id"], "relationship": "coach"})
    file = MEMBERS + "F1,007,neighbor,inner\n"

    trial = await sends.done(file, kind="members", mode="replace", dry_run=True)
    assert (trial["would_remove"], counts(trial)) == (1, {"unchanged": 1})
    unasked = await send_file(sends.api, file, kind="members", mode="replace")
    assert (unasked.status, unasked.code, unasked.json["would_remove"]) == (409, "replace_would_remove", 1)
    wrong = await send_file(sends.api, file, kind="members", mode="replace", confirm_remove=2)
    assert wrong.code == "replace_would_remove"

    done = await sends.done(file, kind="members", mode="replace", confirm_remove=1)
    assert counts(done) == {"unchanged": 1, "removed": 1}
    # Whom staff brought in themselves no file takes away.
    left = {each["person"]["given_name"] for each in (await sends.api.get(path)).json["items"]}
    assert left == {"Ana", "Eve"}
    again = await sends.done(file, kind="members", mode="replace")
    assert counts(again) == {"unchanged": 1}


async def test_nobody_goes_for_a_line_that_is_merely_wrong(sends: Sends) -> None:
    await a_family(sends, "F1,007,neighbor,inner\n", "F1,8,coach,\n")
    mistyped = MEMBERS + "F1,007,neighbor,nearest\nF1,8,coach,\n"
    done = await sends.done(mistyped, kind="members", mode="replace")
    assert (done["status"], counts(done)) == ("succeeded", {"unchanged": 1, "rejected": 1})
    torn = await send_file(sends.api, MEMBERS + "F1,007\nF1,8,coach,\n", kind="members", mode="replace", confirm_remove=1)
    assert (torn.status, torn.code, torn.json["lines"]) == (409, "replace_incomplete", 1)


async def test_a_family_that_a_source_leaves_out_is_closed(sends: Sends) -> None:
    await a_family(sends)
    await sends.done(CASES + "F2,The M. family,north,amy\n", kind="cases", source="other")
    done = await sends.done(CASES + "F3,The N. family,north,amy\n", kind="cases", mode="replace", confirm_remove=1)
    assert counts(done) == {"created": 1, "removed": 1}
    status = {each["external_id"]: each["status"] for each in (await sends.api.get("/v1/cases")).json["items"]}
    assert status == {"F1": "closed", "F2": "open", "F3": "open"}


async def test_a_family_that_staff_open_at_this_moment_is_there_when_its_line_is_applied(
    sends: Sends, units: Units, county_id: UUID, behind_the_wall: BehindTheWall
) -> None:
    answer = await send_file(sends.api, CASES + "F0,The K. family,north,amy\nF1,The L. family,north,amy\n", kind="cases")
    async with units.open(county_id, Actor("staff", "amy")) as unit:
        command = OpenCase(title="Luna", time_zone=None, unit="south", assigned=frozenset({"amy"}), external_id="F1")
        await open_case(unit, command, caller=a_caller(), county_zone="America/Los_Angeles", now=unit.now)
        applying = asyncio.create_task(sends.apply())

        async def waits() -> bool:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return bool(behind_the_wall._rows(f"{waiting} AND query LIKE 'INSERT INTO cases%'"))

        await until(waits)
    await applying
    order = (await sends.api.get(answer.headers["Location"])).json
    assert (order["status"], counts(order)) == ("succeeded", {"created": 1, "updated": 1})
    found = {each["external_id"]: (each["title"], each["unit"]) for each in (await sends.api.get("/v1/cases")).json["items"]}
    assert found == {"F0": ("The K. family", "north"), "F1": ("The L. family", "north")}
    assert behind_the_wall.types().count("case_opened") == 2


# --- walls ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", STAFF_ROLES)
async def test_staff_do_not_import_whatever_their_scopes(counties: Counties, role: str) -> None:
    api = counties.staff("amy", role)
    refused = await send_file(api, PEOPLE + ANA)
    assert (refused.status, refused.code) == (403, "county_systems_only")
    for path in ("/v1/imports", "/v1/exports/roster.csv", "/v1/exports/roster.ndjson"):
        assert (await api.get(path)).code == "county_systems_only"


async def test_an_import_of_another_county_is_not_there(sends: Sends, counties: Counties) -> None:
    order = await sends.done(PEOPLE + ANA)
    birch = counties.staff("birch-cws", "system", units=(), birch=True)
    for path in (f"/v1/imports/{order['id']}", order["errors_url"], f"{order['errors_url']}.csv"):
        assert (await birch.get(path)).status == 404
    assert (await birch.get("/v1/imports")).json["items"] == []


async def test_the_same_id_in_two_counties_is_two_people(sends: Sends, counties: Counties) -> None:
    await sends.done(PEOPLE + ANA)
    birch = counties.staff("birch-cws", "system", units=(), birch=True)
    assert (await birch.post("/v1/people:search", {"external_id": "007"})).json["items"] == []


async def test_ids_of_another_county_name_nobody(sends: Sends, counties: Counties, units: Units, county_id: UUID) -> None:
    await a_family(sends)
    (birch_id,) = counties._client.app[COUNTIES].keys() - {county_id}
    birch = counties.staff("birch-cws", "system", units=(), birch=True)
    answer = await send_file(birch, MEMBERS + "F1,007,coach,inner\n", kind="members")
    assert answer.status == 202
    while await apply_next_chunk(units, birch_id):
        pass
    order = (await birch.get(answer.headers["Location"])).json
    assert counts(order) == {"rejected": 1}
    async with birch._client.get(order["errors_url"], headers=birch._headers) as response:
        assert json.loads(await response.read())["code"] == "family_unknown"


async def test_imports_are_listed_newest_first(sends: Sends) -> None:
    orders = [await sends.done(PEOPLE + ANA), await sends.done(PEOPLE + LUIS), await sends.done(PEOPLE)]
    first = (await sends.api.get("/v1/imports?limit=2")).json
    rest = (await sends.api.get(f"/v1/imports?{first['next'].partition('?')[2]}")).json
    listed = [each["id"] for each in (*first["items"], *rest["items"])]
    assert listed == [each["id"] for each in reversed(orders)]


# --- restart -------------------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the death of the process."""


async def test_killed_between_and_within_blocks_it_gives_the_same_people_and_the_same_counts(
    sends: Sends, units: Units, county_id: UUID, behind_the_wall: BehindTheWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 2 * ROWS_A_BLOCK + 100
    lines = "".join(f"{each:05},Ana{each},Luna,es,,\n" for each in range(size)) + "x y,Rosa,Luna,es,,\n"
    answer = await send_file(sends.api, PEOPLE + lines)
    assert await apply_next_chunk(units, county_id)
    halfway = (await sends.api.get(answer.headers["Location"])).json
    assert (halfway["status"], halfway["created"]) == ("running", ROWS_A_BLOCK)

    async def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("services.network.use_cases.apply_next_chunk._keep", die)
        with pytest.raises(Killed):
            await apply_next_chunk(units, county_id)
    assert len(behind_the_wall.facts()) == ROWS_A_BLOCK
    await sends.apply()
    done = (await sends.api.get(answer.headers["Location"])).json
    assert (done["status"], counts(done)) == ("succeeded", {"created": size, "rejected": 1})
    assert len({fact.subject for fact in behind_the_wall.facts()}) == len(behind_the_wall.facts()) == size


async def test_a_file_on_which_we_break_holds_up_no_other(
    sends: Sends, units: Units, county_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await send_file(sends.api, PEOPLE + "00001,Ana,Luna,es,,\n")
    later = await send_file(sends.api, PEOPLE + "00002,Bea,Luna,es,,\n", source="another")

    async def break_off(*_: Any, **__: Any) -> None:
        raise KeyError

    with monkeypatch.context() as breaking:
        breaking.setattr("services.network.use_cases.apply_next_chunk._apply", break_off)
        assert await apply_next_chunk(units, county_id)
    await sends.apply()
    found = [(await sends.api.get(each.headers["Location"])).json for each in (broken, later)]
    assert [(each["status"], each["created"]) for each in found] == [("failed", 0), ("succeeded", 1)]
    assert found[0]["code"] == "broke_off"
