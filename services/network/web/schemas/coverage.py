"""Shapes of cover: what is required, who is there, what lies open, and who took it upon themselves."""

from datetime import date, datetime
from typing import Annotated

from services.network.domain.commitments import TurnState
from services.network.domain.gaps import Gap, GapState
from services.network.domain.plans import Plan
from services.network.use_cases.see_coverage import Coverage, SeenTurn
from services.network.web.schemas.times import SpanOut, TurnOut, span_out, turn_times
from shared.web import fields
from shared.web.fields import Day, Instant, Model, PageQuery


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
        left=[span_out(each, zone) for each in gap.left],
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
            RequiredOut(**turn_times(turn, window.pattern.time_zone), window_id=window.id, label=window.label, adults=window.adults)
            for window, turn in coverage.windows
        ],
        turns=[_cover_out(seen, now) for seen in coverage.turns],
        open=[OpenOut(**span_out(each.span, plan.time_zone).model_dump(), adults=each.adults) for each in coverage.open],
        gaps=[gap_out(each, plan.time_zone) for each in coverage.gaps],
    )


def _cover_out(seen: SeenTurn, now: datetime) -> CoverOut:
    commitment, turn = seen.commitment, seen.turn
    excused = turn.starts_local in commitment.excluded
    unsaid = TurnState.UNKNOWN if turn.ends_at <= now else TurnState.PLANNED
    return CoverOut(
        **turn_times(turn, commitment.promise.pattern.time_zone),
        commitment_id=commitment.id,
        member_id=commitment.member_id,
        protects=seen.protects,
        excused=excused,
        state=TurnState.EXCUSED if excused else seen.record.state if seen.record else unsaid,
    )
