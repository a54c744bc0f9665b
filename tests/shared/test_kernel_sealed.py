"""Sealed words as a value, and errors that speak."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import Conflict, Fault, Invalid
from shared.kernel.sealed import Place, Sealed


@given(st.uuids(), st.binary(max_size=200))
def test_sealed_words_keep_their_form(key_id: UUID, box: bytes) -> None:
    sealed = Sealed(key_id, box)
    assert Sealed.from_bytes(sealed.as_bytes()) == sealed
    assert Sealed.from_text(sealed.as_text()) == sealed
    assert set(sealed.as_text()).isdisjoint("=+/")


@pytest.mark.parametrize(
    "other",
    [
        Place("people", "name", UUID(int=1), UUID(int=3)),
        Place("people", "name", UUID(int=2), UUID(int=2)),
        Place("people", "phone", UUID(int=1), UUID(int=2)),
        Place("cases", "name", UUID(int=1), UUID(int=2)),
    ],
)
def test_each_part_of_a_place_counts(other: Place) -> None:
    assert other.as_bytes() != Place("people", "name", UUID(int=1), UUID(int=2)).as_bytes()


class PlanEnded(Conflict):
    """This plan has ended. Start a new plan
    to add a commitment.
    """

    code = "plan_ended"


def test_an_error_says_what_to_do_and_keeps_facts_apart() -> None:
    error = PlanEnded(plan_id=UUID(int=1))
    assert error.detail == "This plan has ended. Start a new plan to add a commitment."
    assert str(error) == "plan_ended"
    assert error.facts == {"plan_id": UUID(int=1)}


def test_invalid_values_keep_their_order() -> None:
    faults = [Fault("required", "Enter a name.", pointer="#/name"), Fault("blank", "Enter a unit.", pointer="#/unit")]
    assert Invalid(faults).faults == tuple(faults)
