"""People: age, and the keys under which they are found."""

from datetime import date

import pytest

from services.network.domain.names import name_key, name_keys
from services.network.domain.people import check_birth_date, words_of
from shared.kernel.errors import Invalid
from tests.support.factories import TODAY, a_contact_point, a_person


@pytest.mark.parametrize(
    ("born_on", "today", "is_minor"),
    [
        (date(2009, 2, 23), date(2027, 2, 22), True),
        (date(2009, 2, 22), date(2027, 2, 22), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (None, date(2027, 2, 22), False),
    ],
)
def test_a_minor_is_under_eighteen(born_on: date | None, today: date, is_minor: bool) -> None:
    assert a_person(born_on=born_on).is_minor(today) is is_minor


@pytest.mark.parametrize("born_on", [date(2027, 2, 23), date(1900, 1, 1)])
def test_a_birth_date_lies_in_the_last_120_years(born_on: date) -> None:
    with pytest.raises(Invalid):
        check_birth_date(born_on, today=TODAY)


@pytest.mark.parametrize("other", ["jose oneil", "O'NEIL, José", "  Jose\u0301   O’Neil ", "oneil JOSE"])
def test_a_name_is_found_however_it_is_written(other: str) -> None:
    assert name_key(other) == name_key("José O'Neil")


def test_a_preferred_name_is_a_key_too() -> None:
    assert name_keys("Guadalupe", "Ruiz", "Lupe") == {name_key("Guadalupe Ruiz"), name_key("Lupe Ruiz")}


def test_other_letters_stay_other_people() -> None:
    assert name_key("\u0410na") != name_key("Ana")


def test_the_sealed_words_hold_numbers_by_contact_point() -> None:
    phone = a_contact_point()
    assert words_of(a_person(phone)).addresses == {str(phone.id): phone.value}
