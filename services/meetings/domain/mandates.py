"""When a child's team must meet, as data: every legal number has a source and a date from which it holds (DOMAIN §3.1).

Dates are county-local calendar days; the trigger is day 0; a due date never rolls over a weekend. Everything is per child.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.meetings.domain.errors import AfterDueDate
from services.meetings.domain.working_days import last_working_day_before

SOON_DAYS = 14
INDIAN_CHILD = frozenset({"reason_to_know", "applies"})
INTENSIVE_PLACEMENTS = frozenset({"strtp", "group_home"})


class RuleId(StrEnum):
    """The rules that can be computed from what is known of a child."""

    INITIAL = "cft.initial"
    INITIAL_ICWA = "cft.initial_icwa"
    PERIODIC = "cft.periodic"
    INTENSIVE = "cft.intensive"


class MandateStatus(StrEnum):
    """How a due date stands today."""

    NOT_DUE = "not_due"
    DUE_SOON = "due_soon"
    DUE_THIS_WEEK = "due_this_week"
    OVERDUE = "overdue"
    MET = "met"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it reads from a date on. `source` is what a person may look up; `confidence` says how sure we are of it."""

    rule_id: RuleId
    source: str
    effective_on: date
    days: int = 0
    months: int = 0
    or_disposition: bool = False
    confidence: str = "high"


RULES: tuple[Rule, ...] = (
    Rule(
        RuleId.INITIAL,
        'ACL 16-84; Advokids, CFT page: "within sixty days or prior to the dispositional hearing, whichever comes first"',
        date(2016, 10, 7),
        days=60,
        or_disposition=True,
    ),
    Rule(
        RuleId.INITIAL_ICWA,
        'ACL 22-35, cited by Advokids, CFT page: "In ICWA cases, the timeline is shortened to thirty days"',
        date(2022, 5, 6),
        days=30,
        or_disposition=True,
        confidence="medium",
    ),
    Rule(
        RuleId.PERIODIC,
        'ACL 16-84; the case plan is updated "no less frequently than once every 6 months" (WIC 16501.1)',
        date(2016, 10, 7),
        months=6,
    ),
    Rule(
        RuleId.INTENSIVE,
        'ICC: "every 90 days" (a provider\'s quiz); IHBS, TFC and STRTP unverified: ask county counsel',
        date(2016, 10, 7),
        days=90,
        confidence="weak",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What the rules need to know of a child. `last_counting_on` is the day of the last CFT that counted for this child."""

    child_id: UUID
    entered_care_on: date | None = None
    disposition_on: date | None = None
    icwa_status: str = "unknown"
    placement_kind: str = ""
    intensive_services: bool = False
    last_counting_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One rule applied to one child. `met_on` is the counting meeting that satisfied it."""

    child_id: UUID
    rule_id: RuleId
    source: str
    due_on: date
    last_working_day: date
    status: MandateStatus
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class CountyRules:
    """The rules of a county, with its holidays; `overrides` are numbers of its own, by rule."""

    rules: Sequence[Rule] = RULES
    holidays: Collection[date] = ()
    overrides: Mapping[RuleId, int] = field(default_factory=dict)

    def in_effect(self, rule_id: RuleId, on: date) -> Rule | None:
        """Return the newest version of a rule that held on a day."""
        held = [rule for rule in self.rules if rule.rule_id is rule_id and rule.effective_on <= on]
        return max(held, key=lambda rule: rule.effective_on, default=None)


def dues_of(child: Child, county: CountyRules, *, today: date) -> tuple[Due, ...]:
    """Return every rule that applies to a child, earliest due date first. A child at home has none."""
    if child.entered_care_on is None:
        return ()
    met_on = child.last_counting_on if child.last_counting_on and child.last_counting_on >= child.entered_care_on else None
    dues = [_initial(child, rule_id, county, met_on=met_on, today=today) for rule_id in _initial_rules(child)]
    if met_on is not None:
        dues += [_following(child, rule_id, county, after=met_on, today=today) for rule_id in _following_rules(child)]
    return tuple(sorted((due for due in dues if due is not None), key=lambda due: (due.due_on, due.rule_id)))


def combined(dues: Iterable[Due]) -> Due | None:
    """Return the earliest unmet due date, of one child or of all children of a meeting; it names the rule that set it."""
    unmet = [due for due in dues if due.status is not MandateStatus.MET]
    return min(unmet, key=lambda due: (due.due_on, due.rule_id), default=None)


def refuse_after_due(starts_on: date, due: Due | None, *, override: str = "") -> None:
    """Refuse a meeting later than its due date, unless a supervisor wrote why. A date already missed binds nobody."""
    if due is not None and due.status is not MandateStatus.OVERDUE and starts_on > due.due_on and not override.strip():
        raise AfterDueDate(rule_id=due.rule_id.value, due_on=due.due_on.isoformat(), source=due.source)


def status_on(today: date, due_on: date, *, met: bool = False) -> MandateStatus:
    """Return how a due date stands; a week runs from Monday to Sunday."""
    if met:
        return MandateStatus.MET
    if today > due_on:
        return MandateStatus.OVERDUE
    if due_on <= today + timedelta(days=6 - today.weekday()):
        return MandateStatus.DUE_THIS_WEEK
    return MandateStatus.DUE_SOON if due_on <= today + timedelta(days=SOON_DAYS) else MandateStatus.NOT_DUE


def months_later(day: date, months: int) -> date:
    """Return the same day some calendar months later, or the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _initial_rules(child: Child) -> list[RuleId]:
    return [RuleId.INITIAL, RuleId.INITIAL_ICWA] if child.icwa_status in INDIAN_CHILD else [RuleId.INITIAL]


def _following_rules(child: Child) -> list[RuleId]:
    intensive = child.intensive_services or child.placement_kind in INTENSIVE_PLACEMENTS
    return [RuleId.PERIODIC, RuleId.INTENSIVE] if intensive else [RuleId.PERIODIC]


def _initial(child: Child, rule_id: RuleId, county: CountyRules, *, met_on: date | None, today: date) -> Due | None:
    entered = child.entered_care_on
    rule = county.in_effect(rule_id, entered) if entered else None
    if rule is None or entered is None:
        return None
    due_on = entered + timedelta(days=county.overrides.get(rule_id, rule.days))
    if rule.or_disposition and child.disposition_on is not None:
        due_on = min(due_on, child.disposition_on)
    return _due(child, rule, due_on, county, met_on=met_on, today=today)


def _following(child: Child, rule_id: RuleId, county: CountyRules, *, after: date, today: date) -> Due | None:
    rule = county.in_effect(rule_id, after)
    if rule is None:
        return None
    number = county.overrides.get(rule_id, rule.months or rule.days)
    due_on = months_later(after, number) if rule.months else after + timedelta(days=number)
    return _due(child, rule, due_on, county, met_on=None, today=today)


def _due(child: Child, rule: Rule, due_on: date, county: CountyRules, *, met_on: date | None, today: date) -> Due:
    return Due(
        child_id=child.child_id,
        rule_id=rule.rule_id,
        source=rule.source,
        due_on=due_on,
        last_working_day=last_working_day_before(due_on, county.holidays),
        status=status_on(today, due_on, met=met_on is not None),
        met_on=met_on,
    )
