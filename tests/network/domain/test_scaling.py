"""Scaling and acts of protection: a line for each person, and no number made of several people."""

import dataclasses
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.network.domain import protective_acts, scaling
from services.network.domain.cases import CaseId
from services.network.domain.members import Member, RelationshipKind
from services.network.domain.people import PersonId
from services.network.domain.protective_acts import check_act
from services.network.domain.scaling import AnswerId, ScalingAnswer, Series, check_question, check_said_on, series_of
from services.network.domain.statements import StatementId, StatementKind
from shared.kernel.errors import Invalid
from tests.support.factories import NOW, TODAY, a_member, a_standing

ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))
D1 = StatementId(uuid4())
MOTHER = a_member(standing=a_standing(relationship=RelationshipKind.MOTHER))
NEIGHBOR = a_member(standing=a_standing(relationship=RelationshipKind.NEIGHBOR))


def an_answer(person: PersonId, score: int, day: int, **facts: Any) -> ScalingAnswer:
    ordinary = ScalingAnswer(
        id=AnswerId(uuid4()),
        case_id=CaseId(uuid4()),
        person_id=person,
        danger_id=D1,
        question="",
        score=score,
        said_on=date(2027, 2, day),
        recorded_by="amy",
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def test_each_person_has_a_line_of_their_own_in_order_of_days() -> None:
    answers = [an_answer(BEN, 8, 3), an_answer(ANA, 2, 9), an_answer(ANA, 5, 1)]
    lines = [(series.person_id, [each.score for each in series.answers]) for series in series_of(answers)]
    assert lines == [(ANA, [5, 2]), (BEN, [8])]


def test_a_question_in_words_is_the_same_whatever_its_capitals_and_blanks() -> None:
    answers = [
        an_answer(ANA, 3, 1, danger_id=None, question="How safe  is it?"),
        an_answer(ANA, 4, 2, danger_id=None, question="how safe is it?"),
        an_answer(ANA, 5, 2, danger_id=None, question="How hopeful are you?"),
    ]
    found = series_of(answers)
    assert [len(series.answers) for series in found] == [1, 2]


def test_nothing_here_can_hold_an_average_or_a_score_of_acts() -> None:
    assert {field.name for field in dataclasses.fields(Series)} == {"person_id", "danger_id", "question", "answers"}
    names = {*vars(scaling), *vars(protective_acts)}
    assert not [name for name in names if any(word in name.lower() for word in ("average", "mean", "total", "sum"))]


@pytest.mark.parametrize(("danger_id", "question"), [(None, ""), (D1, "How safe is it?")])
def test_an_answer_is_to_one_question(danger_id: StatementId | None, question: str) -> None:
    with pytest.raises(Invalid):
        check_question(danger_id, question)


def test_nobody_has_answered_tomorrow() -> None:
    with pytest.raises(Invalid):
        check_said_on(TODAY + timedelta(days=1), today=TODAY)


def act_refused(actor: Member | None, observer: Member | None, danger: StatementKind | None, day: date) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        check_act(actor=actor, observer=observer, danger=danger, acted_on=day, today=TODAY)
    return [fault.code for fault in refusal.value.faults]


def test_an_act_of_protection_is_a_caregivers_and_seen_by_another() -> None:
    check_act(actor=MOTHER, observer=NEIGHBOR, danger=StatementKind.DANGER, acted_on=TODAY, today=TODAY)
    assert act_refused(NEIGHBOR, MOTHER, StatementKind.DANGER, TODAY) == ["not_a_caregiver"]
    assert act_refused(MOTHER, MOTHER, StatementKind.DANGER, TODAY) == ["duplicate"]
    everything = act_refused(None, None, StatementKind.HARM, TODAY + timedelta(days=1))
    assert everything == ["not_a_caregiver", "not_of_this_family", "danger_needed", "in_the_future"]
