"""Names made comparable."""

import pytest

from services.network.domain.names import is_named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Rick drinks", True),
        ("She took rick's keys", True),
        ("RICK.", True),
        ("Rícky-Rick", True),
        ("Tricks and Ricky", False),
        ("Mr. Luna", False),
        ("", False),
    ],
)
def test_a_text_names_somebody_by_a_first_name_alone(text: str, named: bool) -> None:
    assert is_named("Rick", "", text) is named


def test_a_name_of_two_words_needs_both_and_a_preferred_name_is_one_too() -> None:
    assert is_named("María José", "Pepa", "maria jose came")
    assert is_named("María José", "Pepa", "Pepa came")
    assert not is_named("María José", "", "María came")


def test_who_has_no_first_name_is_named_by_nothing() -> None:
    assert not is_named("", "", "anything")
