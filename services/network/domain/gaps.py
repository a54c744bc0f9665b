"""Gaps as a record: opened once, filled bit by bit, accepted by a worker with a reason, or gone by uncovered.

What is computed anew is which time lies open; a gap that is on record keeps its identity while any of its time does, so that a
message repeated, a night's look ahead and a backup's partial yes never make a second one of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.network.domain.cases import CaseId
from services.network.domain.commitments import CommitmentId, GapId, PlanId
from services.network.domain.coverage import Shortfall, within
from services.network.domain.plan_errors import GapIsClosed, ReasonNeeded
from shared.kernel.spans import Span, difference, union


class GapState(StrEnum):
    """`coverage_gap_state` (DOMAIN §6.5)."""

    OPEN = "open"
    ASKING_BACKUPS = "asking_backups"
    PARTLY_FILLED = "partly_filled"
    FILLED = "filled"
    ACCEPTED_BY_WORKER = "accepted_by_worker"
    ELAPSED_UNCOVERED = "elapsed_uncovered"


STANDING = frozenset({GapState.OPEN, GapState.ASKING_BACKUPS, GapState.PARTLY_FILLED})
"""The states of a gap whose time is still to come and lies open."""


class Told(StrEnum):
    """How far up a gap has been told (V5): the worker when it opens, again when nobody is left to ask, then up and louder."""

    NOBODY = "nobody"
    OPENED = "opened"
    UNFILLED = "unfilled"
    URGENT = "urgent"
    LOUD = "loud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of a plan's time that too few protect. `left` is what of it lies open now; `adults` the most that are missing.

    `lost` is the commitment whose turn left it open, whose backups are asked; None when it never was covered.
    """

    id: GapId
    case_id: CaseId
    plan_id: PlanId
    span: Span
    adults: int
    left: tuple[Span, ...]
    state: GapState
    lost: CommitmentId | None
    told: Told
    opened_at: datetime
    closed_at: datetime | None = None
    accepted_by: str = ""
    reason: str = ""
    version: int = 1
    updated_at: datetime

    @property
    def is_standing(self) -> bool:
        """Whether somebody may still close it: it waits to be covered, or its time runs and the rest of it does."""
        return self.state in STANDING or (self.state is GapState.ELAPSED_UNCOVERED and bool(self.left))


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a gap that ended otherwise than the rest of it, and becomes a record of its own."""

    gap: Gap
    span: Span
    state: GapState


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a fresh look at the cover makes of the gaps on record: those that changed, and time that is open for the first time.

    `parts` are cut off gaps of which a part went by uncovered before somebody came.
    """

    changed: tuple[Gap, ...]
    fresh: tuple[Shortfall, ...]
    parts: tuple[Part, ...] = ()


def reconcile(known: Sequence[Gap], found: Sequence[Shortfall], looked_at: Span, *, now: datetime) -> Reconciled:
    """Return what follows from the shortfalls found in a stretch of time; gaps on record outside of it stay as they are.

    A gap keeps what of its own time is open, whatever its state; only time that belongs to no gap makes a new one. A standing gap
    with nothing left is filled. One whose time has begun uncovered has elapsed, also if nobody looked until it was over; where
    somebody comes in the middle of it, what went by and what they cover are two records.
    """
    changed, parts = [], []
    for gap in known:
        is_forgotten = gap.span.end <= now and gap.state in STANDING
        if gap.state is GapState.FILLED or not (is_forgotten or gap.span.overlaps(looked_at)):
            continue
        after = _seen(gap, found, looked_at, now=now)
        after, part = _parted(gap, after, now=now)
        if part is not None:
            parts.append(part)
        if after != gap:
            changed.append(replace(after, version=gap.version + 1, updated_at=now))
    owned = [gap.span for gap in known if gap.state is not GapState.FILLED]
    fresh = []
    for short in found:
        for span in difference([short.span], owned):
            fresh.append(Shortfall(span, short.adults))
    return Reconciled(tuple(changed), tuple(fresh), tuple(parts))


def _parted(gap: Gap, after: Gap, *, now: datetime) -> tuple[Gap, Part | None]:
    """Cut a gap in two where its time had begun and somebody came: the one that is asked about keeps its identity."""
    gone = [span for span in gap.left if span.start < now]
    if gap.state in STANDING and after.state is not GapState.ELAPSED_UNCOVERED and gone:
        passed = Span(gone[0].start, min(gone[-1].end, now))
        return replace(after, span=Span(now, gap.span.end)), Part(gap, passed, GapState.ELAPSED_UNCOVERED)
    if gap.state is GapState.ELAPSED_UNCOVERED and gap.left and not after.left and gap.span.start < now < gap.span.end:
        return replace(after, span=Span(gap.span.start, now)), Part(gap, Span(now, gap.span.end), GapState.FILLED)
    return after, None


def apart(part: Part, gap_id: GapId, *, now: datetime) -> Gap:
    """Return the record of such a part: over already, and nobody's to close."""
    return replace(
        part.gap, id=gap_id, span=part.span, left=(), state=part.state, told=Told.NOBODY, closed_at=now, version=1, updated_at=now
    )


def _seen(gap: Gap, found: Sequence[Shortfall], looked_at: Span, *, now: datetime) -> Gap:
    open_now = [part for short in found if (part := within(short, gap.span)) is not None]
    # A look ahead may end in the middle of a gap: what lies beyond stays as it was.
    unseen = difference(gap.left, [Span(min(gap.span.start, looked_at.start), looked_at.end)])
    left = tuple(union([part.span for part in open_now] + unseen))
    adults = max([part.adults for part in open_now] + [gap.adults] * bool(unseen), default=gap.adults)
    # Who was told of less is told again.
    told = Told.NOBODY if difference(left, gap.left) or adults > gap.adults else gap.told
    after = replace(gap, left=left, adults=adults, told=told)
    if gap.state not in STANDING:
        return after
    if gap.span.end <= now:
        return replace(after, state=GapState.ELAPSED_UNCOVERED, closed_at=now)
    if not left:
        return replace(after, state=GapState.FILLED, closed_at=now)
    if left[0].start <= now:
        return replace(after, state=GapState.ELAPSED_UNCOVERED, closed_at=now)
    if left != (gap.span,):
        return replace(after, state=GapState.PARTLY_FILLED)
    return after


def accepted(gap: Gap, reason: str, *, by: str, now: datetime) -> Gap:
    """Return a gap that a worker takes upon themselves to leave open, with the reason; their supervisor gets a copy."""
    if gap.state not in STANDING:
        raise GapIsClosed(gap_id=gap.id)
    if not reason.strip():
        raise ReasonNeeded
    return replace(
        gap,
        state=GapState.ACCEPTED_BY_WORKER,
        closed_at=now,
        accepted_by=by,
        reason=reason.strip(),
        version=gap.version + 1,
        updated_at=now,
    )
