"""People who must never meet: the check of a meeting, and the linked pair of meetings that is proposed instead.

Nothing here carries a reason, and no refusal names more than the rule: whoever reads it may be one of the two (DOMAIN §5.3).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.meetings.domain.errors import Separated, TooNearEachOther
from services.meetings.domain.slots import SEPARATION_GAP
from services.meetings.domain.times import Presence
from shared.kernel.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationRule:
    """Two people, and the last county-local day on which they must be kept apart (None: until it is lifted)."""

    rule_id: UUID
    person_a: UUID
    person_b: UUID
    until: date | None = None
    overridable: bool = False

    def holds(self, on: date) -> bool:
        """Whether it holds on a day; the last day counts."""
        return self.until is None or on <= self.until

    def other(self, person_id: UUID) -> UUID | None:
        """Whom this person must not meet, if the rule is about them."""
        return {self.person_a: self.person_b, self.person_b: self.person_a}.get(person_id)


@dataclass(frozen=True, slots=True)
class LinkedMeetings:
    """Meetings instead of one: the same purposes, each with some of the people, at least `SEPARATION_GAP` apart at one place."""

    tables: tuple[frozenset[UUID], ...]
    gap_minutes: int = int(SEPARATION_GAP.total_seconds() // 60)


def breaches(people: Collection[UUID], rules: Iterable[SeparationRule], *, on: date) -> tuple[SeparationRule, ...]:
    """Return the rules that a meeting of these people on this day would break."""
    here = frozenset(people)
    return tuple(rule for rule in rules if rule.holds(on) and {rule.person_a, rule.person_b} <= here)


def refuse_separated(people: Collection[UUID], rules: Collection[SeparationRule], *, on: date) -> None:
    """Refuse a meeting of people who must never meet; the refusal carries the linked meetings that would do."""
    if breaches(people, rules, on=on):
        raise Separated(linked_pair=linked_meetings(people, rules, on=on))


def linked_meetings(people: Collection[UUID], rules: Iterable[SeparationRule], *, on: date) -> LinkedMeetings:
    """Propose as few meetings as a simple split needs, usually two. Whoever is in no rule comes to each of them."""
    apart: dict[UUID, set[UUID]] = {}
    for rule in breaches(people, rules, on=on):
        apart.setdefault(rule.person_a, set()).add(rule.person_b)
        apart.setdefault(rule.person_b, set()).add(rule.person_a)
    table_of: dict[UUID, int] = {}
    for first in sorted(apart):
        ahead = [first]
        while ahead:
            person = ahead.pop(0)
            if person not in table_of:
                taken = {table_of[other] for other in apart[person] if other in table_of}
                table_of[person] = next(n for n in range(len(apart) + 1) if n not in taken)
                ahead += sorted(apart[person])
    return LinkedMeetings(
        tuple(
            frozenset(person for person in people if table_of.get(person, number) == number)
            for number in range(max(table_of.values(), default=0) + 1)
        )
    )


def kept_from(people: Collection[UUID], rules: Iterable[SeparationRule], *, on: date) -> frozenset[UUID]:
    """Return everyone whom somebody of these people must not come near on a day: their meetings are `Presence`s."""
    others = (rule.other(person) for rule in rules if rule.holds(on) for person in people)
    return frozenset(other for other in others if other is not None)


def refuse_too_near(meeting: Span, site: str, presences: Iterable[Presence]) -> None:
    """Refuse a place within two hours of somebody whom one of the people must not meet."""
    wide = meeting.widened(SEPARATION_GAP, SEPARATION_GAP)
    if site and any(one.site == site and any(span.overlaps(wide) for span in one.spans) for one in presences):
        raise TooNearEachOther
