"""Shapes of what makes a plan more than its times: threats, steps, agreements, reviews, and the sheet of one member."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import Field

from services.network.domain.agreements import Agreement, AgreementMethod, Capacity
from services.network.domain.commitments import AnswerSource, CommitmentState
from services.network.domain.members import MemberId
from services.network.domain.part2_words import gives_away
from services.network.domain.people import PersonId
from services.network.domain.plans import PlanKind
from services.network.domain.recurrence import spell_rule
from services.network.domain.reviews import Review, ReviewOutcome
from services.network.domain.statements import StatementId, StatementKind
from services.network.domain.threats import ThreatId, ThreatState
from services.network.use_cases.keep_steps import SeenPlanStep
from services.network.use_cases.keep_threats import SeenThreat
from services.network.use_cases.plan_commands import (
    AddStep,
    Agree,
    HoldReview,
    RecordThreat,
    RevisePlan,
    StepChanges,
    ThreatChanges,
)
from services.network.use_cases.see_sheet import OwnPromise, Sheet
from services.network.web.schemas.releases import NoticeOut, part2_notice
from services.network.web.schemas.times import TurnOut, turn_out
from services.network.web.schemas.values import absent
from services.network.web.schemas.words import HintOut, hints_out
from services.network.web.schemas.working import StepIdField
from shared.events.network import CommitmentClass
from shared.web import fields
from shared.web.fields import Code, Day, Instant, LocalTime, Model, OptionalLine, PublicId, Text

ThreatIdField = Annotated[UUID, PublicId("thr")]
AgreementIdField = Annotated[UUID, PublicId("agr")]
ReviewIdField = Annotated[UUID, PublicId("rev")]

Sentence = Annotated[str, Text(400)]
Words = Annotated[str, Text(2_000, lines=True)]
OptionalWords = Annotated[str, Text(2_000, lines=True, may_be_blank=True)]
Dangers = Annotated[list[fields.StatementId], Field(max_length=20)]
Threats = Annotated[list[ThreatIdField], Field(max_length=20)]
Children = Annotated[list[fields.PersonId], Field(max_length=20)]


class ThreatIn(Model):
    """A threat that a safety assessment came to: its code on the county's form, and a worker's words."""

    code: Code
    text: Words
    identified_on: Day
    child_ids: Children = Field(default_factory=list)


class ThreatPatch(Model):
    """What shall change about a threat. Resolved needs the day and what resolved it; people say so, never the software."""

    text: Words = absent()
    child_ids: Children = absent()
    state: ThreatState = absent()
    resolved_on: Day | None = absent()
    how: OptionalWords = absent()


class AnsweredOut(Model):
    """A step of a plan in force that answers a threat."""

    plan_id: fields.PlanId
    step_id: StepIdField


class ThreatOut(Model):
    """A threat. `alert` is `threat_without_plan` while it stands and no plan in force answers it."""

    id: ThreatIdField
    case_id: fields.CaseId
    code: str
    text: str
    identified_on: date
    child_ids: list[fields.PersonId]
    state: ThreatState
    resolved_on: date | None
    how: str
    answered_by: list[AnsweredOut]
    alert: str | None
    updated_at: Instant
    etag: str


class StepIn(Model):
    """What a member will do, as a verb phrase; when, in words or until a day; for which dangers or threats: at least one."""

    owner_member_id: fields.MemberId
    text: Sentence
    when_words: OptionalLine = ""
    due_on: Day | None = None
    danger_ids: Dangers = Field(default_factory=list)
    threat_ids: Threats = Field(default_factory=list)


class StepPatch(Model):
    """What shall change about a step; its owner is asked anew."""

    owner_member_id: fields.MemberId = absent()
    text: Sentence = absent()
    when_words: OptionalLine = absent()
    due_on: Day | None = absent()
    danger_ids: Dangers = absent()
    threat_ids: Threats = absent()


class StepAgreeIn(Model):
    """How the owner of a step agreed: a yes that was spoken needs a witness."""

    source: AnswerSource = AnswerSource.RECORDED
    witness: OptionalLine = ""


class StepOut(Model):
    """A step of a plan, with what may be asked about it."""

    id: StepIdField
    plan_id: fields.PlanId
    owner_member_id: fields.MemberId
    text: str
    when_words: str
    due_on: date | None
    danger_ids: list[fields.StatementId]
    threat_ids: list[ThreatIdField]
    agreed_at: Instant | None
    agreed_by: AnswerSource | None
    witness: str
    hints: list[HintOut]
    updated_at: Instant
    etag: str


class AgreementIn(Model):
    """That somebody agreed to the plan: a member, a child of the family, or somebody else by name, with their capacity.

    As whom a member or child agrees follows from their place. `recorded` needs a witness.
    """

    member_id: fields.MemberId | None = None
    child_id: fields.PersonId | None = None
    name: OptionalLine = ""
    capacity: Capacity | None = None
    method: AgreementMethod
    witness: OptionalLine = ""
    signed_on: Day


class AgreementOut(Model):
    """An agreement. From `void_at` on the plan said something else, or was returned, and they are asked again."""

    id: AgreementIdField
    plan_id: fields.PlanId
    member_id: fields.MemberId | None
    child_id: fields.PersonId | None
    name: str
    capacity: Capacity
    method: AgreementMethod
    witness: str
    signed_on: date
    recorded_at: Instant
    recorded_by: str
    void_at: Instant | None


class ReviewIn(Model):
    """A review that was held. Without `review_on` the next one follows from the plan's kind and age."""

    held_on: Day
    outcome: ReviewOutcome
    text: OptionalWords = ""
    review_on: Day | None = None


