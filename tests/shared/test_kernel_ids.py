"""Ids sort by time and show their kind."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.kernel import ids

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds are naive here
CHANCE = st.binary(min_size=ids.ENTROPY_BYTES, max_size=ids.ENTROPY_BYTES)


@given(INSTANTS, CHANCE)
def test_an_id_is_a_uuid_of_version_7(at: datetime, chance: bytes) -> None:
    made = ids.uuid7(at, chance)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


@given(INSTANTS, CHANCE, CHANCE)
def test_a_later_id_sorts_later(at: datetime, first: bytes, second: bytes) -> None:
    assert ids.uuid7(at, first) < ids.uuid7(at + timedelta(milliseconds=1), second)


@given(st.integers(0, 4_000_000_000_000), CHANCE)
@example(2_198_946_796_219, bytes(10))
def test_an_id_holds_its_millisecond(millisecond: int, chance: bytes) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millisecond)
    assert ids.uuid7(at, chance).int >> 80 == millisecond


def test_other_chance_makes_another_id() -> None:
    assert len({ids.uuid7(NOON, bytes([number] * 10)) for number in range(256)}) == 256


@given(st.uuids())
def test_a_spelled_id_reads_back(value: UUID) -> None:
    assert ids.read("mem", ids.spell("mem", value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "per_" + "0" * 32,
        "mem_" + "0" * 31,
        "mem_" + "0" * 33,
        "mem_" + "A" * 32,
        "mem_" + "g" * 32,
        "mem" + "0" * 32,
        "mem__" + "0" * 32,
        "0" * 32,
        "_" + "0" * 32,
        "",
        "mem_",
        "mem_" + "٣" * 32,
        "mem_" + "0" * 32 + "\n",
        " mem_" + "0" * 32,
        "MEM_" + "0" * 32,
    ],
)
def test_anything_else_is_no_id_of_this_kind(text: str) -> None:
    assert ids.read("mem", text) is None
