"""Safety plans: how long each kind may last, what time it must cover, and how it comes into force and ends.

A plan needs protective adults in its coverage windows; the software says where they are missing and never decides a separation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.commitments import PlanId
from services.network.domain.coverage import Needed
from services.network.domain.plan_errors import PlanHasEnded, PlanIsActive, PlanNotActive, PlanNotAgreed
from services.network.domain.recurrence import Pattern, check_pattern, spans
from shared.events.network import PlanActivated, PlanAtRisk, PlanEnded, PlanRestored
from shared.kernel.errors import Fault, Invalid
from shared.kernel.spans import Span
from shared.kernel.wall import Clock

WindowId = NewType("WindowId", UUID)


class PlanKind(StrEnum):
    """DOMAIN §6.5."""

    IMMEDIATE = "immediate"
    SDM_SAFETY_PLAN = "sdm_safety_plan"
    FAMILY_SAFETY_PLAN = "family_safety_plan"
    ONGOING = "ongoing"


class PlanState(StrEnum):
    """DOMAIN §6.5. `active` and `at_risk` follow from the gaps by themselves; those from `ended_resolved` on are final."""

    DRAFT = "draft"
    AGREED = "agreed"
    SUPERVISOR_REVIEW = "supervisor_review"
    ACTIVE = "active"
    AT_RISK = "at_risk"
    UNDER_REVIEW = "under_review"
    ENDED_RESOLVED = "ended_resolved"
    ENDED_SEPARATION = "ended_separation"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


IN_FORCE = frozenset({PlanState.ACTIVE, PlanState.AT_RISK, PlanState.UNDER_REVIEW})
"""The states in which the plan's time must be covered; a plan under review still holds."""

