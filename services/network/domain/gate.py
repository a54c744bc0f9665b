"""No network, no plan: what must be there before a safety plan comes into force, each with the words a worker can act on.

The gate refuses; it never decides what becomes of a child (SOP Quick Guide; DOMAIN §2.2, §2.4, §4.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.network.domain.commitments import Commitment
from services.network.domain.cover import Seats, protects
from services.network.domain.coverage import Shortfall
from services.network.domain.plans import Plan


class Missing(StrEnum):
    """Why a plan cannot come into force yet."""

    NO_WINDOWS = "no_windows"
    NO_PROTECTIVE_ADULT = "no_protective_adult"
    NOT_COVERED = "not_covered"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is missing: what to do about it, and what it is about: a stretch of time, or a record by id and prefix."""

    code: str
    detail: str
    subject_id: UUID | None = None
    prefix: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def missing(plan: Plan, promised: Sequence[Commitment], seats: Seats, open_time: Sequence[Shortfall]) -> list[Reason]:
    """Return all that is missing, in the order in which a worker would mend it; nothing means that the plan may begin."""
    reasons = []
    if not plan.windows:
        reasons.append(Reason(Missing.NO_WINDOWS, "Say when a protective adult must be there: add at least one time to cover."))
    if not any(protects(each, seats) for each in promised):
        reasons.append(
            Reason(
                Missing.NO_PROTECTIVE_ADULT,
                "Nobody has promised to protect yet. Ask an adult who is not the caregiver of concern, and record their yes.",
            )
        )
    for short in open_time:
        detail = "Nobody has promised to be there at this time." if short.adults == 1 else "More adults are needed at this time."
        detail = f"{detail} Ask a member to take it."
        reasons.append(Reason(Missing.NOT_COVERED, detail, starts_at=short.span.start, ends_at=short.span.end))
    return reasons
