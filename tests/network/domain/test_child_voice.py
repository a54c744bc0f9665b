"""A child's own words: their rooms, who may read them, and that a parent reads nothing that no worker released."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.network.domain.audience import Audience, Visibility, admits_staff
from services.network.domain.cases import CaseId
from services.network.domain.child_voice import (
    ChildVoice,
    Room,
    Saying,
    VoiceId,
    VoiceKind,
    check_sayings,
    check_voice_audience,
    may_read,
    released,
    taken_back,
    with_audience,
)
from services.network.domain.members import MemberState, RelationshipKind
from services.network.domain.people import PersonId
from services.network.domain.word_errors import MayNotBeTold, NothingToRelease
from shared.kernel.access import Role
from shared.kernel.errors import Invalid
from tests.support.factories import NOW, TODAY, a_caller, a_member, a_standing

MOTHER = a_member(standing=a_standing(relationship=RelationshipKind.MOTHER))
NEIGHBOR = a_member(standing=a_standing(relationship=RelationshipKind.NEIGHBOR))
CHILD = PersonId(uuid4())


def a_voice(visibility: Visibility = Visibility.NETWORK, **facts: Any) -> ChildVoice:
    ordinary = ChildVoice(
        id=VoiceId(uuid4()),
        case_id=CaseId(uuid4()),
        child_id=CHILD,
        kind=VoiceKind.THREE_HOUSES,
        sayings=(Saying(room=Room.WORRIES, words="When they shout"),),
        language="en",
        said_on=TODAY,
        recorded_by="amy",
        audience=Audience(visibility=visibility),
        releases=(),
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def test_a_parent_reads_only_what_a_worker_released() -> None:
    voice = a_voice()
    assert (may_read(voice, NEIGHBOR), may_read(voice, MOTHER)) == (True, False)
    open_to_her = released(voice, MOTHER, by="amy", now=NOW)
    assert may_read(open_to_her, MOTHER)
    assert released(open_to_her, MOTHER, by="bo", now=NOW) is open_to_her
    assert not may_read(taken_back(open_to_her, MOTHER.id, now=NOW), MOTHER)


@pytest.mark.parametrize("visibility", [Visibility.AGENCY, Visibility.SELF_ONLY, Visibility.RESTRICTED_PERSONS])
def test_what_a_parent_is_not_meant_to_see_cannot_be_released_to_them(visibility: Visibility) -> None:
    with pytest.raises(MayNotBeTold):
        released(a_voice(visibility), MOTHER, by="amy", now=NOW)


def test_nobody_but_a_parent_needs_a_release() -> None:
    with pytest.raises(NothingToRelease):
        released(a_voice(), NEIGHBOR, by="amy", now=NOW)


def test_another_audience_ends_what_was_released() -> None:
    voice = released(a_voice(), MOTHER, by="amy", now=NOW)
    after = with_audience(voice, Audience(visibility=Visibility.TEAM), now=NOW)
    assert (after.releases, after.version) == ((), 3)
    assert with_audience(voice, voice.audience, now=NOW) is voice


def test_a_child_reads_their_own_words_whoever_else_may() -> None:
    herself = a_member(person_id=CHILD, standing=a_standing(relationship=RelationshipKind.MINOR_SIBLING))
    assert may_read(a_voice(Visibility.SELF_ONLY), herself)


def test_who_was_excluded_reads_nothing() -> None:
    assert not may_read(a_voice(), replace(NEIGHBOR, state=MemberState.EXCLUDED))


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        (Visibility.NETWORK, {"amy", "bo", "cy"}),
        (Visibility.TEAM, {"amy", "bo", "cy"}),
        (Visibility.AGENCY, {"amy", "bo", "cy"}),
        (Visibility.SELF_ONLY, {"amy"}),
        (Visibility.RESTRICTED_PERSONS, {"amy", "bo"}),
    ],
)
def test_staff_read_what_is_meant_for_them_an_administrator_too(visibility: Visibility, readers: set[str]) -> None:
    audience = Audience(visibility=visibility, staff_ids=frozenset({"bo"}))
    callers = [a_caller("amy"), a_caller("bo"), a_caller("cy", Role.COUNTY_ADMIN)]
    assert {each.staff_id for each in callers if admits_staff(audience, each, recorded_by="amy")} == readers


def faults_of(kind: VoiceKind, *rooms: Room, days: int = 0) -> list[tuple[str, str | None]]:
    sayings = tuple(Saying(room=room, words="x") for room in rooms)
    with pytest.raises(Invalid) as refusal:
        check_sayings(kind, sayings, TODAY + timedelta(days=days), today=TODAY)
    return [(fault.code, fault.pointer) for fault in refusal.value.faults]


def test_each_house_has_its_rooms() -> None:
    check_sayings(VoiceKind.SAFETY_HOUSE, (Saying(room=Room.RULES, words="No beer"),), TODAY, today=TODAY)
    wrong = faults_of(VoiceKind.THREE_HOUSES, Room.WORRIES, Room.RULES, Room.WORRIES, days=1)
    assert wrong == [
        ("room_unknown", "#/sayings/1/room"),
        ("duplicate", "#/sayings/2/room"),
        ("in_the_future", "#/said_on"),
    ]


@pytest.mark.parametrize("visibility", [each for each in Visibility if each is not Visibility.RESTRICTED_PERSONS])
def test_a_signal_for_help_is_for_named_persons_only(visibility: Visibility) -> None:
    with pytest.raises(Invalid) as refusal:
        check_voice_audience(VoiceKind.SAFE_SIGNAL, Audience(visibility=visibility), frozenset())
    assert [fault.code for fault in refusal.value.faults] == ["restricted_only"]


def audience_refused(audience: Audience) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        check_voice_audience(VoiceKind.THREE_HOUSES, audience, frozenset({NEIGHBOR.id}))
    return [fault.code for fault in refusal.value.faults]


def test_restricted_words_are_for_somebody_of_this_family() -> None:
    restricted = Visibility.RESTRICTED_PERSONS
    check_voice_audience(VoiceKind.SAFE_SIGNAL, Audience(visibility=restricted, staff_ids=frozenset({"bo"})), frozenset())
    assert audience_refused(Audience(visibility=restricted)) == ["needed_here"]
    assert audience_refused(Audience(visibility=restricted, member_ids=frozenset({MOTHER.id}))) == ["not_of_this_family"]
    assert audience_refused(Audience(visibility=Visibility.TEAM, staff_ids=frozenset({"bo"}))) == ["not_applicable"]
