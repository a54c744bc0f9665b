"""The members of a family's safety network: how each stands to the family, how near, and what has been seen of them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
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
    """How near a member stands (Circles of Safety & Support). Each move is kept (`CircleMove`)."""

    INNER = "inner"
    MIDDLE = "middle"
    OUTER = "outer"
    NONE = "none"


class SupportType(StrEnum):
    """Family and friends are informal; those who are paid to help are formal, and leave one day."""

    INFORMAL = "informal"
    FORMAL = "formal"


class KnowsLevel(StrEnum):
    """How much of what happened a member knows. It is not the circle: authors differ, so these are two facts (DOMAIN §4.4)."""

    EVERYTHING = "everything"
    SOME = "some"
    NOTHING = "nothing"


class MemberState(StrEnum):
    """How far a member has come (DOMAIN §6.5). `domain/qualities.py` derives it; only what is set aside is said by people."""

    IDENTIFIED = "identified"
    CONTACTED = "contacted"
    MET_AGENCY = "met_agency"
    INFORMED_OF_CONCERN = "informed_of_concern"
    COMMITTED = "committed"
    ACTIVE = "active"
    PAUSED = "paused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"
    LEFT = "left"


class SetAside(StrEnum):
    """Why a member does not count for now, as people said it; leaving is the end of the place itself."""

    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


class Quality(StrEnum):
    """What makes somebody part of a safety network (SOP Quick Guide; DOMAIN §2.2). The fourth follows from their commitments."""

    CARES = "cares"
    WILLING_TO_MEET = "willing_to_meet"
    UNDERSTANDS_CONCERN = "understands_concern"
    WILL_DO_SOMETHING = "will_do_something"


class VettingOutcome(StrEnum):
    """What looking into a member came to. A past alone excludes nobody: limits are what it is for (DOMAIN §4.4)."""

    NOT_VETTED = "not_vetted"
    SUITABLE = "suitable"
    SUITABLE_WITH_LIMITS = "suitable_with_limits"
    UNSUITABLE = "unsuitable"


class VettingLimit(StrEnum):
    """What a suitable member shall not do. Only `no_protective` keeps them from being cover at all."""

    NOT_OVERNIGHT = "not_overnight"
    NOT_ALONE = "not_alone"
    NOT_DRIVING = "not_driving"
    NO_PROTECTIVE = "no_protective"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenQuality:
    """That a quality was seen: on which county-local day, by whom, and a worker's note.

    For `understands_concern` it names the danger statement and the version that was shared; `needs_refresh` says that there is a
    newer one, which the member has to be told.
    """

    quality: Quality
    seen_on: date
    seen_by: str
    note: str = ""
    statement_id: UUID | None = None
    statement_version: int | None = None
    needs_refresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetting:
    """What looking into a member came to, when and by whom. `vetting_words` go with the limit `other`, or explain."""

    vetting: VettingOutcome = VettingOutcome.NOT_VETTED
    vetting_limits: frozenset[VettingLimit] = frozenset()
    vetting_words: str = ""
    vetted_on: date | None = None
    vetted_by: str = ""


NOT_VETTED = Vetting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a member stands around the family. `relationship_words` are a worker's own, beside `other`.

    A caregiver of concern is on the roster and never counts as cover. Days are county-local.
    """

    relationship: RelationshipKind
    relationship_words: str
    side: Side
    circle: Circle
    support_type: SupportType
    caregiver_of_concern: bool
    knows_level: KnowsLevel = KnowsLevel.NOTHING
    contacted_on: date | None = None
    met_agency_on: date | None = None
    set_aside: SetAside | None = None
    set_aside_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person's place in one family's network, from joining to leaving; who comes back is a new member.

    `qualities` are those that hold now; the fourth, `will_do_something`, follows from the member's commitments. `was_active` says
    that once all four held: who loses one has lapsed rather than gone back.
    """

    id: MemberId
    case_id: CaseId
    person_id: PersonId
    standing: Standing
    joined_at: datetime
    version: int
    updated_at: datetime
    qualities: tuple[SeenQuality, ...] = ()
    will_do_something: bool = False
    vetting: Vetting = NOT_VETTED
    state: MemberState = MemberState.IDENTIFIED
    was_active: bool = False

    def seen(self, quality: Quality) -> SeenQuality | None:
        """Return what is on record of a quality that holds."""
        return next((each for each in self.qualities if each.quality is quality), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleMove:
    """That a member came nearer, moved away, or was told more: when and by whom, from where to where."""

    id: UUID
    moved_at: datetime
    moved_by: str
    circle_from: Circle
    circle_to: Circle
    knows_from: KnowsLevel
    knows_to: KnowsLevel


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
        "knows_level": member.standing.knows_level.value,
        "state": member.state.value,
    }
