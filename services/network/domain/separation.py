"""Who must never meet: rules that keep two people apart, obeyed by every service.

The reason stays in network, sealed. Other services learn only who, until when, and whether a supervisor may override.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.errors import ProtectiveOrderStands
from services.network.domain.people import PersonId
from shared.events.network import SeparationLifted, SeparationSet
from shared.kernel.access import Caller, Role
from shared.kernel.errors import Fault, Invalid

RuleId = NewType("RuleId", UUID)

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
    """Keeps two people apart. `person_a` is the lesser id, so that a pair has one form; `until` is the last county-local date."""

    id: RuleId
    case_id: CaseId
    person_a: PersonId
    person_b: PersonId
    reason: SeparationReason
    until: date | None
    set_at: datetime
    version: int
    updated_at: datetime

    @property
    def is_overridable(self) -> bool:
        """While a protective order is on record nobody may override, whatever their role."""
        return self.reason is not SeparationReason.PROTECTIVE_ORDER

    def is_active(self, today: date) -> bool:
        """Whether the rule still holds on a county-local date."""
        return self.until is None or today <= self.until


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
