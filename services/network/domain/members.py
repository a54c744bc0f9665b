"""The members of a family's safety network: how each stands to the family, and how near."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from shared.events.network import MemberChanged, MemberJoined, MemberLeft

MemberId = NewType("MemberId", UUID)


class RelationshipKind(StrEnum):
    """How a member stands to the child (DOMAIN §6.3). The list is never a reason to refuse anybody: see `relationship_of`."""

    MOTHER = "mother"
    FATHER = "father"
    ALLEGED_FATHER = "alleged_father"
    STEPPARENT = "stepparent"
    GUARDIAN = "guardian"
    INDIAN_CUSTODIAN = "indian_custodian"
    GRANDPARENT_MATERNAL = "grandparent_maternal"
    GRANDPARENT_PATERNAL = "grandparent_paternal"
    AUNT_UNCLE = "aunt_uncle"
    ADULT_SIBLING = "adult_sibling"
    MINOR_SIBLING = "minor_sibling"
    COUSIN = "cousin"
    PARENT_OF_SIBLING = "parent_of_sibling"
    GODPARENT = "godparent"
    FAMILY_FRIEND = "family_friend"
    NEIGHBOR = "neighbor"
    TEACHER = "teacher"
    COACH = "coach"
    CLERGY = "clergy"
    EMPLOYER = "employer"
    NREFM = "nrefm"
    RESOURCE_PARENT = "resource_parent"
    TRIBAL_MEMBER = "tribal_member"
    SERVICE_PROVIDER = "service_provider"
    OTHER = "other"


class Side(StrEnum):
    """Through which parent a member belongs to the child."""

    MATERNAL = "maternal"
    PATERNAL = "paternal"
    BOTH = "both"
    NA = "na"


class Circle(StrEnum):
    """How near a member stands (Circles of Safety & Support). Moving inward is worth keeping: the audit holds each move."""

    INNER = "inner"
    MIDDLE = "middle"
    OUTER = "outer"
    NONE = "none"


class SupportType(StrEnum):
    """Family and friends are informal; those who are paid to help are formal, and leave one day."""

    INFORMAL = "informal"
    FORMAL = "formal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a member stands around the family. `relationship_words` are a worker's own, beside `other`.

    A caregiver of concern is on the roster and never counts as cover.
    """

    relationship: RelationshipKind
    relationship_words: str
    side: Side
    circle: Circle
    support_type: SupportType
    caregiver_of_concern: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person's place in one family's network, from joining to leaving; who comes back is a new member."""

    id: MemberId
    case_id: CaseId
    person_id: PersonId
    standing: Standing
    joined_at: datetime
    version: int
    updated_at: datetime


def relationship_of(text: str) -> tuple[RelationshipKind, str]:
    """Return the kind, and the words when the list does not have it: an unlisted relationship is never refused (DOMAIN §2.2)."""
    try:
        return RelationshipKind(text), ""
    except ValueError:
        return RelationshipKind.OTHER, text


def changes(before: Standing, after: Standing) -> dict[str, str]:
    """Return what changed, for the audit: the names of the fields, and the circle left and entered. No words of anybody's."""
    changed = [f.name for f in fields(Standing) if getattr(before, f.name) != getattr(after, f.name)]
    if not changed:
        return {}
    details = {"changed": ",".join(changed)}
    if before.circle is not after.circle:
        details |= {"circle_from": before.circle.value, "circle_to": after.circle.value}
    return details


def joined(member: Member, *, at: datetime) -> MemberJoined:
    """Say that a person joined the network."""
    return MemberJoined(**_facts(member), at=at)


def changed(member: Member, *, at: datetime) -> MemberChanged:
    """Say how a member stands now; all of it is given anew."""
    return MemberChanged(**_facts(member), at=at)


def left(member: Member, *, at: datetime) -> MemberLeft:
    """Say that a member left. Nobody else is told."""
    return MemberLeft(case_id=member.case_id, member_id=member.id, person_id=member.person_id, at=at)


def _facts(member: Member) -> Mapping[str, Any]:
    return {
        "case_id": member.case_id,
        "member_id": member.id,
        "person_id": member.person_id,
        "relationship": member.standing.relationship.value,
        "side": member.standing.side.value,
        "circle": member.standing.circle.value,
        "support_type": member.standing.support_type.value,
        "caregiver_of_concern": member.standing.caregiver_of_concern,
    }
