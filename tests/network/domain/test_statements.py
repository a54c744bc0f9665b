"""Statements: what each kind may say, what moves and what versions, what is asked and never refused."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.network.domain.audience import Audience, Visibility, admits_member
from services.network.domain.cases import CaseId
from services.network.domain.hints import HintCode
from services.network.domain.members import Member, MemberId, MemberState, RelationshipKind, SupportType
from services.network.domain.statements import (
    Statement,
    StatementId,
    StatementKind,
    Tense,
    Version,
    Wording,
    check_goal,
    check_may_be_told,
    check_wording,
    fitting,
    hints,
    moved,
    reworded,
)
from services.network.domain.telling import Telling, check_telling, still_to_tell
from services.network.domain.word_errors import MayNotBeTold, SameKind
from shared.kernel.errors import Invalid
from tests.support.factories import NOW, TODAY, a_member, a_standing

MOTHER = a_member(standing=a_standing(relationship=RelationshipKind.MOTHER))
NEIGHBOR = a_member(standing=a_standing(relationship=RelationshipKind.NEIGHBOR))
TEACHER = a_member(standing=a_standing(relationship=RelationshipKind.TEACHER, support_type=SupportType.FORMAL))
D1 = StatementId(uuid4())


def says(text: str = "Rick drinks and hits Dana.", **facts: Any) -> Wording:
    return replace(Wording(text=text, language="en", impact="Mateo may be hit too."), **facts)


def a_statement(kind: StatementKind = StatementKind.DANGER, wording: Wording | None = None, **facts: Any) -> Statement:
    first = Version(number=1, kind=kind, wording=wording or says(), why="", written_at=NOW, written_by="amy")
    ordinary = Statement(
        id=D1,
        case_id=CaseId(uuid4()),
        audience=Audience(visibility=Visibility.NETWORK),
        current=first,
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def refused(kind: StatementKind, wording: Wording) -> list[tuple[str, str | None]]:
    with pytest.raises(Invalid) as refusal:
        check_wording(kind, wording, today=TODAY)
    return [(fault.code, fault.pointer) for fault in refusal.value.faults]


def test_a_harm_says_whether_it_is_over() -> None:
    assert refused(StatementKind.HARM, says()) == [("needed_here", "#/tense")]
    check_wording(StatementKind.HARM, says(tense=Tense.PAST, happened_on=TODAY), today=TODAY)


def test_a_harm_has_not_happened_tomorrow() -> None:
    tomorrow = says(tense=Tense.PRESENT, happened_on=TODAY + timedelta(days=1))
    assert refused(StatementKind.HARM, tomorrow) == [("in_the_future", "#/happened_on")]


def test_a_danger_is_not_only_over() -> None:
    past = says(impact="", happened_on=date(2026, 1, 1))
    assert refused(StatementKind.DANGER, past) == [("only_past", "#/impact")]
    check_wording(StatementKind.DANGER, says(happened_on=date(2026, 1, 1)), today=TODAY)


def test_a_goal_is_somebodys() -> None:
    assert refused(StatementKind.SAFETY_GOAL, says(impact="", links=(D1,))) == [("needed_here", "#/actor_id")]


def test_facts_of_another_kind_are_refused_all_at_once() -> None:
    wrong = says(tense=Tense.PAST, happened_on=TODAY, actor_id=MOTHER.id, links=(D1,))
    named = [pointer for _, pointer in refused(StatementKind.BOTTOM_LINE, wrong)]
    assert named == ["#/impact", "#/tense", "#/happened_on", "#/actor_id", "#/links"]


@pytest.mark.parametrize("kind", [StatementKind.GREY_AREA, StatementKind.SUPPORTING_STRENGTH, StatementKind.COMPLICATING_FACTOR])
def test_other_kinds_need_nothing_but_words(kind: StatementKind) -> None:
    check_wording(kind, says(impact=""), today=TODAY)


def goal_refused(actor: Member | None, linked: dict[StatementId, StatementKind], *links: StatementId) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        check_goal(says(links=links), actor=actor, linked=linked)
    return [fault.code for fault in refusal.value.faults]


def test_a_goal_answers_a_danger_or_a_harm() -> None:
    other = StatementId(uuid4())
    check_goal(says(links=(D1,)), actor=MOTHER, linked={D1: StatementKind.HARM})
    check_goal(says(links=(D1, other)), actor=MOTHER, linked={D1: StatementKind.DANGER, other: StatementKind.GREY_AREA})
    assert goal_refused(MOTHER, {D1: StatementKind.COMPLICATING_FACTOR}, D1) == ["goal_needs_danger"]
    assert goal_refused(MOTHER, {}) == ["goal_needs_danger"]


def test_a_statement_of_another_family_looks_like_none() -> None:
    assert goal_refused(MOTHER, {D1: StatementKind.DANGER}, D1, StatementId(uuid4())) == ["not_of_this_family"]


@pytest.mark.parametrize("actor", [None, NEIGHBOR])
def test_a_goal_is_a_parents_or_caregivers(actor: Member | None) -> None:
    assert goal_refused(actor, {D1: StatementKind.DANGER}, D1) == ["not_a_caregiver"]


def test_a_caregiver_of_concern_may_have_a_goal_whatever_the_relationship() -> None:
    partner = a_member(standing=a_standing(relationship=RelationshipKind.OTHER, caregiver_of_concern=True))
    check_goal(says(links=(D1,)), actor=partner, linked={D1: StatementKind.DANGER})


def test_new_words_are_the_next_version_and_the_same_words_none() -> None:
    statement = a_statement()
    after = reworded(statement, says("Rick hits Dana when he drinks."), by="bo", now=NOW)
    assert (after.current.number, after.current.written_by, after.version) == (2, "bo", 2)
    assert statement.current.number == 1
    assert reworded(statement, says(), by="bo", now=NOW) is statement


def test_a_move_keeps_who_and_why_and_drops_what_does_not_fit() -> None:
    statement = a_statement(StatementKind.HARM, says(tense=Tense.PAST, happened_on=TODAY))
    wording = fitting(statement.current.wording, StatementKind.GREY_AREA)
    after = moved(statement, StatementKind.GREY_AREA, wording, why="Nobody saw it.", by="bo", now=NOW)
    assert (after.kind, after.current.why, after.current.written_by, after.current.number) == (
        StatementKind.GREY_AREA,
        "Nobody saw it.",
        "bo",
        2,
    )
    assert after.current.wording == Wording(text=statement.current.wording.text, language="en")


def test_one_item_has_one_kind() -> None:
    with pytest.raises(SameKind):
        moved(a_statement(), StatementKind.DANGER, says(), why="Again.", by="bo", now=NOW)


def codes(kind: StatementKind, wording: Wording) -> list[HintCode]:
    return [hint.code for hint in hints(kind, wording)]


def test_plain_short_words_are_not_questioned() -> None:
    assert codes(StatementKind.DANGER, says()) == []


def test_long_hard_and_blaming_words_are_questioned_together() -> None:
    jargon = "The perpetrator demonstrates considerable resistance regarding recommended psychological interventions. " * 5
    found = hints(StatementKind.HARM, says(jargon, impact=""))
    assert [hint.code for hint in found] == [
        HintCode.TOO_LONG,
        HintCode.HARD_TO_READ,
        HintCode.BLAMING_WORDS,
        HintCode.IMPACT_MISSING,
    ]
    assert found[2].words == ("perpetrator", "resistance")


def test_four_hundred_characters_are_not_long() -> None:
    assert HintCode.TOO_LONG not in codes(StatementKind.DANGER, says("a" * 400))
    assert HintCode.TOO_LONG in codes(StatementKind.DANGER, says("a" * 401))


def test_spanish_is_read_as_spanish() -> None:
    plain = says("Cuando Rick toma, le pega a Dana y el niño lo ve.", language="es-MX", impact="Mateo tiene miedo.")
    assert codes(StatementKind.DANGER, plain) == []
    assert codes(StatementKind.GREY_AREA, says("El perpetrador no vino.", language="es", impact="")) == [HintCode.BLAMING_WORDS]


SEEN_BY = {
    Visibility.NETWORK: {MOTHER.id, NEIGHBOR.id, TEACHER.id},
    Visibility.TEAM: {MOTHER.id, TEACHER.id},
    Visibility.AGENCY: set(),
    Visibility.SELF_ONLY: set(),
    Visibility.RESTRICTED_PERSONS: {NEIGHBOR.id},
}


@pytest.mark.parametrize("visibility", Visibility)
def test_words_are_shared_with_those_who_may_see_them(visibility: Visibility) -> None:
    audience = Audience(visibility=visibility, member_ids=frozenset({NEIGHBOR.id}))
    assert {member.id for member in (MOTHER, NEIGHBOR, TEACHER) if admits_member(audience, member)} == SEEN_BY[visibility]


def test_who_was_excluded_is_told_nothing() -> None:
    with pytest.raises(MayNotBeTold):
        check_may_be_told(a_statement(), replace(MOTHER, state=MemberState.EXCLUDED))


def told(member_id: MemberId, number: int) -> Telling:
    return Telling(statement_id=D1, number=number, member_id=member_id, told_on=TODAY, told_by="amy", recorded_at=NOW)


def test_a_new_version_is_still_to_be_told() -> None:
    statement = reworded(a_statement(), says("Rick hits Dana."), by="amy", now=NOW)
    known = [told(MOTHER.id, 1), told(MOTHER.id, 2), told(NEIGHBOR.id, 1)]
    assert still_to_tell(statement, [MOTHER, NEIGHBOR], known) == [NEIGHBOR.id]


@pytest.mark.parametrize(("number", "told_on", "code"), [(2, TODAY, "version_unknown"), (1, date(2030, 1, 1), "in_the_future")])
def test_nobody_was_told_what_is_not_there_or_not_yet(number: int, told_on: date, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_telling(a_statement(), MOTHER, number=number, told_on=told_on, today=TODAY)
    assert [fault.code for fault in refusal.value.faults] == [code]
