"""Who may be shown a statement or a child's words. Nobody of the network sees any of it by being on the roster alone.

A juvenile case file is open to listed persons only (WIC 827), and members are not among them: an audience says with whom something
*may* be shared; that it was shared is a deed of its own, by somebody, on a day (DOMAIN §5.1).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from services.network.domain.caregivers import is_caregiver
from services.network.domain.members import Member, MemberId, MemberState, SupportType
from shared.kernel.access import Caller
from shared.kernel.errors import Fault, Invalid


class Visibility(StrEnum):
    """Who may see something (DOMAIN §6.5)."""

    SELF_ONLY = "self_only"
    NETWORK = "network"
    TEAM = "team"
    AGENCY = "agency"
    RESTRICTED_PERSONS = "restricted_persons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may be shown something; the members and staff count for `restricted_persons` alone."""

    visibility: Visibility
    member_ids: frozenset[MemberId] = frozenset()
    staff_ids: frozenset[str] = frozenset()


def check_audience(audience: Audience, present: Collection[MemberId]) -> None:
    """Refuse restricted words without anybody, names where everybody is meant, and members of other families."""
    named = audience.member_ids | audience.staff_ids
    restricted = audience.visibility is Visibility.RESTRICTED_PERSONS
    faults = []
    if restricted and not named:
        faults.append(Fault("needed_here", "Name at least one person who may see this.", pointer="#/member_ids"))
    if named and not restricted:
        faults.append(Fault("not_applicable", "Names go with restricted_persons. Leave them out.", pointer="#/member_ids"))
    if not audience.member_ids <= set(present):
        faults.append(Fault("not_of_this_family", "Choose members of this family's network.", pointer="#/member_ids"))
    if faults:
        raise Invalid(faults)


def admits_member(audience: Audience, member: Member) -> bool:
    """Say whether something may be shared with a member at all. Who was excluded is told nothing."""
    if member.state is MemberState.EXCLUDED:
        return False
    match audience.visibility:
        case Visibility.NETWORK:
            return True
        case Visibility.TEAM:
            return is_caregiver(member.standing) or member.standing.support_type is SupportType.FORMAL
        case Visibility.RESTRICTED_PERSONS:
            return member.id in audience.member_ids
        case _:
            return False


def admits_staff(audience: Audience, caller: Caller, *, recorded_by: str) -> bool:
    """Say whether staff who see the family may read this. What is for few is there for them and for who wrote it down."""
    if audience.visibility is Visibility.RESTRICTED_PERSONS:
        return caller.staff_id in audience.staff_ids | {recorded_by}
    return audience.visibility is not Visibility.SELF_ONLY or caller.staff_id == recorded_by