class ReviewOut(Model):
    """A review that was held, and when the next one is due."""

    id: ReviewIdField
    plan_id: fields.PlanId
    held_on: date
    outcome: ReviewOutcome
    text: str
    review_on: date | None
    recorded_at: Instant
    recorded_by: str


class PlanReturnIn(Model):
    """What a supervisor wants mended."""

    words: Words


class PlanReviseIn(Model):
    """What shall be different about the new version from the start. It begins today where nothing is said.

    A night that runs into its first day belongs to it: then it begins the day before.
    """

    kind: PlanKind | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    review_on: Day | None = None


class SheetQuery(Model):
    """Whose sheet."""

    member_id: fields.MemberId


class SheetPromiseOut(Model):
    """A promise of the member's own, with its times of the next 31 days."""

    id: fields.CommitmentId
    state: CommitmentState
    commitment_class: CommitmentClass
    action: str
    place: str
    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: str
    repeats: str
    turns: list[TurnOut]


class SheetStepOut(Model):
    """A step of the member's own."""

    id: StepIdField
    text: str
    when_words: str
    due_on: date | None
    agreed: bool


class SheetStatementOut(Model):
    """A statement that the member was told, in the version they were told."""

    id: fields.StatementId
    kind: StatementKind
    text: str
    impact: str
    language: str
    number: int


class SheetOut(Model):
    """One member's page of a plan: what is theirs, and what was shared with them. Nobody else is in it.

    Roles and places that tell of treatment for substance use read "service provider", or, where a Part 2 consent names the member,
    as they were written: then `notice` goes with the page.
    """

    plan_id: fields.PlanId
    member_id: fields.MemberId
    starts_on: date
    ends_on: date | None
    time_zone: str
    promises: list[SheetPromiseOut]
    steps: list[SheetStepOut]
    rules: list[str]
    triggers: list[str]
    statements: list[SheetStatementOut]
    notice: NoticeOut | None = None


Id = TypeVar("Id")


def _unique(ids: Iterable[Id]) -> tuple[Id, ...]:
    """Return each id once, in the order in which they were given."""
    return tuple(dict.fromkeys(ids))


def record_threat_from(body: ThreatIn) -> RecordThreat:
    """Read the order to keep a threat."""
    return RecordThreat(
        code=body.code,
        text=body.text,
        identified_on=body.identified_on,
        child_ids=_unique(PersonId(each) for each in body.child_ids),
    )


def threat_changes_from(body: ThreatPatch) -> ThreatChanges:
    """Read what shall change about a threat."""
    given = body.model_dump(exclude_unset=True)
    if "child_ids" in given:
        given["child_ids"] = _unique(PersonId(each) for each in given["child_ids"])
    changes: ThreatChanges = given  # type: ignore[assignment]  # the members of a patch are those of a threat
    return changes


def add_step_from(body: StepIn) -> AddStep:
    """Read the order to add a step."""
    return AddStep(
        owner_member_id=MemberId(body.owner_member_id),
        text=body.text,
        when_words=body.when_words,
        due_on=body.due_on,
        danger_ids=_unique(StatementId(each) for each in body.danger_ids),
        threat_ids=_unique(ThreatId(each) for each in body.threat_ids),
    )


def step_changes_from(body: StepPatch) -> StepChanges:
    """Read what shall change about a step."""
    given = body.model_dump(exclude_unset=True)
    for name in ("danger_ids", "threat_ids"):
        if name in given:
            given[name] = _unique(given[name])
    changes: StepChanges = given  # type: ignore[assignment]  # the members of a patch are those of a step
    return changes


def agree_from(body: AgreementIn) -> Agree:
    """Read the order to keep an agreement."""
    return Agree(
        member_id=MemberId(body.member_id) if body.member_id else None,
        child_id=PersonId(body.child_id) if body.child_id else None,
        name=body.name,
        capacity=body.capacity,
        method=body.method,
        witness=body.witness,
        signed_on=body.signed_on,
    )


