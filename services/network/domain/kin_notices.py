"""The notice that a child's relatives are owed: identified, located, notified in writing, responded, or exempt with a reason.

The number of days is data with its source and the date from which it holds. Dates are county-local calendar days; the entry into
care is day 0, and a due date is never rolled over a weekend.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NewType, TypedDict
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.circle_errors import KinNoticeStep
from services.network.domain.members import RelationshipKind
from services.network.domain.people import PersonId
from shared.kernel.errors import Fault, Invalid

KinNoticeId = NewType("KinNoticeId", UUID)


class KinNoticeState(StrEnum):
    """How far the notice to one relative has come (DOMAIN §6.5)."""

    IDENTIFIED = "identified"
    LOCATED = "located"
    NOTIFIED = "notified"
    RESPONDED = "responded"
    NOTICE_EXEMPT = "notice_exempt"


class NoticeMethod(StrEnum):
    """How a notice was given. The rule demands writing; what was said besides is a note."""

    LETTER = "letter"
    HANDED_LETTER = "handed_letter"


OWED = frozenset({KinNoticeState.IDENTIFIED, KinNoticeState.LOCATED})
"""The states in which the relative still has to be told."""


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """Within how many days of the entry into care relatives are told, as it reads from a date on."""

    source: str
    effective_on: date
    days: int
    confidence: str = "high"


RULES: tuple[NoticeRule, ...] = (
    NoticeRule(
        "California Rules of Court, rule 5.637: within 30 days of the child's removal, notify in writing (DOMAIN §4.4)",
        date(2011, 1, 1),
        days=30,
        confidence="medium",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KinNotice:
    """The notice to one relative about one child. `due_on` is None while the child has not entered care."""

    id: KinNoticeId
    case_id: CaseId
    child_id: PersonId
    person_id: PersonId
    relationship: RelationshipKind
    relationship_words: str
    state: KinNoticeState
    due_on: date | None
    version: int
    updated_at: datetime
    located_on: date | None = None
    notified_on: date | None = None
    method: NoticeMethod | None = None
    responded_on: date | None = None
    exempt_reason: str = ""
    note: str = ""

    @property
    def source(self) -> str | None:
        """The rule that set the due date, as a person may look it up."""
        rules = [rule for rule in RULES if self.due_on and rule.effective_on + timedelta(days=rule.days) <= self.due_on]
        newest = max(rules, key=lambda rule: rule.effective_on, default=None)
        return newest.source if newest else None

    def is_overdue(self, today: date) -> bool:
        """Whether the relative should have been told by now, and was not."""
        return self.state in OWED and self.due_on is not None and self.due_on < today


class NoticeChanges(TypedDict, total=False):
    """Those facts of a notice that shall change."""

    state: KinNoticeState
    located_on: date | None
    notified_on: date | None
    method: NoticeMethod | None
    responded_on: date | None
    exempt_reason: str
    note: str


# A letter that comes back undelivered takes a relative back to `located`; what made somebody exempt may end.
_STEPS: Mapping[KinNoticeState, frozenset[KinNoticeState]] = {
    KinNoticeState.IDENTIFIED: frozenset({KinNoticeState.LOCATED, KinNoticeState.NOTIFIED, KinNoticeState.NOTICE_EXEMPT}),
    KinNoticeState.LOCATED: frozenset({KinNoticeState.NOTIFIED, KinNoticeState.NOTICE_EXEMPT}),
    KinNoticeState.NOTIFIED: frozenset({KinNoticeState.LOCATED, KinNoticeState.RESPONDED}),
    KinNoticeState.RESPONDED: frozenset(),
    KinNoticeState.NOTICE_EXEMPT: frozenset({KinNoticeState.IDENTIFIED, KinNoticeState.LOCATED}),
}

_NEEDS: Mapping[KinNoticeState, tuple[str, ...]] = {
    KinNoticeState.IDENTIFIED: (),
    KinNoticeState.LOCATED: ("located_on",),
    KinNoticeState.NOTIFIED: ("notified_on", "method"),
    KinNoticeState.RESPONDED: ("notified_on", "method", "responded_on"),
    KinNoticeState.NOTICE_EXEMPT: ("exempt_reason",),
}

_EMPTY: Mapping[str, Any] = {"located_on": None, "notified_on": None, "method": None, "responded_on": None, "exempt_reason": ""}

_DAYS = ("located_on", "notified_on", "responded_on")


def due_on(entered_care_on: date | None) -> date | None:
    """Return the last day for the notice to a child's relatives; None for a child who is at home."""
    if entered_care_on is None:
        return None
    held = [rule for rule in RULES if rule.effective_on <= entered_care_on]
    rule = max(held, key=lambda each: each.effective_on, default=None)
    return entered_care_on + timedelta(days=rule.days) if rule else None


def check_relative(child_id: PersonId, person_id: PersonId) -> None:
    """Refuse to notify a child of their own entry into care as their relative."""
    if child_id == person_id:
        raise Invalid([Fault("duplicate", "Choose a relative: this is the child.", pointer="#/person_id")])


def changed_notice(notice: KinNotice, changes: NoticeChanges, *, entered_care_on: date | None, today: date) -> KinNotice:
    """Return the notice as it shall stand. Raises KinNoticeStep, and Invalid naming every value that cannot be."""
    after = replace(notice, **changes)
    if after.state is not notice.state and after.state not in _STEPS[notice.state]:
        raise KinNoticeStep
    may_have = {*_NEEDS[after.state], *(("located_on",) if after.state is not KinNoticeState.IDENTIFIED else ())}
    faults = [
        Fault("not_applicable", "This does not go with the state. Leave it out.", pointer=f"#/{name}")
        for name, given in changes.items()
        if name in _EMPTY and given and name not in may_have
    ]
    after = replace(after, **{name: empty for name, empty in _EMPTY.items() if name not in may_have})
    faults += [
        Fault("needed_here", "The state that you chose needs this.", pointer=f"#/{name}")
        for name in _NEEDS[after.state]
        if not getattr(after, name)
    ]
    faults += _impossible_days(after, entered_care_on=entered_care_on, today=today)
    if faults:
        raise Invalid(faults)
    return after


def _impossible_days(notice: KinNotice, *, entered_care_on: date | None, today: date) -> list[Fault]:
    faults = [
        Fault("in_the_future", "Choose today or an earlier day.", pointer=f"#/{name}")
        for name in _DAYS
        if (day := getattr(notice, name)) is not None and day > today
    ]
    for name, first, sentence in (
        ("notified_on", entered_care_on, "The notice cannot come before the entry into care."),
        ("responded_on", notice.notified_on, "The answer cannot come before the notice."),
    ):
        day = getattr(notice, name)
        if day is not None and first is not None and day < first:
            faults.append(Fault("end_before_start", sentence, pointer=f"#/{name}"))
    return faults
