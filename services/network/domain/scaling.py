"""Answers on a scale from 0 to 10: one person, one question, one day. Each has a line of their own; nothing is ever averaged.

How safe it is for the child on Tuesday in the grandmother's eyes says nothing together with the father's (DOMAIN §2.3 row 17).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from services.network.domain.statements import StatementId
from shared.kernel.errors import Fault, Invalid

AnswerId = NewType("AnswerId", UUID)

LOWEST, HIGHEST = 0, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingAnswer:
    """What one person, a member or a child, answered on a county-local day: about a danger, or to a question in words."""

    id: AnswerId
    case_id: CaseId
    person_id: PersonId
    danger_id: StatementId | None
    question: str
    score: int
    said_on: date
    recorded_by: str
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """One person's answers to one question, oldest first."""

    person_id: PersonId
    danger_id: StatementId | None
    question: str
    answers: tuple[ScalingAnswer, ...]


def check_question(danger_id: StatementId | None, question: str) -> None:
    """Refuse an answer to two questions at once, or to none."""
    if (danger_id is None) == (not question):
        raise Invalid([Fault("needed_here", "Give either a danger statement or a question of your own.", pointer="#/question")])


def check_said_on(said_on: date, *, today: date) -> None:
    """Refuse an answer that nobody can have given yet."""
    if said_on > today:
        raise Invalid([Fault("in_the_future", "Choose today or an earlier day.", pointer="#/said_on")])


def series_of(answers: Iterable[ScalingAnswer]) -> list[Series]:
    """Return one series for each question and person. A free question is the same when only capitals and blanks differ."""
    found: dict[tuple[str, PersonId], list[ScalingAnswer]] = {}
    for answer in sorted(answers, key=lambda each: (each.said_on, each.id)):
        found.setdefault((_question_key(answer), answer.person_id), []).append(answer)
    return [
        Series(each[0].person_id, each[0].danger_id, each[-1].question, tuple(each))
        for _, each in sorted(found.items(), key=lambda item: item[0])
    ]


def _question_key(answer: ScalingAnswer) -> str:
    return str(answer.danger_id) if answer.danger_id else " ".join(answer.question.casefold().split())
