"""Suggested seats, the split of people who must never meet, and lengths."""

import pytest

from services.portal.domain.draft import Seat, split, usual_length
from services.portal.domain.families import Channel, Child, Member, Person, Separation, by_circle, kept_apart
from services.portal.domain.table import is_required, role_of_child, suggested_role, teller


def a_person(person_id: str, *, is_minor: bool = False, age: int | None = None, channels: tuple[Channel, ...] = ()) -> Person:
    return Person(id=person_id, given_name=person_id, is_minor=is_minor, age=age, channels=channels)


def a_member(relationship: str, *, circle: str = "inner", person_id: str = "per_1") -> Member:
    return Member(id=f"mem_{person_id}", person=a_person(person_id), relationship=relationship, circle=circle)


def a_child(placement: str = "home", *, is_minor: bool = True) -> Child:
    return Child(id="per_c", person=a_person("per_c", is_minor=is_minor), placement_kind=placement)


@pytest.mark.parametrize(
    ("relationship", "placement", "role"),
    [
        ("mother", "home", "parent"),
        ("grandparent_maternal", "home", "extended_family"),
        ("grandparent_maternal", "relative", "current_caregiver"),
        ("resource_parent", "resource_family", "current_caregiver"),
        ("tribal_member", "relative", "tribal_representative"),
        ("indian_custodian", "home", "indian_custodian"),
        ("neighbor", "home", "informal_support"),
        ("a kind the list does not have", "home", "informal_support"),
    ],
)
def test_the_suggested_seat(relationship: str, placement: str, role: str) -> None:
    assert suggested_role(a_member(relationship), (a_child(placement),)) == role


def test_a_relative_farther_out_is_not_taken_for_the_caregiver() -> None:
    assert suggested_role(a_member("aunt_uncle", circle="outer"), (a_child("relative"),)) == "extended_family"


@pytest.mark.parametrize(
    ("person", "role", "required"),
    [
        (a_person("per_c", is_minor=True, age=6), "child", False),
        (a_person("per_c", is_minor=True, age=11), "child", False),
        (a_person("per_c", is_minor=True, age=12), "youth", True),
        (a_person("per_c", is_minor=True), "child", False),
        (a_person("per_c", is_minor=True, channels=(Channel(channel="sms", consent="granted"),)), "youth", True),
        (a_person("per_c"), "nmd", True),
    ],
)
def test_a_young_child_is_invited_and_need_not_answer(person: Person, role: str, required: bool) -> None:
    seat = role_of_child(Child(id=person.id, person=person))
    assert (seat, is_required(seat)) == (role, required)


def test_whoever_cares_for_a_young_child_tells_the_child() -> None:
    seats = (("child", "lila"), ("parent", "denise"), ("current_caregiver", "mae"), ("placing_agency_worker", "jo"))
    assert teller(seats) == "mae"
    assert teller(seats, never=("mae",)) == "denise"
    assert teller(seats, never=("mae", "denise")) is None


def test_the_tribe_must_be_there_and_a_neighbor_is_welcome() -> None:
    assert is_required("tribal_representative")
    assert not is_required("informal_support")


def seats(*people: str) -> tuple[Seat, ...]:
    return tuple(Seat(person_id=person, role="parent") for person in people)


def test_a_separated_pair_sits_at_two_tables_and_everybody_else_at_both() -> None:
    tables = split(seats("kara", "tom", "raul"), frozenset({frozenset({"tom", "raul"})}))
    assert [[one.person_id for one in table] for table in tables] == [["kara", "tom"], ["kara", "raul"]]


def test_without_a_rule_there_is_one_table() -> None:
    assert len(split(seats("kara", "tom"), frozenset({frozenset({"tom", "raul"})}))) == 1


def test_two_who_are_both_kept_from_a_third_may_sit_together() -> None:
    apart = frozenset({frozenset({"tom", "raul"}), frozenset({"kara", "raul"})})
    tables = split(seats("kara", "tom", "raul"), apart)
    assert [[one.person_id for one in table] for table in tables] == [["kara", "tom"], ["raul"]]


def test_the_longest_purpose_sets_the_length() -> None:
    assert [usual_length(purposes) for purposes in ((), ("initial_cft",), ("initial_cft", "safety_mapping"))] == [60, 90, 120]


def test_circles_come_nearest_first_and_empty_ones_not_at_all() -> None:
    members = (a_member("neighbor", circle="outer"), a_member("mother", circle="inner"), a_member("cousin", circle="none"))
    assert [circle for circle, _ in by_circle(members)] == ["inner", "outer", "none"]


def test_whom_somebody_must_never_meet() -> None:
    rules = (
        Separation(id="sep_1", person_a="tom", person_b="raul", reason="no_contact_order"),
        Separation(id="sep_2", person_a="kara", person_b="tom", reason="dv_safety", active=False),
    )
    assert kept_apart("tom", rules) == ("raul",)
    assert kept_apart("raul", rules) == ("tom",)
    assert kept_apart("kara", rules) == ()


def test_somebody_kept_from_two_people_names_both() -> None:
    rules = (
        Separation(id="sep_1", person_a="tom", person_b="raul", reason="no_contact_order"),
        Separation(id="sep_2", person_a="tom", person_b="kara", reason="dv_safety"),
    )
    assert set(kept_apart("tom", rules)) == {"raul", "kara"}