ENDED = frozenset(
    {PlanState.ENDED_RESOLVED, PlanState.ENDED_SEPARATION, PlanState.EXPIRED, PlanState.SUPERSEDED, PlanState.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class Duration:
    """How many days a kind of plan may last (`ends_on = starts_on + most_days`; None needs no end), and by what source."""

    most_days: int | None
    source: str


DURATIONS = {
    PlanKind.IMMEDIATE: Duration(7, "LA DCFS 0070-548.25 (7 days)"),
    PlanKind.SDM_SAFETY_PLAN: Duration(30, "LA DCFS 0070-548.25 (30 days)"),
    PlanKind.FAMILY_SAFETY_PLAN: Duration(None, "Signs of Safety: no expiry, reviews instead"),
    PlanKind.ONGOING: Duration(366, "our choice: a year, then a new version"),
}


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """From which day of a plan of these kinds (its first one is 0) it is reviewed at least every so many days."""

    kinds: frozenset[PlanKind]
    from_day: int
    every_days: int
    effective_on: date
    source: str


_DATED = frozenset({PlanKind.IMMEDIATE, PlanKind.SDM_SAFETY_PLAN, PlanKind.ONGOING})
_FAMILY = frozenset({PlanKind.FAMILY_SAFETY_PLAN})
_OF_2024 = date(2024, 8, 30)
REVIEW_RULES = (
    ReviewRule(_DATED, 0, 7, _OF_2024, "LA DCFS 0070-548.25 wants a clear timeline; every 7 days in the first 30 is our choice"),
    ReviewRule(_DATED, 30, 30, _OF_2024, "our choice: every 30 days after the first 30"),
    ReviewRule(_FAMILY, 0, 14, _OF_2024, "Signs of Safety: every 2 weeks (for 3 months: our choice)"),
    ReviewRule(_FAMILY, 90, 30, _OF_2024, "Signs of Safety: then monthly (for the rest of the year: our choice)"),
    ReviewRule(_FAMILY, 365, 91, _OF_2024, "Signs of Safety: then every 3 months"),
)

SUPERVISOR_WITHIN = timedelta(hours=24)
"""A supervisor reviews a plan within 24 hours (San Francisco; DOMAIN §4.5), also one that came into force at once."""

LONGEST_LOOK = timedelta(days=60)
"""How far ahead a change is followed up at once; each night looks `NIGHTLY_LOOK` ahead."""
NIGHTLY_LOOK = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Time in which the plan requires so many protective adults; what it is called is a worker's words."""

    id: WindowId
    label: str
    pattern: Pattern
    adults: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """What the plan says beside its steps, each a list of short sentences; `backup` is what happens if it is not followed.

    Members read rules and triggers only of a plan whose words were shared with the network on purpose.
    """

    title: str = ""
    rules: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    monitoring: tuple[str, ...] = ()
    backup: tuple[str, ...] = ()
    review_how: str = ""
    shared_with_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """How a supervisor stands to a plan: until when they review it, who approved it, or with which words it came back."""

    due_at: datetime | None = None
    approved_at: datetime | None = None
    approved_by: str = ""
    returned_at: datetime | None = None
    returned_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a family's safety plan. Dates are the family's; `replaces` is the version before."""

    id: PlanId
    case_id: CaseId
    kind: PlanKind
    state: PlanState
    time_zone: str
    starts_on: date
    ends_on: date | None
    review_on: date
    words: PlanWords
    windows: tuple[Window, ...]
    replaces: PlanId | None = None
    oversight: Oversight = Oversight()
    activated_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1
    updated_at: datetime

    @property
    def is_in_force(self) -> bool:
        """Whether its time must be covered now."""
        return self.state in IN_FORCE

    @property
    def has_ended(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.state in ENDED


def check_dates(kind: PlanKind, starts_on: date, ends_on: date | None, review_on: date | None) -> date:
    """Return when the plan is first reviewed, or refuse dates that cannot be: each kind has its longest duration."""
    most = DURATIONS[kind].most_days
    faults = []
    if ends_on is not None and ends_on < starts_on:
        faults.append(Fault("end_before_start", "Choose an end on or after the first day.", pointer="#/ends_on"))
    elif ends_on is None and most is not None:
        faults.append(Fault("needed_here", f"Say when the plan ends: after {most} days at most.", pointer="#/ends_on"))
    elif ends_on is not None and most is not None and (ends_on - starts_on).days > most:
        faults.append(Fault("duration_out_of_range", f"This kind of plan lasts {most} days at most.", pointer="#/ends_on"))
    if review_on is not None and (review_on < starts_on or (ends_on is not None and review_on > ends_on)):
        faults.append(Fault("date_out_of_range", "Choose a review within the plan.", pointer="#/review_on"))
    if faults:
        raise Invalid(faults)
    return review_on if review_on is not None else first_review(kind, starts_on, ends_on)


def first_review(kind: PlanKind, starts_on: date, ends_on: date | None) -> date:
    """Return when a plan is first reviewed where nobody says otherwise: by its rule, and at half of its duration at the latest."""
    days = review_rule(kind, 0, on=starts_on).every_days
    return starts_on + timedelta(days=days if ends_on is None else min(days, (ends_on - starts_on).days // 2))


def next_review(plan: Plan, held_on: date) -> date:
    """Return when a plan is reviewed after a review on this day, where nobody says otherwise: on its last day at the latest."""
    rule = review_rule(plan.kind, (held_on - plan.starts_on).days, on=held_on)
    due = held_on + timedelta(days=rule.every_days)
    return due if plan.ends_on is None else min(due, plan.ends_on)


def review_rule(kind: PlanKind, day: int, *, on: date) -> ReviewRule:
    """Return the rule for a day of a plan that counts on a date; before any counted, the oldest ones do."""
    known = [each for each in REVIEW_RULES if kind in each.kinds and each.from_day <= max(day, 0)]
    counting = [each for each in known if each.effective_on <= on] or known
    return max(counting, key=lambda each: (each.from_day, each.effective_on))


def check_windows(windows: Sequence[Window], starts_on: date, ends_on: date | None) -> None:
    """Refuse windows that are no time, or that begin outside the plan."""
    for index, window in enumerate(windows):
        pointer = f"#/windows/{index}"
        check_pattern(window.pattern, pointer=pointer)
        first = window.pattern.starts_local.date()
        if first < starts_on or (ends_on is not None and first > ends_on):
            fault = Fault("date_out_of_range", "Let the first time lie within the plan.", pointer=f"{pointer}/starts_local")
            raise Invalid([fault])


def last_day(plan: Plan, *, today: date, look: timedelta = LONGEST_LOOK) -> date:
    """Return the last local date that a look from today reaches, the plan's own end included."""
    far = max(today, plan.starts_on) + look
    return far if plan.ends_on is None else min(plan.ends_on, far)


def needed(plan: Plan, *, begin: date, end: date) -> list[Needed]:
    """Return what the plan requires in windows that begin on a local date from `begin` to `end`, up to the end of its last day."""
    clocks = {window.pattern.time_zone: Clock(window.pattern.time_zone) for window in plan.windows}
    found = [
        Needed(span, window.adults)
        for window in plan.windows
        for span in spans(window.pattern, clocks[window.pattern.time_zone], begin=begin, end=end)
    ]
    over = over_at(plan)
    if over is None:
        return found
    return [
        each if each.span.end <= over else replace(each, span=Span(each.span.start, over))
        for each in found
        if each.span.start < over
    ]


def over_at(plan: Plan) -> datetime | None:
    """Return the instant at which the plan's last day is over; None for a plan without an end."""
    return Clock(plan.time_zone).at(plan.ends_on + timedelta(days=1), timedelta(0)) if plan.ends_on is not None else None


def check_open(plan: Plan) -> None:
    """Refuse any change once a plan has ended."""
    if plan.has_ended:
        raise PlanHasEnded(plan_id=plan.id)


def check_draft(plan: Plan) -> None:
    """Refuse what only a plan that is not yet in force may have changed."""
    check_open(plan)
    if plan.is_in_force:
        raise PlanIsActive(plan_id=plan.id)


def activated(plan: Plan, *, now: datetime) -> Plan:
    """Return the plan in force; the gate has been passed (`gate.py`)."""
    check_draft(plan)
    oversight = plan.oversight if plan.oversight.approved_at else replace(plan.oversight, due_at=now + SUPERVISOR_WITHIN)
    return _changed(plan, now=now, state=PlanState.ACTIVE, activated_at=now, oversight=oversight)


def agreed(plan: Plan, *, now: datetime) -> Plan:
    """Return the plan with the agreement of a parent or caregiver; signed again after a return, the supervisor looks again."""
    if plan.state is PlanState.DRAFT:
        return _changed(plan, now=now, state=PlanState.AGREED)
    if plan.state is PlanState.UNDER_REVIEW and plan.oversight.due_at is None:
        return _changed(plan, now=now, oversight=replace(plan.oversight, due_at=now + SUPERVISOR_WITHIN))
    return plan


def redrafted(plan: Plan, *, now: datetime, **changes: object) -> Plan:
    """Return a plan that is not in force with other contents: the family agrees anew, and the supervisor looks anew."""
    check_draft(plan)
    fresh = Oversight(returned_at=plan.oversight.returned_at, returned_words=plan.oversight.returned_words)
    return _changed(plan, now=now, **{"state": PlanState.DRAFT, "oversight": fresh, **changes})


def submitted(plan: Plan, *, now: datetime) -> Plan:
    """Return the plan as laid before the supervisor. Raises PlanNotAgreed."""
    check_draft(plan)
    if plan.state is PlanState.DRAFT:
        raise PlanNotAgreed
    if plan.state is PlanState.SUPERVISOR_REVIEW:
        return plan
    oversight = Oversight(due_at=now + SUPERVISOR_WITHIN)
    return _changed(plan, now=now, state=PlanState.SUPERVISOR_REVIEW, oversight=oversight)


def approved(plan: Plan, *, by: str, is_agreed: bool, now: datetime) -> Plan:
    """Return the plan as a supervisor approved it; one that had been returned holds as before. Raises PlanNotAgreed."""
    check_open(plan)
    if not is_agreed:
        raise PlanNotAgreed
    if plan.oversight.approved_at is not None:
        return plan
    oversight = Oversight(due_at=plan.oversight.due_at, approved_at=now, approved_by=by)
    states = {PlanState.AGREED: PlanState.SUPERVISOR_REVIEW, PlanState.UNDER_REVIEW: PlanState.ACTIVE}
    return _changed(plan, now=now, state=states.get(plan.state, plan.state), oversight=oversight)


def returned(plan: Plan, words: str, *, now: datetime) -> Plan:
    """Return the plan as a supervisor gave it back: a draft again, or under review where it holds. Raises PlanNotAgreed."""
    check_open(plan)
    if plan.state is PlanState.DRAFT:
        raise PlanNotAgreed
    state = PlanState.UNDER_REVIEW if plan.is_in_force else PlanState.DRAFT
    return _changed(plan, now=now, state=state, oversight=Oversight(returned_at=now, returned_words=words))


def under_review(plan: Plan, *, now: datetime) -> Plan:
    """Return a plan in force that no parent or caregiver agrees to any more: it holds until they and a supervisor look anew."""
    check_open(plan)
    if not plan.is_in_force:
        raise PlanNotActive(plan_id=plan.id)
    return _changed(plan, now=now, state=PlanState.UNDER_REVIEW, oversight=Oversight())


def reviewed(plan: Plan, next_on: date | None, *, now: datetime) -> Plan:
    """Return the plan with its next review; without one the date stays. Raises PlanNotActive."""
    check_open(plan)
    if not plan.is_in_force:
        raise PlanNotActive(plan_id=plan.id)
    return _changed(plan, now=now, review_on=next_on or plan.review_on)


def ended(plan: Plan, state: PlanState, *, now: datetime) -> Plan:
    """Return the plan as ended in one of the ways of `ENDED`. A plan ends once; what was never in force is cancelled."""
    check_open(plan)
    if state is not PlanState.CANCELLED and not plan.is_in_force:
        raise PlanNotActive(plan_id=plan.id)
    return _changed(plan, now=now, state=state, ended_at=now)


def at_risk(plan: Plan, risk: bool, *, now: datetime) -> Plan:
    """Return the plan as it stands by its gaps: `active ⇄ at_risk`, and a plan under review stays so."""
    wanted = PlanState.AT_RISK if risk else PlanState.ACTIVE
    if plan.state not in {PlanState.ACTIVE, PlanState.AT_RISK} or plan.state is wanted:
        return plan
    return _changed(plan, now=now, state=wanted)


def was_activated(plan: Plan, *, at: datetime) -> PlanActivated:
    """Say that the plan is in force."""
    return PlanActivated(**_facts(plan), starts_on=plan.starts_on, ends_on=plan.ends_on, review_on=plan.review_on, at=at)


def is_at_risk(plan: Plan, gap_ids: Sequence[UUID], *, at: datetime) -> PlanAtRisk:
    """Say that time of the plan lies open."""
    return PlanAtRisk(**_facts(plan), gap_ids=tuple(gap_ids), at=at)


def was_restored(plan: Plan, *, at: datetime) -> PlanRestored:
    """Say that all of its time is covered or accepted again."""
    return PlanRestored(**_facts(plan), at=at)


def has_ended(plan: Plan, *, at: datetime) -> PlanEnded:
    """Say how the plan ended."""
    return PlanEnded(**_facts(plan), at=at)


def _facts(plan: Plan) -> dict[str, Any]:
    return {"case_id": plan.case_id, "plan_id": plan.id, "kind": plan.kind.value, "state": plan.state.value}


def _changed(plan: Plan, *, now: datetime, **changes: object) -> Plan:
    return replace(plan, version=plan.version + 1, updated_at=now, **changes)  # type: ignore[arg-type]  # its own fields
