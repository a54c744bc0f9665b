"""Shapes of rules that keep two people apart."""

from datetime import date

from services.network.domain.people import PersonId
from services.network.domain.separation import SeparationReason, SeparationRule
from services.network.use_cases.commands import SetSeparation
from shared.web import fields
from shared.web.fields import Day, Instant, Model


class SeparationIn(Model):
    """Two people to be kept apart everywhere. `until` is the last county-local date; without it the rule stays."""

    person_a: fields.PersonId
    person_b: fields.PersonId
    reason: SeparationReason
    until: Day | None = None


class SeparationOut(Model):
    """A rule that keeps two people apart. Through `rests_until` a supervisor lets it rest, but not in meetings."""

    id: fields.RuleId
    case_id: fields.CaseId
    person_a: fields.PersonId
    person_b: fields.PersonId
    reason: SeparationReason
    overridable: bool
    active: bool
    until: date | None
    rests_until: date | None
    set_at: Instant
    updated_at: Instant
    etag: str


def set_separation_from(body: SeparationIn) -> SetSeparation:
    """Read the order to keep two people apart."""
    return SetSeparation(person_a=PersonId(body.person_a), person_b=PersonId(body.person_b), reason=body.reason, until=body.until)


def separation_out(rule: SeparationRule, today: date) -> SeparationOut:
    """Write a rule."""
    return SeparationOut(
        id=rule.id,
        case_id=rule.case_id,
        person_a=rule.person_a,
        person_b=rule.person_b,
        reason=rule.reason,
        overridable=rule.is_overridable,
        active=rule.is_active(today),
        until=rule.until,
        rests_until=rule.rests_until,
        set_at=rule.set_at,
        updated_at=rule.updated_at,
        etag=f'"{rule.version}"',
    )
