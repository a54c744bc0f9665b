"""No network, no plan: who makes a network viable, and what a worker is warned of."""

from datetime import date
from typing import Any

import pytest

from services.network.domain.members import Circle, Member, MemberState, Quality, SeenQuality, SupportType
from services.network.domain.people import Person
from services.network.domain.viability import SENTENCES, NetworkWarning, viability
from tests.support.factories import TODAY, a_member, a_person, a_standing


def around(
    count: int = 1, *, state: MemberState = MemberState.ACTIVE, born_on: date | None = None, **standing: Any
) -> list[tuple[Member, Person]]:
    return [(a_member(standing=a_standing(**standing), state=state), a_person(born_on=born_on)) for _ in range(count)]


@pytest.mark.parametrize(
    ("people", "is_viable"),
    [
        ([], False),
        (around(), True),
        (around(state=MemberState.COMMITTED), False),
        (around(state=MemberState.LAPSED), False),
        (around(caregiver_of_concern=True), False),
        (around(born_on=date(2012, 1, 1)), False),
        (around(caregiver_of_concern=True) + around(), True),
    ],
)
def test_one_active_adult_who_is_no_caregiver_of_concern_makes_a_network(
    people: list[tuple[Member, Person]], is_viable: bool
) -> None:
    found = viability(people, today=TODAY)
    assert found.is_viable is is_viable
    assert (NetworkWarning.NOT_VIABLE in found.warnings) is not is_viable


@pytest.mark.parametrize(
    ("adults", "warning"),
    [(1, NetworkWarning.FEW_ADULTS), (2, NetworkWarning.BELOW_RECOMMENDED), (4, NetworkWarning.BELOW_RECOMMENDED)],
)
def test_few_adults_are_a_warning(adults: int, warning: NetworkWarning) -> None:
    assert viability(around(adults), today=TODAY).warnings == (warning,)


def test_five_adults_are_enough() -> None:
    assert viability(around(5), today=TODAY).warnings == ()


def test_a_network_of_professionals_alone_is_a_warning() -> None:
    formal = around(5, support_type=SupportType.FORMAL)
    assert viability(formal, today=TODAY).warnings == (NetworkWarning.ONLY_FORMAL,)
    assert viability(formal + around(), today=TODAY).warnings == ()


def test_who_was_told_an_older_version_is_to_be_told_again() -> None:
    understood = SeenQuality(quality=Quality.UNDERSTANDS_CONCERN, seen_on=TODAY, seen_by="amy", needs_refresh=True)
    member = a_member(qualities=(understood,))
    assert NetworkWarning.TELL_AGAIN in viability([(member, a_person())], today=TODAY).warnings


def test_everybody_is_counted_in_their_circle() -> None:
    found = viability(around(2, circle=Circle.INNER) + around(circle=Circle.OUTER, caregiver_of_concern=True), today=TODAY)
    assert found.by_circle == {Circle.INNER: 2, Circle.MIDDLE: 0, Circle.OUTER: 1, Circle.NONE: 0}
    assert found.by_state == {MemberState.ACTIVE: 3}


def test_every_warning_has_its_sentence() -> None:
    assert set(SENTENCES) == set(NetworkWarning)
