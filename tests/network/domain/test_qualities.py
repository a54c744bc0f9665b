"""The four qualities: which state follows from them, who lapses, and who never counts as cover."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.network.domain.circle_errors import QualityIsDerived
from services.network.domain.members import (
    Member,
    MemberState,
    Quality,
    RelationshipKind,
    SeenQuality,
    SetAside,
    Vetting,
    VettingLimit,
    VettingOutcome,
)
from services.network.domain.qualities import (
    CannotProtect,
    bears_on_cover,
    check_standing,
    check_vetting,
    may_protect,
    settled,
    state_of,
    told_anew,
    with_commitment,
    with_quality,
    without_quality,
)
from shared.kernel.errors import Invalid
from tests.support.factories import TODAY, a_member, a_person, a_standing

DANGER = uuid4()
ADULT = date(1969, 5, 5)


def seen(quality: Quality, *, on: date = TODAY, statement: UUID = DANGER, version: int = 1) -> SeenQuality:
    told = {"statement_id": statement, "statement_version": version} if quality is Quality.UNDERSTANDS_CONCERN else {}
    return SeenQuality(quality=quality, seen_on=on, seen_by="amy", **told)  # type: ignore[arg-type]  # by the quality


def an_active_member(**standing: Any) -> Member:
    """Somebody of whom all four qualities are on record."""
    member = with_commitment(a_member(standing=a_standing(**standing)), has_commitment=True)
    for quality in (Quality.CARES, Quality.WILLING_TO_MEET, Quality.UNDERSTANDS_CONCERN):
        member = with_quality(member, seen(quality), today=TODAY)
    return member


def test_a_member_is_active_when_all_four_qualities_hold() -> None:
    assert an_active_member().state is MemberState.ACTIVE


@pytest.mark.parametrize("lost", [Quality.CARES, Quality.WILLING_TO_MEET, Quality.UNDERSTANDS_CONCERN])
def test_losing_one_quality_lapses_and_regaining_it_makes_active_again(lost: Quality) -> None:
    lapsed = without_quality(an_active_member(), lost)
    assert lapsed.state is MemberState.LAPSED
    assert with_quality(lapsed, seen(lost), today=TODAY).state is MemberState.ACTIVE


def test_the_end_of_the_last_commitment_lapses() -> None:
    assert with_commitment(an_active_member(), has_commitment=False).state is MemberState.LAPSED


def test_the_steps_on_the_way_follow_from_what_is_on_record() -> None:
    bare = a_member()
    contacted = settled(replace(bare, standing=a_standing(contacted_on=TODAY)))
    met = settled(replace(bare, standing=a_standing(contacted_on=TODAY, met_agency_on=TODAY)))
    informed = with_quality(met, seen(Quality.UNDERSTANDS_CONCERN), today=TODAY)
    committed = with_commitment(informed, has_commitment=True)
    cares = with_quality(bare, seen(Quality.CARES), today=TODAY)
    assert [each.state.value for each in (bare, contacted, cares, met, informed, committed)] == [
        "identified", "contacted", "contacted", "met_agency", "informed_of_concern", "committed",
    ]  # fmt: skip


@pytest.mark.parametrize("said", SetAside)
def test_what_people_said_stands_before_what_is_derived(said: SetAside) -> None:
    member = an_active_member()
    aside = settled(replace(member, standing=replace(member.standing, set_aside=said, set_aside_reason="words")))
    back = settled(replace(aside, standing=member.standing))
    assert (aside.state.value, back.state) == (said.value, MemberState.ACTIVE)


def test_who_comes_back_from_a_pause_with_less_has_lapsed() -> None:
    member = an_active_member()
    paused = settled(replace(member, standing=replace(member.standing, set_aside=SetAside.PAUSED)))
    fewer = with_commitment(paused, has_commitment=False)
    assert fewer.state is MemberState.PAUSED
    assert state_of(replace(fewer, standing=member.standing)) is MemberState.LAPSED


def test_the_fourth_quality_is_set_by_commitments_alone() -> None:
    with pytest.raises(QualityIsDerived):
        with_quality(a_member(), seen(Quality.WILL_DO_SOMETHING), today=TODAY)
    with pytest.raises(QualityIsDerived):
        without_quality(a_member(), Quality.WILL_DO_SOMETHING)


def test_a_quality_is_not_seen_tomorrow() -> None:
    with pytest.raises(Invalid) as refused:
        with_quality(a_member(), seen(Quality.CARES, on=TODAY + timedelta(days=1)), today=TODAY)
    assert [(f.code, f.pointer) for f in refused.value.faults] == [("in_the_future", "#/seen_on")]


def test_understanding_names_the_version_that_was_shared() -> None:
    unnamed = SeenQuality(quality=Quality.UNDERSTANDS_CONCERN, seen_on=TODAY, seen_by="amy")
    named = replace(seen(Quality.UNDERSTANDS_CONCERN), quality=Quality.CARES)
    for wrong in (unnamed, named):
        with pytest.raises(Invalid):
            with_quality(a_member(), wrong, today=TODAY)


def test_a_newer_version_asks_to_be_told_and_empties_no_network() -> None:
    member = told_anew(an_active_member(), DANGER, 2)
    understood = member.seen(Quality.UNDERSTANDS_CONCERN)
    assert understood is not None
    assert (understood.needs_refresh, settled(member).state) == (True, MemberState.ACTIVE)
    again = with_quality(member, seen(Quality.UNDERSTANDS_CONCERN, version=2), today=TODAY)
    assert told_anew(again, DANGER, 2) == again


def test_who_was_never_told_has_nothing_to_refresh() -> None:
    member = a_member()
    assert told_anew(member, DANGER, 2) == member


@pytest.mark.parametrize(
    ("facts", "born_on", "reason"),
    [
        ({}, ADULT, None),
        ({}, None, None),
        ({}, date(2009, 2, 23), CannotProtect.MINOR),
        ({"relationship": RelationshipKind.MINOR_SIBLING}, None, CannotProtect.MINOR),
        ({"relationship": RelationshipKind.MINOR_SIBLING}, ADULT, None),
        ({"caregiver_of_concern": True}, ADULT, CannotProtect.CAREGIVER_OF_CONCERN),
        ({"set_aside": SetAside.EXCLUDED, "set_aside_reason": "words"}, ADULT, CannotProtect.EXCLUDED),
        ({"set_aside": SetAside.WITHDRAWN}, ADULT, CannotProtect.NOT_HERE),
        ({"set_aside": SetAside.PAUSED}, ADULT, CannotProtect.NOT_HERE),
    ],
)
def test_who_cannot_count_as_cover_and_why(facts: dict[str, Any], born_on: date | None, reason: CannotProtect | None) -> None:
    member = settled(a_member(standing=a_standing(**facts)))
    assert may_protect(member, a_person(born_on=born_on), TODAY) is reason


def test_who_left_is_not_here() -> None:
    assert may_protect(a_member(state=MemberState.LEFT), a_person(), TODAY) is CannotProtect.NOT_HERE


@pytest.mark.parametrize(
    ("outcome", "limits", "reason"),
    [
        (VettingOutcome.NOT_VETTED, (), None),
        (VettingOutcome.SUITABLE, (), None),
        (VettingOutcome.SUITABLE_WITH_LIMITS, (VettingLimit.NOT_OVERNIGHT, VettingLimit.NOT_ALONE), None),
        (VettingOutcome.SUITABLE_WITH_LIMITS, (VettingLimit.NO_PROTECTIVE,), CannotProtect.VETTING_LIMIT),
        (VettingOutcome.UNSUITABLE, (), CannotProtect.UNSUITABLE),
    ],
)
def test_vetting_bars_the_unsuitable_and_those_limited_to_support(
    outcome: VettingOutcome, limits: tuple[VettingLimit, ...], reason: CannotProtect | None
) -> None:
    member = a_member(vetting=Vetting(vetting=outcome, vetting_limits=frozenset(limits)))
    assert may_protect(member, a_person(), TODAY) is reason


@pytest.mark.parametrize(
    ("vetting", "pointer"),
    [
        (Vetting(vetting=VettingOutcome.SUITABLE_WITH_LIMITS), "#/limits"),
        (Vetting(vetting=VettingOutcome.SUITABLE, vetting_limits=frozenset({VettingLimit.NOT_ALONE})), "#/limits"),
        (Vetting(vetting=VettingOutcome.SUITABLE_WITH_LIMITS, vetting_limits=frozenset({VettingLimit.OTHER})), "#/words"),
    ],
)
def test_limits_and_outcome_fit_each_other(vetting: Vetting, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_vetting(vetting)
    assert [f.pointer for f in refused.value.faults] == [pointer]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"set_aside": SetAside.EXCLUDED}, "#/set_aside_reason"),
        ({"set_aside_reason": "words"}, "#/set_aside_reason"),
        ({"contacted_on": TODAY + timedelta(days=1)}, "#/contacted_on"),
        ({"met_agency_on": TODAY + timedelta(days=1)}, "#/met_agency_on"),
    ],
)
def test_a_standing_that_cannot_be_is_refused(facts: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_standing(a_standing(**facts), today=TODAY)
    assert [f.pointer for f in refused.value.faults] == [pointer]


@pytest.mark.parametrize("said", [SetAside.PAUSED, SetAside.WITHDRAWN])
def test_withdrawing_needs_no_reason(said: SetAside) -> None:
    check_standing(a_standing(set_aside=said), today=TODAY)


@pytest.mark.parametrize(
    ("facts", "bears"),
    [
        ({"caregiver_of_concern": True}, True),
        ({"set_aside": SetAside.PAUSED}, True),
        ({"relationship": RelationshipKind.MINOR_SIBLING}, True),
        ({"contacted_on": TODAY}, False),
        ({}, False),
    ],
)
def test_only_what_bears_on_cover_lets_plans_be_looked_at_anew(facts: dict[str, Any], bears: bool) -> None:
    before = a_member()
    assert bears_on_cover(before, settled(replace(before, standing=a_standing(**facts)))) is bears


def test_vetting_bears_on_cover() -> None:
    before = a_member()
    assert bears_on_cover(before, replace(before, vetting=Vetting(vetting=VettingOutcome.UNSUITABLE)))
