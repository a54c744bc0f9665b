"""Shapes of answers on the scale, of acts of protection, and of the steps of a case plan."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.network.domain.case_steps import CaseStepState
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.protective_acts import ProtectiveAct
from services.network.domain.scaling import HIGHEST, LOWEST, ScalingAnswer, Series
from services.network.domain.statements import StatementId
from services.network.use_cases.keep_case_steps import SeenStep
from services.network.use_cases.word_commands import AddCaseStep, CaseStepChanges, RecordAct, RecordAnswer
from services.network.web.schemas.values import absent
from services.network.web.schemas.words import HintOut, Links, Words, hints_out, links_from
from shared.web import fields
from shared.web.fields import Day, Instant, Model, PublicId, Text

AnswerIdField = Annotated[UUID, PublicId("scl")]
ActIdField = Annotated[UUID, PublicId("act")]
StepIdField = Annotated[UUID, PublicId("step")]

Question = Annotated[str, Text(400, may_be_blank=True)]
Score = Annotated[int, Field(ge=LOWEST, le=HIGHEST, examples=[6])]


class ScalingAnswerIn(Model):
    """One person's answer from 0 to 10: about a danger, or to a question in words. The person is a member or a child."""

    person_id: fields.PersonId
    danger_id: fields.StatementId | None = None
    question: Question = ""
    score: Score
    said_on: Day


class ScalingAnswerOut(Model):
    """One answer."""

    id: AnswerIdField
    case_id: fields.CaseId
    person_id: fields.PersonId
    danger_id: fields.StatementId | None
    question: str
    score: int
    said_on: date
    recorded_by: str
    updated_at: Instant
    etag: str


class SeriesOut(Model):
    """One person's answers to one question, oldest first; they are never put together with anybody else's."""

    person_id: fields.PersonId
    danger_id: fields.StatementId | None
    question: str
    answers: list[ScalingAnswerOut]


class ScalingOut(Model):
    """One page of answers, oldest first, in each person's line for each question; a line may go on in the next page."""

    series: list[SeriesOut]
    next: str | None = None


class ActIn(Model):
    """What a caregiver did to protect the child, on which county-local day, and which other member saw it."""

    actor_id: fields.MemberId
    observer_id: fields.MemberId
    danger_id: fields.StatementId
    acted_on: Day
    text: Words


class ActPatch(Model):
    """What shall change about an act of protection."""

    actor_id: fields.MemberId = absent()
    observer_id: fields.MemberId = absent()
    danger_id: fields.StatementId = absent()
    acted_on: Day = absent()
    text: Words = absent()


class ActOut(Model):
    """An act of protection."""

    id: ActIdField
    case_id: fields.CaseId
    actor_id: fields.MemberId
    observer_id: fields.MemberId
    danger_id: fields.StatementId
    acted_on: date
    text: str
    recorded_by: str
    updated_at: Instant
    etag: str


class CaseStepIn(Model):
    """What a member will do differently, for which statements of the map, until which county-local day."""

    owner_id: fields.MemberId
    text: Words
    links: Links = Field(default_factory=list)
    due_on: Day | None = None


class CaseStepPatch(Model):
    """What shall change about a step."""

    owner_id: fields.MemberId = absent()
    text: Words = absent()
    links: Links = absent()
    due_on: Day | None = absent()
    state: CaseStepState = absent()


class CaseStepOut(Model):
    """A step of a case plan, with what may be asked about it."""

    id: StepIdField
    case_id: fields.CaseId
    owner_id: fields.MemberId
    text: str
    links: list[fields.StatementId]
    due_on: date | None
    state: CaseStepState
    hints: list[HintOut]
    updated_at: Instant
    etag: str


def record_answer_from(body: ScalingAnswerIn) -> RecordAnswer:
    """Read the order to keep an answer."""
    return RecordAnswer(
        person_id=PersonId(body.person_id),
        danger_id=StatementId(body.danger_id) if body.danger_id else None,
        question=body.question,
        score=body.score,
        said_on=body.said_on,
    )


def record_act_from(body: ActIn) -> RecordAct:
    """Read the order to keep an act of protection."""
    return RecordAct(
        actor_id=MemberId(body.actor_id),
        observer_id=MemberId(body.observer_id),
        danger_id=StatementId(body.danger_id),
        acted_on=body.acted_on,
        text=body.text,
    )


def add_case_step_from(body: CaseStepIn) -> AddCaseStep:
    """Read the order to add a step."""
    return AddCaseStep(owner_id=MemberId(body.owner_id), text=body.text, links=links_from(body.links), due_on=body.due_on)


def answer_out(answer: ScalingAnswer) -> ScalingAnswerOut:
    """Write an answer."""
    return ScalingAnswerOut(
        id=answer.id,
        case_id=answer.case_id,
        person_id=answer.person_id,
        danger_id=answer.danger_id,
        question=answer.question,
        score=answer.score,
        said_on=answer.said_on,
        recorded_by=answer.recorded_by,
        updated_at=answer.updated_at,
        etag=f'"{answer.version}"',
    )


def scaling_out(series: list[Series]) -> ScalingOut:
    """Write each person's line."""
    return ScalingOut(
        series=[
            SeriesOut(
                person_id=each.person_id,
                danger_id=each.danger_id,
                question=each.question,
                answers=[answer_out(answer) for answer in each.answers],
            )
            for each in series
        ]
    )


def act_out(act: ProtectiveAct) -> ActOut:
    """Write an act of protection."""
    return ActOut(
        id=act.id,
        case_id=act.case_id,
        actor_id=act.actor_id,
        observer_id=act.observer_id,
        danger_id=act.danger_id,
        acted_on=act.acted_on,
        text=act.text,
        recorded_by=act.recorded_by,
        updated_at=act.updated_at,
        etag=f'"{act.version}"',
    )


def case_step_out(seen: SeenStep) -> CaseStepOut:
    """Write a step."""
    step = seen.step
    return CaseStepOut(
        id=step.id,
        case_id=step.case_id,
        owner_id=step.owner_id,
        text=step.text,
        links=list(step.links),
        due_on=step.due_on,
        state=step.state,
        hints=hints_out(seen.hints),
        updated_at=step.updated_at,
        etag=f'"{step.version}"',
    )


def case_step_changes_from(body: CaseStepPatch) -> CaseStepChanges:
    """Read which facts of a step shall change; the rest stays."""
    given = body.model_dump(exclude_unset=True)
    if "links" in given:
        given["links"] = links_from(given["links"])
    changes: CaseStepChanges = given  # type: ignore[assignment]  # the members of a patch are those of a step
    return changes
