"""Keep our own copies of what network announces, so that questions are answered while network is away.

Facts come in their order, but for one that was set aside and is replayed later: it never undoes what was said after it.
"""

from services.meetings.domain.separation import SeparationRule
from services.meetings.storage import families, people
from services.meetings.storage.families import PlacedChild
from services.meetings.storage.people import KnownPerson
from shared.db.unit import Unit
from shared.events.network import (
    CaseAccessChanged,
    CaseOpened,
    Channel,
    ChildFacts,
    MemberFacts,
    PersonFacts,
    SeparationLifted,
    SeparationSet,
)
from shared.kernel.access import CaseAccess


async def hear_case_opened(unit: Unit, fact: CaseOpened) -> None:
    """Keep a family."""
    await families.open_one(unit, fact.case_id, fact.time_zone)


async def hear_case_access(unit: Unit, fact: CaseAccessChanged, *, position: int) -> None:
    """Keep who holds a family."""
    access = CaseAccess(unit=fact.unit, assigned=frozenset(fact.assigned), shared_with=frozenset(fact.shared_with))
    await families.hand_over(unit, fact.case_id, access, position=position)


async def hear_child(unit: Unit, fact: ChildFacts, *, position: int) -> None:
    """Keep a child's placement facts; due dates follow from them."""
    await families.keep_child(
        unit,
        PlacedChild(
            case_id=fact.case_id,
            child_id=fact.child_id,
            entered_care_on=fact.entered_care_on,
            disposition_on=fact.disposition_on,
            icwa_status=fact.icwa_status,
            placement_kind=fact.placement_kind,
            intensive_services=fact.intensive_services,
        ),
        position=position,
    )


async def hear_person(unit: Unit, fact: PersonFacts, *, position: int) -> None:
    """Keep a person's zone, language and flags."""
    await people.keep(
        unit,
        KnownPerson(
            person_id=fact.person_id,
            time_zone=fact.time_zone,
            is_minor=fact.is_minor,
            spoken_language=fact.spoken_language,
            interpreter_needed=fact.interpreter_needed,
            staff_id=fact.staff_id,
            email_lookups=frozenset(point.lookup for point in fact.contact_points if point.channel is Channel.EMAIL),
        ),
        position=position,
    )


async def hear_member(unit: Unit, fact: MemberFacts) -> None:
    """Keep that a person is in a family's network."""
    await families.keep_member(unit, member_id=fact.member_id, case_id=fact.case_id, person_id=fact.person_id)


async def hear_separation(unit: Unit, fact: SeparationSet) -> None:
    """Keep a rule. Meetings to come that it now breaks carry a flag for staff; nobody else is told anything."""
    await families.keep_separation(
        unit,
        SeparationRule(
            rule_id=fact.rule_id,
            person_a=fact.person_a,
            person_b=fact.person_b,
            until=fact.until,
            overridable=fact.overridable,
        ),
    )


async def hear_separation_lifted(unit: Unit, fact: SeparationLifted) -> None:
    """Keep that a rule was lifted."""
    await families.lift_separation(unit, rule_id=fact.rule_id, person_a=fact.person_a, person_b=fact.person_b, at=fact.at)
