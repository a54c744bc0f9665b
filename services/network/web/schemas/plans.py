"""Shapes of safety plans, promises, cover and gaps. Times are wall times in a zone, and instants beside them in answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.network.domain.commitments import AnswerSource, AskState, Commitment, CommitmentState, Promise, TurnState
from services.network.domain.gaps import Gap, GapState
from services.network.domain.gate import Reason
from services.network.domain.members import MemberId
from services.network.domain.plans import Plan, PlanKind, PlanState, PlanWords, Window
from services.network.domain.recurrence import Pattern, read_rule, spell_rule
from services.network.use_cases.activate_plan import Readiness
from services.network.use_cases.change_commitment import CommitmentChanges
from services.network.use_cases.make_plan import PlanChanges
from services.network.use_cases.plan_commands import GiveAnswer, MakePlan, OfferCommitment, Said, WantedWindow
from services.network.use_cases.see_coverage import Coverage, SeenTurn
from services.network.web.schemas.values import absent
from shared.events.entries import Turn
from shared.events.network import CommitmentClass
from shared.kernel.ids import spell
from shared.kernel.spans import Span
from shared.kernel.wall import at_wall
from shared.web import fields
from shared.web.fields import Day, Instant, LocalTime, Model, OptionalLine, PageQuery, ZoneName

Sentence = Annotated[str, fields.Text(400)]
Repeats = Annotated[str, fields.Pattern(r"(RRULE:)?[A-Za-z0-9=;,]{0,200}", "Write it like FREQ=WEEKLY;BYDAY=FR.", 206)]
Adults = Annotated[int, Field(ge=1, le=10)]


class TimesIn(Model):
    """A time and how it recurs: `repeats` is a small part of RFC 5545's RRULE; empty is once."""

    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: ZoneName | None = None
    repeats: Repeats = ""


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


class TurnOut(Model):
    """One time: wall times as they were chosen, the instants, and what clocks really show where that differs."""

    starts_local: LocalTime
    ends_local: LocalTime
    starts_at: Instant
    ends_at: Instant
    shown_local: LocalTime


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


class CommitmentIn(TimesIn):
    """A promise to offer to a member: a verb phrase in their own words. `backups` are members, asked in this order.

    With a `witness`, who heard it, the member has said yes here: it is promised at once, and they are told of that alone.
    """

    member_id: fields.MemberId
    action: Sentence
    place: OptionalLine = ""
    commitment_class: CommitmentClass
    danger_ids: list[fields.StatementId] = Field(default_factory=list, max_length=20)
    backups: list[fields.MemberId] = Field(default_factory=list, max_length=10)
    witness: OptionalLine = ""


class CommitmentPatch(Model):
    """What shall change about a promise; other times are another promise. `contact_lost` false says that they can be reached."""

    action: Sentence = absent()
    place: OptionalLine = absent()
    danger_ids: list[fields.StatementId] = absent()
    backups: list[fields.MemberId] = absent()
    contact_lost: Literal[False] = absent()


class AskOut(Model):
    """What makes a promise a backup's."""

    gap_id: fields.GapId
    state: AskState
    answer_by: Instant


class CommitmentOut(Model):
    """A promise as it stands. `excluded` are local starts of turns that its member cannot do."""

    id: fields.CommitmentId
    case_id: fields.CaseId
    plan_id: fields.PlanId
    member_id: fields.MemberId
    person_id: fields.PersonId
    state: CommitmentState
    commitment_class: CommitmentClass
    action: str
    place: str
    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: str
    repeats: str
    excluded: list[LocalTime]
    danger_ids: list[fields.StatementId]
    backups: list[fields.MemberId]
    ask: AskOut | None
    accepted_at: Instant | None
    accepted_by: AnswerSource | None
    witness: str
    contact_lost: bool
    offered_at: Instant
    updated_at: Instant
    etag: str


class AnswerIn(Model):
    """What a member said, as a worker records it: a promise that was spoken needs a witness.

    `turn_starts_at` names the time an answer is about, `until` how long a backup can stay.
    """

    said: Said
    witness: OptionalLine = ""
    note: OptionalLine = ""
    turn_starts_at: Instant | None = None
    until: Instant | None = None


class SpanOut(Model):
    """A stretch of time."""

    starts_at: Instant
    ends_at: Instant
    starts_local: LocalTime
    ends_local: LocalTime


class GapOut(Model):
    """Time that too few protect. `left` is what of it lies open now."""

    id: fields.GapId
    case_id: fields.CaseId
    plan_id: fields.PlanId
    state: GapState
    starts_at: Instant
    ends_at: Instant
    time_zone: str
    adults: int
    left: list[SpanOut]
    lost_commitment_id: fields.CommitmentId | None
    told: str
    opened_at: Instant
    closed_at: Instant | None
    accepted_by: str
    reason: str
    etag: str


class GapAcceptIn(Model):
    """Why a time may stay uncovered."""

    reason: Annotated[str, fields.Text(2_000, lines=True)]


class CoverageQuery(Model):
    """Which days: local dates of the family, 31 at most."""

    begin: Day
    end: Day


class RequiredOut(TurnOut):
    """A time that a window requires."""

    window_id: fields.WindowId
    label: str
    adults: int


class CoverOut(TurnOut):
    """One turn of a promise: who, whether it counts as cover, and what became of it."""

    commitment_id: fields.CommitmentId
    member_id: fields.MemberId
    protects: bool
    excused: bool
    state: TurnState


class OpenOut(SpanOut):
    """Time that lies open, and how many adults are missing."""

    adults: int