def hold_review_from(body: ReviewIn) -> HoldReview:
    """Read the order to keep a review."""
    return HoldReview(held_on=body.held_on, outcome=body.outcome, text=body.text, review_on=body.review_on)


def revise_from(body: PlanReviseIn) -> RevisePlan:
    """Read the order to make a new version."""
    return RevisePlan(kind=body.kind, starts_on=body.starts_on, ends_on=body.ends_on, review_on=body.review_on)


def threat_out(seen: SeenThreat) -> ThreatOut:
    """Write a threat."""
    threat = seen.threat
    return ThreatOut(
        id=threat.id,
        case_id=threat.case_id,
        code=threat.code,
        text=threat.text,
        identified_on=threat.identified_on,
        child_ids=list(threat.child_ids),
        state=threat.state,
        resolved_on=threat.resolved_on,
        how=threat.how,
        answered_by=[AnsweredOut(plan_id=step.plan_id, step_id=step.id) for step in seen.answered_by],
        alert="threat_without_plan" if seen.is_without_plan else None,
        updated_at=threat.updated_at,
        etag=f'"{threat.version}"',
    )


def step_out(seen: SeenPlanStep) -> StepOut:
    """Write a step."""
    step = seen.step
    return StepOut(
        id=step.id,
        plan_id=step.plan_id,
        owner_member_id=step.owner_member_id,
        text=step.text,
        when_words=step.when_words,
        due_on=step.due_on,
        danger_ids=list(step.danger_ids),
        threat_ids=list(step.threat_ids),
        agreed_at=step.agreed_at,
        agreed_by=step.agreed_by,
        witness=step.witness,
        hints=hints_out(seen.hints),
        updated_at=step.updated_at,
        etag=f'"{step.version}"',
    )


def agreement_out(agreement: Agreement) -> AgreementOut:
    """Write an agreement."""
    return AgreementOut(
        id=agreement.id,
        plan_id=agreement.plan_id,
        member_id=agreement.member_id,
        child_id=agreement.child_id,
        name=agreement.name,
        capacity=agreement.capacity,
        method=agreement.method,
        witness=agreement.witness,
        signed_on=agreement.signed_on,
        recorded_at=agreement.recorded_at,
        recorded_by=agreement.recorded_by,
        void_at=agreement.void_at,
    )


def review_out(review: Review) -> ReviewOut:
    """Write a review."""
    return ReviewOut(
        id=review.id,
        plan_id=review.plan_id,
        held_on=review.held_on,
        outcome=review.outcome,
        text=review.text,
        review_on=review.review_on,
        recorded_at=review.recorded_at,
        recorded_by=review.recorded_by,
    )


def sheet_out(sheet: Sheet) -> SheetOut:
    """Write one member's page of a plan."""
    return SheetOut(
        plan_id=sheet.plan.id,
        member_id=sheet.member.id,
        starts_on=sheet.plan.starts_on,
        ends_on=sheet.plan.ends_on,
        time_zone=sheet.plan.time_zone,
        promises=[_promise_out(each) for each in sheet.promises],
        steps=[
            SheetStepOut(
                id=step.id, text=step.text, when_words=step.when_words, due_on=step.due_on, agreed=step.agreed_at is not None
            )
            for step in sheet.steps
        ],
        rules=list(sheet.rules),
        triggers=list(sheet.triggers),
        statements=[
            SheetStatementOut(
                id=told.statement.id,
                kind=told.version.kind,
                text=told.version.wording.text,
                impact=told.version.wording.impact,
                language=told.version.wording.language,
                number=told.version.number,
            )
            for told in sheet.told
        ],
        notice=part2_notice(gives_away(_texts_of(sheet))),
    )


def _texts_of(sheet: Sheet) -> list[str]:
    told = [each.version.wording for each in sheet.told]
    pairs = [
        *((each.action, each.place) for each in sheet.promises),
        *((each.text, each.when_words) for each in sheet.steps),
        *((each.text, each.impact) for each in told),
    ]
    return [*(text for pair in pairs for text in pair), *sheet.rules, *sheet.triggers]


def _promise_out(own: OwnPromise) -> SheetPromiseOut:
    promise = own.commitment.promise
    return SheetPromiseOut(
        id=own.commitment.id,
        state=own.commitment.state,
        commitment_class=promise.commitment_class,
        action=own.action,
        place=own.place,
        starts_local=promise.pattern.starts_local,
        ends_local=promise.pattern.ends_local,
        time_zone=promise.pattern.time_zone,
        repeats=spell_rule(promise.pattern.rule),
        turns=[turn_out(turn, promise.pattern.time_zone) for turn in own.turns],
    )
