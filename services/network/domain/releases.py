"""Written releases, and what a member of a family's network may see because of them, or without them.

WIC 832: whoever has the power to consent signs for members who are named, for classes of records, and only for as long as all of
them take part. WIC 827: a member of the network may not inspect a juvenile case file; what is theirs and what was shared with them
on purpose is all they see without a release.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.release_errors import (
    AdoptionNeverReleased,
    NotOfThisFamily,
    Part2NamesRecipients,
    Part2StandsAlone,
    ReleaseAcrossSeparation,
    ReleaseEnded,
    ReleaseNotWritten,
    RevokedBeforeSigned,
    SignedLater,
)
from services.network.domain.separation import Apart, kept_apart
from shared.events.network import ReleaseRevoked, ReleaseSigned

ReleaseId = NewType("ReleaseId", UUID)


class RecordClass(StrEnum):
    """What a release may open (DOMAIN §5.1). Adoption records are not among them and never will be."""

    MEDICAL = "medical"
    MENTAL_HEALTH = "mental_health"
    SUD_PART2 = "sud_part2"
    SOCIAL_SERVICE = "social_service"
    EDUCATION = "education"


ADOPTION = "adoption"


class SignerCapacity(StrEnum):
    """By what power somebody signs."""

    SELF = "self"
    PARENT = "parent"
    GUARDIAN = "guardian"
    ATTORNEY_FOR_CHILD = "attorney_for_child"
    OTHER_AUTHORIZED = "other_authorized"


class SigningMethod(StrEnum):
    """How it was signed: always in writing."""

    WET = "wet"
    E_SIGN = "e_sign"


VERBAL = "verbal"


@dataclass(frozen=True, slots=True)
class LegalNotice:
    """Words that a law makes travel with a disclosure, and the law."""

    text: str
    source: str


PART2_NOTICE = LegalNotice(
    text="42 CFR part 2 prohibits unauthorized use or disclosure of these records.", source="42 CFR 2.32(a)(2)"
)
"""Goes with everything that a Part 2 release opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """One member whom a release names. From `ended_on` they take part no longer; who comes back is a new member, not named here."""

    member_id: MemberId
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A signed release. Dates are of the family's zone; it holds from `signed_on` and no longer on `revoked_on` or `ended_on`.

    `ended_on` is when the signer ceased to take part, or work with the family ended. `recipients` and `note` are words.
    """

    id: ReleaseId
    case_id: CaseId
    signer_person_id: PersonId
    signer_capacity: SignerCapacity
    covers: tuple[Cover, ...]
    record_classes: frozenset[RecordClass]
    method: SigningMethod
    signed_on: date
    recipients: tuple[str, ...]
    note: str
    revoked_on: date | None
    ended_on: date | None
    recorded_at: datetime
    version: int
    updated_at: datetime

    def stands(self, on: date) -> bool:
        """Whether it is signed, not taken back, and its signer takes part."""
        return self.signed_on <= on and all(end is None or on < end for end in (self.revoked_on, self.ended_on))

    def covered_on(self, on: date) -> frozenset[MemberId]:
        """Return the members whom it covers on a day."""
        if not self.stands(on):
            return frozenset()
        return frozenset(each.member_id for each in self.covers if each.ended_on is None or on < each.ended_on)


def covered(releases: Iterable[Release], member_id: MemberId, record_class: RecordClass, on: date) -> bool:
    """Say whether a member may receive records of a class on a county-local day: only if a release that holds names them."""
    return any(record_class in each.record_classes and member_id in each.covered_on(on) for each in releases)


# What a member may see


class ThingKind(StrEnum):
    """What could be shown to a member."""

    COMMITMENT = "commitment"
    LOGISTICS = "logistics"
    STATEMENT = "statement"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing that could be shown to a member.

    `members` are those whose own it is (a commitment), whom it concerns (logistics), or with whom it was shared on purpose (a
    statement). `record_class` says what records it speaks of, `is_sud_part2` that it carries that tag. `tells_of` are the people
    whose existence, times or words it would give away.
    """

    kind: ThingKind
    members: frozenset[MemberId] = frozenset()
    record_class: RecordClass | None = None
    is_sud_part2: bool = False
    tells_of: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A member for whom something is made, and whom they are kept apart from. Without `takes_part` they see only what is theirs."""

    member_id: MemberId
    person_id: PersonId
    takes_part: bool = True
    apart: tuple[Apart, ...] = field(default=())


class Why(StrEnum):
    """Why a member may see a thing, or may not."""

    OWN = "own"
    CONCERNS_THEM = "concerns_them"
    SHARED_WITH_THEM = "shared_with_them"
    RELEASE = "release"
    NOT_THEIRS = "not_theirs"
    NO_RELEASE = "no_release"
    NO_PART2_CONSENT = "no_part2_consent"
    TAKES_NO_PART = "takes_no_part"

    @property
    def allows(self) -> bool:
        """Whether it is a reason to show."""
        return self in _REASONS_TO_SHOW


_REASONS_TO_SHOW = frozenset({Why.OWN, Why.CONCERNS_THEM, Why.SHARED_WITH_THEM, Why.RELEASE})
_BY_BEING_NAMED = {
    ThingKind.COMMITMENT: Why.OWN,
    ThingKind.LOGISTICS: Why.CONCERNS_THEM,
    ThingKind.STATEMENT: Why.SHARED_WITH_THEM,
}


def may_see(viewer: Viewer, thing: Thing, releases: Iterable[Release], *, on: date) -> bool:
    """Say whether something made for a member may hold a thing."""
    return why(viewer, thing, releases, on=on).allows


def why(viewer: Viewer, thing: Thing, releases: Iterable[Release], *, on: date) -> Why:
    """Return why a member may see a thing on a county-local day, or why not.

    What would give away somebody kept apart is refused in the same words as what was never shared: the answer itself tells nothing.
    """
    is_named = viewer.member_id in thing.members
    if not viewer.takes_part and not (is_named and thing.kind is ThingKind.COMMITMENT):
        return Why.TAKES_NO_PART
    gives_away = any(kept_apart(viewer.apart, viewer.person_id, person_id, on) for person_id in thing.tells_of)
    is_record = thing.kind is ThingKind.RECORD
    if not is_record and (gives_away or not is_named):
        return Why.NOT_THEIRS
    needed = _classes_of(thing)
    usable = [each for each in releases if not kept_apart(viewer.apart, viewer.person_id, each.signer_person_id, on)]
    is_released = all(covered(usable, viewer.member_id, each, on) for each in needed)
    if not is_released or (is_record and (gives_away or not needed)):
        return Why.NO_PART2_CONSENT if RecordClass.SUD_PART2 in needed else Why.NO_RELEASE
    return Why.RELEASE if is_record else _BY_BEING_NAMED[thing.kind]


def _classes_of(thing: Thing) -> set[RecordClass]:
    tagged = {RecordClass.SUD_PART2} if thing.is_sud_part2 else set()
    return tagged if thing.record_class is None else tagged | {thing.record_class}


# Signing and taking back


def classes_of(names: Iterable[str]) -> frozenset[RecordClass]:
    """Read the classes of a release. Raises AdoptionNeverReleased, Part2StandsAlone."""
    wanted = frozenset(names)
    if ADOPTION in wanted:
        raise AdoptionNeverReleased
    classes = frozenset(RecordClass(each) for each in wanted)
    if RecordClass.SUD_PART2 in classes and len(classes) > 1:
        raise Part2StandsAlone
    return classes


def method_of(name: str) -> SigningMethod:
    """Read how a release was signed. Raises ReleaseNotWritten."""
    if name == VERBAL:
        raise ReleaseNotWritten
    return SigningMethod(name)


def check_signable(release: Release, *, members: Iterable[MemberId], signers: Iterable[PersonId], today: date) -> None:
    """Refuse a release dated later, of or for somebody who takes no part, or of treatment records without recipients."""
    if release.signed_on > today:
        raise SignedLater
    if release.signer_person_id not in set(signers) or not {each.member_id for each in release.covers} <= set(members):
        raise NotOfThisFamily
    if RecordClass.SUD_PART2 in release.record_classes and not release.recipients:
        raise Part2NamesRecipients


def check_not_apart(signer: PersonId, named: Iterable[PersonId], apart: Collection[Apart], *, today: date) -> None:
    """Refuse a release by which something would pass between two people who are kept apart."""
    if any(kept_apart(apart, signer, person_id, today) for person_id in named):
        raise ReleaseAcrossSeparation


def revoked(release: Release, on: date, *, today: date, now: datetime) -> Release:
    """Return the release taken back by its signer; it ends once. Raises ReleaseEnded, SignedLater, RevokedBeforeSigned."""
    if release.revoked_on is not None or release.ended_on is not None:
        raise ReleaseEnded
    if on > today:
        raise SignedLater
    if on < release.signed_on:
        raise RevokedBeforeSigned
    return replace(release, revoked_on=on, version=release.version + 1, updated_at=now)


def ended_by_leaving(releases: Iterable[Release], member_id: MemberId, person_id: PersonId, *, today: date) -> list[Release]:
    """Return the releases that end when a member leaves: those they signed, and those that cover nobody else."""
    return [
        each
        for each in releases
        if each.stands(today) and (each.signer_person_id == person_id or each.covered_on(today) == {member_id})
    ]


def was_signed(release: Release, *, at: datetime) -> ReleaseSigned:
    """Say which members may receive records of which classes."""
    return ReleaseSigned(
        case_id=release.case_id,
        release_id=release.id,
        signer_person_id=release.signer_person_id,
        member_ids=tuple(each.member_id for each in release.covers),
        record_classes=tuple(sorted(release.record_classes)),
        at=at,
    )


def was_revoked(release: Release, *, at: datetime) -> ReleaseRevoked:
    """Say that a release holds no longer; never why."""
    return ReleaseRevoked(case_id=release.case_id, release_id=release.id, at=at)
