"""Who usually sits where at a family's table: a first proposal that staff change as they know better (DOMAIN §3.2)."""

from collections.abc import Collection, Iterable

from services.portal.domain.families import Child, Member

_ROLE_OF = {
    "mother": "parent",
    "father": "parent",
    "alleged_father": "parent",
    "stepparent": "parent",
    "guardian": "guardian",
    "indian_custodian": "indian_custodian",
    "grandparent_maternal": "extended_family",
    "grandparent_paternal": "extended_family",
    "aunt_uncle": "extended_family",
    "adult_sibling": "extended_family",
    "minor_sibling": "extended_family",
    "cousin": "extended_family",
    "parent_of_sibling": "extended_family",
    "teacher": "educator",
    "resource_parent": "current_caregiver",
    "tribal_member": "tribal_representative",
    "service_provider": "service_provider",
}
PARENTS = frozenset({"mother", "father", "alleged_father", "stepparent", "guardian", "indian_custodian"})
CAREGIVERS = PARENTS | {"resource_parent"}
"""Who agrees to a plan for the family: parents, and those who bring the child up in their place."""

_RELATIVES = frozenset({"grandparent_maternal", "grandparent_paternal", "aunt_uncle", "adult_sibling", "cousin", "nrefm"})

TEAM_ROLES = (
    "parent",
    "guardian",
    "indian_custodian",
    "current_caregiver",
    "child",
    "youth",
    "nmd",
    "extended_family",
    "informal_support",
    "tribal_representative",
    "placing_agency_worker",
    "supervisor",
    "education_rights_holder",
    "educator",
    "casa",
    "service_provider",
    "county_mental_health_rep",
    "icc_coordinator",
    "regional_center_rep",
    "ffa_rep",
    "strtp_rep",
    "sud_professional",
    "probation_officer",
    "attorney_child",
    "attorney_parent",
    "county_counsel",
    "coach_observer",
    "childcare_support",
    "security",
)
"""The roles that staff may choose; facilitator and interpreter come from the county's pools."""

REQUIRED = frozenset(
    {
        "parent",
        "guardian",
        "indian_custodian",
        "current_caregiver",
        "tribal_representative",
        "placing_agency_worker",
        "youth",
        "nmd",
    }
)
"""A child under twelve is invited through whoever cares for the child, and is not asked to answer."""

_TELLERS = ("current_caregiver", "indian_custodian", "guardian", "parent", "extended_family")


def suggested_role(member: Member, children: tuple[Child, ...]) -> str:
    """Return the seat a member most likely takes. Of a child placed with kin, the caregiver is a relative of the inner circle."""
    placements = {child.placement_kind for child in children}
    if member.relationship in _RELATIVES and member.circle == "inner" and placements & {"relative", "nrefm"}:
        return "current_caregiver"
    return _ROLE_OF.get(member.relationship, "informal_support")


def role_of_child(child: Child) -> str:
    """Return a child's own seat: a child until twelve, then a youth; somebody of age is a nonminor dependent."""
    if not child.person.is_minor:
        return "nmd"
    return "child" if child.person.is_young else "youth"


def is_required(role: str) -> bool:
    """Whether a meeting of this family usually cannot be held without this seat."""
    return role in REQUIRED


def teller(seats: Iterable[tuple[str, str]], never: Collection[str] = ()) -> str | None:
    """Return who of those invited (role, person) tells a young child: whoever cares for the child; never one of `never`."""
    by_role = {role: person_id for role, person_id in reversed(tuple(seats)) if person_id not in never}
    return next((by_role[role] for role in _TELLERS if role in by_role), None)
