"""Plain values for tests: each factory gives something ordinary, and the test names what matters to it.

People here are invented; numbers are 555-01xx, mail is at example.org.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from services.network.domain.cases import Case, CaseId
from services.network.domain.children import Child, IcwaStatus, Placement, PlacementKind
from services.network.domain.members import Circle, Member, MemberId, RelationshipKind, Side, Standing, SupportType
from services.network.domain.people import ContactPoint, ContactPointId, Person, PersonId, Profile, WantedContactPoint
from services.network.domain.separation import RuleId, SeparationReason, SeparationRule, pair
from services.network.use_cases.commands import ContactPointWish, RegisterPerson
from shared.events.network import Channel, Consent
from shared.kernel.access import Caller, CaseAccess, Role

NOW = datetime(2027, 2, 22, 17, 0, tzinfo=UTC)
TODAY = date(2027, 2, 22)
ZONE = "America/Los_Angeles"
COUNTY_ID = UUID("01939b2c-5e7a-7c3d-8f4a-1b2c3d4e5f60")


def a_caller(staff_id: str = "amy", *roles: Role, county_id: UUID = COUNTY_ID, **facts: Any) -> Caller:
    """A caseworker of unit North, unless told otherwise."""
    given = {"scopes": frozenset({"people.read", "people.contact.read", "people.write", "cases.read", "cases.write"}), **facts}
    return Caller(county_id, staff_id, frozenset(roles or (Role.CASEWORKER,)), **{"units": frozenset({"north"}), **given})


def a_profile(**facts: Any) -> Profile:
    """A grandmother who speaks Spanish."""
    ordinary = Profile(
        given_name="Carmen",
        family_name="Luna",
        preferred_name="",
        born_on=None,
        spoken_language="es-MX",
        written_language="es",
        interpreter_needed=True,
        time_zone=ZONE,
        quiet_from=time(21),
        quiet_until=time(8),
        voicemail_ok=False,
        safe_words="",
        staff_id=None,
        external_id=None,
        confidential_address=False,
    )
    return replace(ordinary, **facts)


def a_contact_point(**facts: Any) -> ContactPoint:
    """A phone that may be texted."""
    ordinary = ContactPoint(
        id=ContactPointId(uuid4()),
        channel=Channel.SMS,
        value="+19165550131",
        lookup="a-lookup",
        preferred=True,
        consent=Consent.GRANTED,
        consent_source="verbal",
        consent_at=NOW,
        is_substitute=False,
    )
    return replace(ordinary, **facts)


def a_wanted_point(**facts: Any) -> WantedContactPoint:
    """A phone as staff asked for it, normalised."""
    ordinary = WantedContactPoint(
        id=None,
        channel=Channel.SMS,
        value="+19165550131",
        lookup="a-lookup",
        preferred=True,
        consent=None,
        consent_source="",
        is_substitute=False,
    )
    return replace(ordinary, **facts)


def a_wish(channel: Channel = Channel.SMS, value: str = "(916) 555-0131", **facts: Any) -> ContactPointWish:
    """A phone as it is typed."""
    ordinary = ContactPointWish(
        id=None,
        channel=channel,
        value=value,
        preferred=True,
        consent=Consent.GRANTED,
        consent_source="verbal",
        is_substitute=False,
    )
    return replace(ordinary, **facts)


def a_person(*points: ContactPoint, registered_by: str = "amy", **facts: Any) -> Person:
    """A person, with the facts of a profile."""
    return Person(
        id=PersonId(uuid4()),
        profile=a_profile(**facts),
        contact_points=points,
        registered_by=registered_by,
        version=1,
        updated_at=NOW,
    )


def a_registration(*wishes: ContactPointWish, **facts: Any) -> RegisterPerson:
    """The order to register a person."""
    return RegisterPerson(profile=a_profile(**facts), contact_points=wishes)


def a_case(**facts: Any) -> Case:
    """An open family that Amy of unit North holds."""
    ordinary = Case(
        id=CaseId(uuid4()),
        title="The L. family",
        time_zone=ZONE,
        external_id=None,
        access=CaseAccess(unit="north", assigned=frozenset({"amy"})),
        opened_at=NOW,
        closed_at=None,
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def a_placement(**facts: Any) -> Placement:
    """A child at home."""
    ordinary = Placement(
        entered_care_on=None,
        disposition_on=None,
        icwa_status=IcwaStatus.DOES_NOT_APPLY,
        placement_kind=PlacementKind.HOME,
        intensive_services=False,
    )
    return replace(ordinary, **facts)


def a_child(**facts: Any) -> Child:
    """A child of some family."""
    ordinary = Child(case_id=CaseId(uuid4()), person_id=PersonId(uuid4()), placement=a_placement(), version=1, updated_at=NOW)
    return replace(ordinary, **facts)


def a_standing(**facts: Any) -> Standing:
    """A grandmother in the inner circle."""
    ordinary = Standing(
        relationship=RelationshipKind.GRANDPARENT_MATERNAL,
        relationship_words="",
        side=Side.MATERNAL,
        circle=Circle.INNER,
        support_type=SupportType.INFORMAL,
        caregiver_of_concern=False,
    )
    return replace(ordinary, **facts)


def a_member(**facts: Any) -> Member:
    """A member of some family."""
    ordinary = Member(
        id=MemberId(uuid4()),
        case_id=CaseId(uuid4()),
        person_id=PersonId(uuid4()),
        standing=a_standing(),
        joined_at=NOW,
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def a_rule(**facts: Any) -> SeparationRule:
    """A rule that keeps two people apart, without an end."""
    first, second = pair(PersonId(uuid4()), PersonId(uuid4()))
    ordinary = SeparationRule(
        id=RuleId(uuid4()),
        case_id=CaseId(uuid4()),
        person_a=first,
        person_b=second,
        reason=SeparationReason.DV_SAFETY,
        until=None,
        set_at=NOW,
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)
