"""Which lines of a file count, and how an import stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.network.domain import imports
from services.network.domain.csv_rows import Unreadable
from services.network.domain.imports import (
    SHARED_BY,
    Census,
    Import,
    ImportId,
    ImportKind,
    ImportMode,
    ImportStatus,
    Tally,
    check_order,
    columns_of,
    key_of,
)
from shared.kernel.errors import Invalid

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PHONE = ("phone", "+19165550131")


def census(*lines: tuple[int, str | None, bytes]) -> Census:
    """Count lines."""
    counted = Census()
    for number, key, content in lines:
        counted.count(number, key, content)
    return counted


def test_a_line_said_twice_counts_once_and_the_second_is_reported() -> None:
    counted = census((2, "7", b"ana"), (3, "7", b"ana"))
    assert counted.judge(2, "7") is None
    second = counted.judge(3, "7")
    assert second is not None
    assert second.code == "duplicate_row"


def test_two_lines_that_disagree_are_both_left_to_staff() -> None:
    counted = census((2, "7", b"ana"), (3, "7", b"eve"), (4, "7", b"ana"))
    assert [found.code for each in (2, 3, 4) if (found := counted.judge(each, "7"))] == ["duplicate_external_id"] * 3


def test_ids_are_text_so_leading_zeros_count() -> None:
    assert key_of(ImportKind.PEOPLE, {"external_id": "007"}) != key_of(ImportKind.PEOPLE, {"external_id": "7"})


def test_a_line_that_does_not_say_whom_it_is_about_names_nobody() -> None:
    assert key_of(ImportKind.MEMBERS, {"case_external_id": "F1"}) is None
    assert census((2, None, b"")).nameless == 1


def test_a_number_in_very_many_lines_reaches_nobody() -> None:
    counted = Census()
    for line in range(2, SHARED_BY + 3):
        counted.count(line, str(line), b"", [PHONE])
    found = counted.judge(2, "2", [PHONE])
    assert found is not None
    assert (found.code, found.column) == ("too_many_shared_contacts", "phone")


def test_a_household_may_share_a_phone() -> None:
    counted = Census()
    for line in range(2, SHARED_BY + 2):
        counted.count(line, str(line), b"", [PHONE])
    assert counted.judge(2, "2", [PHONE]) is None


def test_a_file_with_a_line_too_many_is_refused_at_that_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_ROWS", 2)
    with pytest.raises(Unreadable) as caught:
        census((2, "1", b""), (3, "2", b""), (4, "3", b""))
    assert (caught.value.code, caught.value.line) == ("too_many_rows", 4)


def test_members_are_named_by_family_and_person() -> None:
    assert columns_of(ImportKind.MEMBERS)[:2] == ("case_external_id", "person_external_id")


def test_people_are_never_removed_by_a_file() -> None:
    with pytest.raises(Invalid) as caught:
        check_order(ImportKind.PEOPLE, ImportMode.REPLACE, NOON, rows=1, all_or_nothing=False, now=NOON)
    assert caught.value.faults[0].parameter == "mode"


def test_a_file_of_next_year_is_refused_because_it_would_shut_out_all_that_follow() -> None:
    with pytest.raises(Invalid):
        check_order(ImportKind.CASES, ImportMode.UPSERT, NOON + timedelta(days=2), rows=1, all_or_nothing=False, now=NOON)


def test_all_or_nothing_is_for_files_of_one_transaction() -> None:
    with pytest.raises(Invalid):
        check_order(ImportKind.CASES, ImportMode.UPSERT, NOON, rows=imports.MOST_AT_ONCE + 1, all_or_nothing=True, now=NOON)


ORDER = Import(
    id=ImportId(UUID(int=1)),
    kind=ImportKind.MEMBERS,
    mode=ImportMode.REPLACE,
    dry_run=False,
    all_or_nothing=False,
    source="cws",
    as_of=NOON,
    confirm_remove=None,
    actor_kind="system",
    actor_id="alder-cws",
    roles="system",
    zone="America/Los_Angeles",
    status=ImportStatus.QUEUED,
    code="",
    rows=1000,
    blocks=2,
    next_block=0,
    would_remove=0,
    tally=Tally(rejected=3),
    received_at=NOON,
    finished_at=None,
)


def test_an_empty_file_removes_nobody() -> None:
    assert ORDER.removes
    assert not replace(ORDER, rows=0).removes
    assert not replace(ORDER, dry_run=True).removes


def test_counts_add_up_over_blocks_and_progress_is_whole_only_at_the_end() -> None:
    half = ORDER.went_on(Tally(created=400, rejected=1), blocks=1)
    assert (half.status, half.tally, half.progress) == (ImportStatus.RUNNING, Tally(created=400, rejected=4), 33)
    done = half.went_on(Tally(updated=5), blocks=1)
    assert done.progress < 100
    assert done.ended(now=NOON).progress == 100
