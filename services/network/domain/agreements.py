"""Who agreed to a plan, and how: on paper, electronically, or as a worker heard it with a witness (DOMAIN §2.4 row 23, §4.5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.caregivers import is_caregiver
from services.network.domain.cases import CaseId
from services.network.domain.commitments import PlanId
from services.network.domain.members import MemberId, Standing
from services.network.domain.people import Person, PersonId, age_on
from services.network.domain.plan_errors import WitnessNeeded
from shared.kernel.errors import Fault, Invalid

AgreementId = NewType("AgreementId", UUID)

ASKED_FROM_AGE = 12
"""Children of this age and over are asked too, as applicable (LA DCFS 0070-548.25). Whether it applies, people decide."""


class Capacity(StrEnum):
    """As whom somebody agrees."""

    PARENT = "parent"
    CAREGIVER = "caregiver"
    CHILD = "child"
    MEMBER = "member"
    TRIBE = "tribe"
    ATTORNEY = "attorney"
    OTHER = "other"


OF_THE_FAMILY = frozenset({Capacity.PARENT, Capacity.CAREGIVER})
"""At least one of these must have agreed before a plan comes into force."""


class AgreementMethod(StrEnum):
    """How somebody agreed; `recorded` is a worker's record, with a witness."""

    WET = "wet"
    E_SIGN = "e_sign"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """That somebody agreed to a plan as it then was.

    `void_at` is when it ceased to stand: the plan changed or was returned, and they are asked again, or they took it back.
    It names a member, or a child of the family, or in words somebody outside of the network.
    """

    id: AgreementId
    case_id: CaseId
    plan_id: PlanId
    member_id: MemberId | None
    child_id: PersonId | None
    name: str
    capacity: Capacity
    method: AgreementMethod
    witness: str
    signed_on: date
    recorded_at: datetime
    recorded_by: str
    void_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it is an agreement to the plan as it is now."""
        return self.void_at is None


def capacity_of(standing: Standing) -> Capacity:
    """Return as whom a member agrees."""
    return Capacity.CAREGIVER if is_caregiver(standing) else Capacity.MEMBER


def check_agreement(agreement: Agreement, *, members: Collection[MemberId], children: Collection[PersonId], today: date) -> None:
    """Refuse an agreement of nobody, of two at once, of somebody elsewhere, of a day to come, or heard by nobody."""
    faults = []
    if len([each for each in (agreement.member_id, agreement.child_id, agreement.name) if each]) != 1:
        detail = "Name one who agreed: a member, a child of the family, or somebody else by name."
        faults.append(Fault("one_signer", detail, pointer="#/member_id"))
    if agreement.member_id is not None and agreement.member_id not in members:
        faults.append(Fault("not_of_this_family", "Choose a member of this family's network.", pointer="#/member_id"))
    if agreement.child_id is not None and agreement.child_id not in children:
        faults.append(Fault("not_of_this_family", "Choose a child of this family.", pointer="#/child_id"))
    if agreement.signed_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/signed_on"))
    if faults:
        raise Invalid(faults)
    if agreement.method is AgreementMethod.RECORDED and not agreement.witness:
        raise WitnessNeeded


def taken_back(agreement: Agreement, *, now: datetime) -> Agreement:
    """Return the agreement as its signer took it back; what ended before ended then."""
    return agreement if agreement.void_at is not None else replace(agreement, void_at=now)


def is_agreed_by_family(agreements: Collection[Agreement]) -> bool:
    """Whether a parent or caregiver agrees to the plan as it is."""
    return any(each.stands and each.capacity in OF_THE_FAMILY for each in agreements)


def to_be_asked(
    children: Collection[Person], agreements: Collection[Agreement], people: Mapping[MemberId, PersonId], *, today: date
) -> list[PersonId]:
    """Return the children of 12 and over who have not agreed yet; one whose birth date nobody knows is not among them.

    `people` are those behind the family's members, for a child may be one.
    """
    standing = [each for each in agreements if each.stands]
    asked = {each.child_id for each in standing} | {people.get(each.member_id) for each in standing if each.member_id}
    return [
        child.id
        for child in children
        if child.id not in asked and child.profile.born_on is not None and age_on(child.profile.born_on, today) >= ASKED_FROM_AGE
    ]
