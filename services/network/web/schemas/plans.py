"""Shapes of safety plans: what one asks for, how it stands, and what keeps it from beginning."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from services.network.domain.gate import Reason
from services.network.domain.plans import Plan, PlanKind, PlanState, PlanWords, Window
from services.network.domain.recurrence import Pattern, read_rule, spell_rule
from services.network.use_cases.activate_plan import Readiness
from services.network.use_cases.make_plan import PlanChanges
from services.network.use_cases.plan_commands import MakePlan, WantedWindow
from services.network.web.schemas.times import Adults, Sentence, TimesIn
from services.network.web.schemas.values import absent
from shared.kernel.ids import spell
from shared.web import fields
from shared.web.fields import Day, Instant, LocalTime, Model, OptionalLine


class WindowIn(TimesIn):
    """Time in which the plan requires protective adults."""

    label: OptionalLine = ""
    adults: Adults = 1


class PlanWordsIn(Model):
    """What the plan says beside its steps; `backup` is what happens if it is not followed.

    Members read rules and triggers only once `shared_with_network` says so.
    """

    title: OptionalLine = ""
    rules: list[Sentence] = Field(default_factory=list, max_length=30)
    triggers: list[Sentence] = Field(default_factory=list, max_length=30)
    monitoring: list[Sentence] = Field(default_factory=list, max_length=30)
    backup: list[Sentence] = Field(default_factory=list, max_length=30)
    review_how: OptionalLine = ""
    shared_with_network: bool = False


class PlanIn(Model):
    """A safety plan to begin as a draft. Without `review_on` it is reviewed after a week, or at half its time."""

    kind: PlanKind
    starts_on: Day
    ends_on: Day | None = None
    review_on: Day | None = None
    words: PlanWordsIn = Field(default_factory=PlanWordsIn)
    windows: list[WindowIn] = Field(default_factory=list, max_length=20)


class PlanPatch(Model):
    """What shall change about a draft; windows are given anew, all of them."""

    words: PlanWordsIn = absent()
    windows: list[WindowIn] = absent()


class PlanEndIn(Model):
    """How the plan ends. A separation is what people decided; the software only writes it down."""

    outcome: Annotated[
        PlanState,
        Field(json_schema_extra={"enum": ["ended_resolved", "ended_separation", "cancelled"]}),
    ]


class WindowOut(Model):
    """Time in which the plan requires protective adults."""

    id: fields.WindowId
    label: str
    adults: int
    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: str
    repeats: str


class PlanWordsOut(Model):
    """What the plan says beside its steps."""

    title: str
    rules: list[str]
    triggers: list[str]
    monitoring: list[str]
    backup: list[str]
    review_how: str
    shared_with_network: bool


class PlanOut(Model):
    """A safety plan as it stands. One that came into force unapproved is reviewed by `supervisor_review_due_at`."""

    id: fields.PlanId
    case_id: fields.CaseId
    kind: PlanKind
    state: PlanState
    time_zone: str
    starts_on: date
    ends_on: date | None
    review_on: date
    words: PlanWordsOut
    windows: list[WindowOut]
    replaces: fields.PlanId | None
    supervisor_review_due_at: Instant | None
    approved_at: Instant | None
    approved_by: str
    returned_at: Instant | None
    returned_words: str
    activated_at: Instant | None
    ended_at: Instant | None
    updated_at: Instant
    etag: str


class MissingOut(Model):
    """One thing that keeps a plan from coming into force, in words a person can act on."""

    code: str
    detail: str
    subject_id: str | None
    starts_at: Instant | None
    ends_at: Instant | None


class ReadinessOut(Model):
    """Whether a plan may come into force, all that is missing, and what a worker should know before: warnings refuse nothing."""

    ready: bool
    reasons: list[MissingOut]
    warnings: list[MissingOut]


def _windows(bodies: Sequence[WindowIn], zone: str) -> tuple[WantedWindow, ...]:
    return tuple(
        WantedWindow(
            label=body.label,
            pattern=Pattern(
                time_zone=body.time_zone or zone,
                starts_local=body.starts_local,
                ends_local=body.ends_local,
                rule=read_rule(body.repeats, pointer=f"#/windows/{index}/repeats"),
            ),
            adults=body.adults,
        )
        for index, body in enumerate(bodies)
    )


def _words(body: PlanWordsIn) -> PlanWords:
    return PlanWords(
        title=body.title,
        rules=tuple(body.rules),
        triggers=tuple(body.triggers),
        monitoring=tuple(body.monitoring),
        backup=tuple(body.backup),
        review_how=body.review_how,
        shared_with_network=body.shared_with_network,
    )


def make_plan_from(body: PlanIn, zone: str) -> MakePlan:
    """Read the order to begin a plan."""
    return MakePlan(
        kind=body.kind,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        review_on=body.review_on,
        words=_words(body.words),
        windows=_windows(body.windows, zone),
    )


def plan_changes_from(body: PlanPatch, zone: str) -> PlanChanges:
    """Read what shall change about a draft."""
    changes = PlanChanges()
    if "words" in body.model_fields_set:
        changes["words"] = _words(body.words)
    if "windows" in body.model_fields_set:
        changes["windows"] = _windows(body.windows, zone)
    return changes


def plan_out(plan: Plan) -> PlanOut:
    """Write a plan."""
    return PlanOut(
        id=plan.id,
        case_id=plan.case_id,
        kind=plan.kind,
        state=plan.state,
        time_zone=plan.time_zone,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        review_on=plan.review_on,
        words=PlanWordsOut(
            title=plan.words.title,
            rules=list(plan.words.rules),
            triggers=list(plan.words.triggers),
            monitoring=list(plan.words.monitoring),
            backup=list(plan.words.backup),
            review_how=plan.words.review_how,
            shared_with_network=plan.words.shared_with_network,
        ),
        windows=[_window_out(each) for each in plan.windows],
        replaces=plan.replaces,
        supervisor_review_due_at=plan.oversight.due_at,
        approved_at=plan.oversight.approved_at,
        approved_by=plan.oversight.approved_by,
        returned_at=plan.oversight.returned_at,
        returned_words=plan.oversight.returned_words,
        activated_at=plan.activated_at,
        ended_at=plan.ended_at,
        updated_at=plan.updated_at,
        etag=f'"{plan.version}"',
    )


def readiness_out(readiness: Readiness) -> ReadinessOut:
    """Write what the gate says."""
    return ReadinessOut(
        ready=not readiness.reasons,
        reasons=[missing_out(each) for each in readiness.reasons],
        warnings=[missing_out(each) for each in readiness.warnings],
    )


def missing_out(reason: Reason) -> MissingOut:
    """Write one thing that is missing."""
    return MissingOut(
        code=reason.code,
        detail=reason.detail,
        subject_id=spell(reason.prefix, reason.subject_id) if reason.subject_id else None,
        starts_at=reason.starts_at,
        ends_at=reason.ends_at,
    )


def _window_out(window: Window) -> WindowOut:
    return WindowOut(
        id=window.id,
        label=window.label,
        adults=window.adults,
        starts_local=window.pattern.starts_local,
        ends_local=window.pattern.ends_local,
        time_zone=window.pattern.time_zone,
        repeats=spell_rule(window.pattern.rule),
    )
