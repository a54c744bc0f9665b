"""Members and children: unlisted relationships, what the audit keeps of a change, facts that cannot be."""

from datetime import date

import pytest

from services.network.domain.children import check_placement
from services.network.domain.members import Circle, RelationshipKind, changes, relationship_of
from shared.kernel.errors import Invalid
from tests.support.factories import a_placement, a_standing


def test_a_listed_relationship_is_its_kind() -> None:
    assert relationship_of("neighbor") == (RelationshipKind.NEIGHBOR, "")


def test_an_unlisted_relationship_is_never_refused() -> None:
    assert relationship_of("her old landlady") == (RelationshipKind.OTHER, "her old landlady")


def test_a_move_inward_is_kept_with_both_circles() -> None:
    details = changes(a_standing(circle=Circle.OUTER), a_standing(circle=Circle.INNER))
    assert details == {"changed": "circle", "circle_from": "outer", "circle_to": "inner"}


def test_what_is_kept_of_a_change_holds_no_words() -> None:
    after = a_standing(relationship=RelationshipKind.OTHER, relationship_words="her old landlady")
    assert changes(a_standing(), after) == {"changed": "relationship,relationship_words"}


def test_nothing_changed_is_nothing_to_keep() -> None:
    assert changes(a_standing(), a_standing()) == {}


def test_an_entry_into_care_may_be_planned() -> None:
    check_placement(a_placement(entered_care_on=date(2030, 2, 23)))


def test_the_hearing_is_not_before_the_entry_into_care() -> None:
    with pytest.raises(Invalid) as refused:
        check_placement(a_placement(entered_care_on=date(2027, 2, 3), disposition_on=date(2027, 2, 2)))
    assert [f.pointer for f in refused.value.faults] == ["#/disposition_on"]
