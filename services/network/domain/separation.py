"""Who must never meet: rules that keep two people apart, obeyed by every service.

The reason stays in network, sealed. Other services learn only who, until when, and whether a supervisor may override.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.errors import ProtectiveOrderStands
from services.network.domain.people import PersonId
from services.network.domain.release_errors import NotYoursToOverride, OverrideTooLong, SeparationNotActive
from shared.events.network import SeparationLifted, SeparationSet
from shared.kernel.access import Caller, Role
from shared.kernel.errors import Fault, Invalid

RuleId = NewType("RuleId", UUID)
OverrideId = NewType("OverrideId", UUID)

_MAY_LIFT_AN_ORDER = frozenset({Role.SUPERVISOR, Role.COUNTY_ADMIN, Role.SYSTEM})


class SeparationReason(StrEnum):
    """Why two people are kept apart (DOMAIN §6.5)."""

    PROTECTIVE_ORDER = "protective_order"
    DV_SAFETY = "dv_safety"
    NO_CONTACT_ORDER = "no_contact_order"
    CHILD_REQUEST = "child_request"
    OTHER_SAFETY = "other_safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationRule:
    """Keeps two people apart. `person_a` is the lesser id, so that a pair has one form; `until` is the last county-local date.

    Through `rests_until` a supervisor lets it rest.
    """

    id: RuleId
    case_id: CaseId
    person_a: PersonId
    person_b: PersonId
    reason: SeparationReason
    until: date | None
    set_at: datetime
    version: int
    updated_at: datetime
    rests_until: date | None = None

    @property
    def apart(self) -> "Apart":
        """The rule without its reason."""
        return Apart(person_a=self.person_a, person_b=self.person_b, until=self.until, rests_until=self.rests_until)

    @property
    def is_overridable(self) -> bool:
        """While a protective order is on record nobody may override, whatever their role."""
        return self.reason is not SeparationReason.PROTECTIVE_ORDER

    def is_active(self, today: date) -> bool:
        """Whether the rule still holds on a county-local date."""
        return self.until is None or today <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """That two people are kept apart, without why. Through `rests_until` a supervisor lets it rest."""

    person_a: PersonId
    person_b: PersonId
    until: date | None
    rests_until: date | None = None

    def holds(self, today: date) -> bool:
        """Whether it keeps the two apart on a county-local date."""
        is_active = self.until is None or today <= self.until
        return is_active and (self.rests_until is None or today > self.rests_until)


def kept_apart(rules: Iterable[Apart], person_a: PersonId, person_b: PersonId, today: date) -> bool:
    """Say whether two people must not meet nor learn of each other; a rule of any family binds them everywhere in the county."""
    wanted = {person_a, person_b}
    return any(rule.holds(today) and {rule.person_a, rule.person_b} == wanted for rule in rules)


def without_separated(people: Iterable[PersonId], for_person: PersonId, rules: Iterable[Apart], today: date) -> list[PersonId]:
    """Return of these people those whom something made for one person may hold: a sheet, an export, a printed page."""
    standing = [rule for rule in rules if rule.holds(today)]
    return [each for each in people if not kept_apart(standing, for_person, each, today)]


LONGEST_REST = timedelta(days=7)
"""How long a supervisor may let a separation rest at once (our choice: a week's meetings, then somebody looks anew)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """That a supervisor lets a separation rest through a county-local date, and why. `reason` is words."""

    id: OverrideId
    case_id: CaseId
    rule_id: RuleId
    reason: str
    until: date
    given_by: str
    given_at: datetime


def check_may_override(
    rule: SeparationRule, of_the_pair: Iterable[SeparationRule], caller: Caller, unit_name: str, *, until: date, today: date
) -> None:
    """Refuse an override by anybody but the unit's supervisor, of a rule that rests already, or beside a standing protective order.

    An order between the same two people counts wherever in the county it was recorded (DOMAIN §5.3).
    """
    if any(not each.is_overridable and each.is_active(today) for each in (rule, *of_the_pair)):
        raise ProtectiveOrderStands
    if Role.SUPERVISOR not in caller.roles or unit_name not in caller.units:
        raise NotYoursToOverride
    if not rule.is_active(today):
        raise SeparationNotActive
    check_until(until, today=today)
    if until > today + LONGEST_REST:
        raise OverrideTooLong


def pair(first: PersonId, second: PersonId) -> tuple[PersonId, PersonId]:
    """Return two people in their one order, or refuse to keep somebody apart from themselves."""
    if first == second:
        raise Invalid([Fault("duplicate", "Choose two different people.", pointer="#/person_b")])
    return (first, second) if first < second else (second, first)


def check_until(until: date | None, *, today: date) -> None:
    """Refuse a rule that would already be over."""
    if until is not None and until < today:
        raise Invalid([Fault("in_the_past", "Choose today or a later date, or leave it open.", pointer="#/until")])


def check_may_lift(rule: SeparationRule, caller: Caller, *, today: date) -> None:
    """Refuse to lift a protective order that still runs, unless a supervisor or administrator says that it has ended."""
    if rule.is_overridable or not rule.is_active(today) or caller.roles & _MAY_LIFT_AN_ORDER:
        return
    raise ProtectiveOrderStands


def was_set(rule: SeparationRule, *, at: datetime) -> SeparationSet:
    """Say that two people must be kept apart; never why."""
    return SeparationSet(
        rule_id=rule.id,
        person_a=rule.person_a,
        person_b=rule.person_b,
        overridable=rule.is_overridable,
        until=rule.until,
        at=at,
    )


def was_lifted(rule: SeparationRule, *, at: datetime) -> SeparationLifted:
    """Say that two people need no longer be kept apart."""
    return SeparationLifted(rule_id=rule.id, person_a=rule.person_a, person_b=rule.person_b, at=at)