class CoverageOut(Model):
    """A plan's cover in a stretch of days."""

    plan_id: fields.PlanId
    time_zone: str
    begin: date
    end: date
    required: list[RequiredOut]
    turns: list[CoverOut]
    open: list[OpenOut]
    gaps: list[GapOut]


class GapsQuery(PageQuery):
    """Which families' gaps."""

    case_id: fields.CaseId | None = None


def pattern_from(body: TimesIn, zone: str) -> Pattern:
    """Read a time and how it recurs; without a zone it is the family's."""
    return Pattern(
        time_zone=body.time_zone or zone,
        starts_local=body.starts_local,
        ends_local=body.ends_local,
        rule=read_rule(body.repeats),
    )


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


def offer_from(body: CommitmentIn, zone: str) -> OfferCommitment:
    """Read the order to offer a promise."""
    return OfferCommitment(
        member_id=MemberId(body.member_id),
        promise=Promise(
            action=body.action,
            place=body.place,
            commitment_class=body.commitment_class,
            pattern=pattern_from(body, zone),
            danger_ids=tuple(body.danger_ids),
            backups=tuple(MemberId(each) for each in body.backups),
        ),
        witness=body.witness,
    )


def commitment_changes_from(body: CommitmentPatch) -> CommitmentChanges:
    """Read what shall change about a promise."""
    changes: CommitmentChanges = body.model_dump(exclude_unset=True)  # type: ignore[assignment]  # its members, as they are named
    for name in ("danger_ids", "backups"):
        if name in changes:
            changes[name] = tuple(changes[name])
    return changes


def answer_from(body: AnswerIn) -> GiveAnswer:
    """Read an answer that a worker records."""
    return GiveAnswer(
        said=body.said,
        source=AnswerSource.RECORDED,
        witness=body.witness,
        note=body.note,
        turn_starts_at=body.turn_starts_at,
        until=body.until,
    )


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


def commitment_out(commitment: Commitment) -> CommitmentOut:
    """Write a promise."""
    promise, ask = commitment.promise, commitment.ask
    return CommitmentOut(
        id=commitment.id,
        case_id=commitment.case_id,
        plan_id=commitment.plan_id,
        member_id=commitment.member_id,
        person_id=commitment.person_id,
        state=commitment.state,
        commitment_class=promise.commitment_class,
        action=promise.action,
        place=promise.place,
        starts_local=promise.pattern.starts_local,
        ends_local=promise.pattern.ends_local,
        time_zone=promise.pattern.time_zone,
        repeats=spell_rule(promise.pattern.rule),
        excluded=sorted(commitment.excluded),
        danger_ids=list(promise.danger_ids),
        backups=list(promise.backups),
        ask=AskOut(gap_id=ask.gap_id, state=ask.state, answer_by=ask.answer_by) if ask else None,
        accepted_at=commitment.accepted_at,
        accepted_by=commitment.accepted_by,
        witness=commitment.witness,
        contact_lost=commitment.contact_lost,
        offered_at=commitment.offered_at,
        updated_at=commitment.updated_at,
        etag=f'"{commitment.version}"',
    )


def gap_out(gap: Gap, zone: str) -> GapOut:
    """Write a gap; local times are the family's."""
    return GapOut(
        id=gap.id,
        case_id=gap.case_id,
        plan_id=gap.plan_id,
        state=gap.state,
        starts_at=gap.span.start,
        ends_at=gap.span.end,
        time_zone=zone,
        adults=gap.adults,
        left=[_span_out(each, zone) for each in gap.left],
        lost_commitment_id=gap.lost,
        told=gap.told.value,
        opened_at=gap.opened_at,
        closed_at=gap.closed_at,
        accepted_by=gap.accepted_by,
        reason=gap.reason,
        etag=f'"{gap.version}"',
    )


def coverage_out(plan: Plan, coverage: Coverage, now: datetime) -> CoverageOut:
    """Write a plan's cover."""
    return CoverageOut(
        plan_id=plan.id,
        time_zone=plan.time_zone,
        begin=coverage.begin,
        end=coverage.end,
        required=[
            RequiredOut(**_turn(turn, window.pattern.time_zone), window_id=window.id, label=window.label, adults=window.adults)
            for window, turn in coverage.windows
        ],
        turns=[_cover_out(seen, now) for seen in coverage.turns],
        open=[OpenOut(**_span_out(each.span, plan.time_zone).model_dump(), adults=each.adults) for each in coverage.open],
        gaps=[gap_out(each, plan.time_zone) for each in coverage.gaps],
    )


def _cover_out(seen: SeenTurn, now: datetime) -> CoverOut:
    commitment, turn = seen.commitment, seen.turn
    excused = turn.starts_local in commitment.excluded
    unsaid = TurnState.UNKNOWN if turn.ends_at <= now else TurnState.PLANNED
    return CoverOut(
        **_turn(turn, commitment.promise.pattern.time_zone),
        commitment_id=commitment.id,
        member_id=commitment.member_id,
        protects=seen.protects,
        excused=excused,
        state=TurnState.EXCUSED if excused else seen.record.state if seen.record else unsaid,
    )


def turn_out(turn: Turn, zone: str) -> TurnOut:
    """Write one time, without a word about whose."""
    return TurnOut(**_turn(turn, zone))


def _turn(turn: Turn, zone: str) -> dict[str, datetime]:
    return {
        "starts_local": turn.starts_local,
        "ends_local": turn.ends_local,
        "starts_at": turn.starts_at,
        "ends_at": turn.ends_at,
        "shown_local": at_wall(turn.starts_at, zone),
    }


def _span_out(span: Span, zone: str) -> SpanOut:
    return SpanOut(
        starts_at=span.start,
        ends_at=span.end,
        starts_local=at_wall(span.start, zone),
        ends_local=at_wall(span.end, zone),
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
