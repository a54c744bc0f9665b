"""Shapes of written releases, of what a member may see, and of separations that rest."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.releases import (
    PART2_NOTICE,
    RecordClass,
    Release,
    SignerCapacity,
    SigningMethod,
    ThingKind,
    Why,
)
from services.network.domain.separation import Override
from services.network.use_cases.release_commands import OverrideSeparation, SignRelease
from services.network.use_cases.see_sight import Sight
from shared.web import fields
from shared.web.fields import Day, Instant, Line, Model, PublicId, Text

ReleaseId = Annotated[UUID, PublicId("rel")]
VoiceId = Annotated[UUID, PublicId("voi")]
OverrideId = Annotated[UUID, PublicId("ovr")]
Reason = Annotated[str, Text(2_000, lines=True)]
Remark = Annotated[str, Text(2_000, lines=True, may_be_blank=True)]


class AskedClass(StrEnum):
    """The classes of records, and the one that people ask for in vain."""

    MEDICAL = "medical"
    MENTAL_HEALTH = "mental_health"
    SUD_PART2 = "sud_part2"
    SOCIAL_SERVICE = "social_service"
    EDUCATION = "education"
    ADOPTION = "adoption"


class AskedMethod(StrEnum):
    """The ways to sign, and the one that is none."""

    WET = "wet"
    E_SIGN = "e_sign"
    VERBAL = "verbal"


class ReleaseIn(Model):
    """A release as it was signed. `adoption` and `verbal` have refusals of their own, which say why.

    A release of `sud_part2` stands alone and names its recipients as the paper does.
    """

    signer_person_id: fields.PersonId
    signer_capacity: SignerCapacity
    covers_member_ids: list[fields.MemberId] = Field(min_length=1, max_length=50)
    record_classes: list[AskedClass] = Field(min_length=1, max_length=6)
    signed_on: Day
    method: AskedMethod
    recipients: list[Line] = Field(default_factory=list, max_length=50)
    note: Remark = ""


class RevokeIn(Model):
    """On which day the signer took a release back."""

    revoked_on: Day


class NoticeOut(Model):
    """Words that go with what is shown, and the law that wants them."""

    text: str
    source: str


class CoverOut(Model):
    """A member whom a release names; from `ended_on` they take part no longer."""

    member_id: fields.MemberId
    ended_on: date | None


class ReleaseOut(Model):
    """A release. It holds from `signed_on`, and no longer on `revoked_on`, or on `ended_on` when it ended by itself."""

    id: ReleaseId
    case_id: fields.CaseId
    signer_person_id: fields.PersonId
    signer_capacity: SignerCapacity
    covers: list[CoverOut]
    record_classes: list[RecordClass]
    method: SigningMethod
    signed_on: date
    recipients: list[str]
    note: str
    revoked_on: date | None
    ended_on: date | None
    active: bool
    notice: NoticeOut | None
    recorded_at: Instant
    updated_at: Instant
    etag: str


class SeenThingOut(Model):
    """Something of a kind that is the member's own, concerns them or was shared with them: whether they see it, and why."""

    kind: ThingKind
    allowed: bool
    because: Why


class SeenRecordsOut(Model):
    """Whether a member may see records of a class, and why; `notice` goes with them."""

    record_class: RecordClass
    allowed: bool
    because: Why
    notice: NoticeOut | None


class SeenStatementOut(Model):
    """A statement that a member was told, and which version."""

    statement_id: fields.StatementId
    number: int


class SightOut(Model):
    """What a member may see on a day. Something made for them may name the people in `may_name`, and nobody else.

    What is not listed is not for them, whatever the reason.
    """

    member_id: fields.MemberId
    person_id: fields.PersonId
    on: date
    takes_part: bool
    things: list[SeenThingOut]
    records: list[SeenRecordsOut]
    commitments: list[fields.CommitmentId]
    statements: list[SeenStatementOut]
    voices: list[VoiceId]
    may_name: list[fields.PersonId]


class OverrideIn(Model):
    """Why a separation rests, in words that stay with the family, and through which county-local day."""

    reason: Reason
    until: Day


class OverrideOut(Model):
    """That a separation rests in what network makes. Meetings keep the two apart all the same."""

    id: OverrideId
    case_id: fields.CaseId
    rule_id: fields.RuleId
    reason: str
    until: date
    given_by: str
    given_at: Instant


def sign_release_from(body: ReleaseIn) -> SignRelease:
    """Read the order to record a release."""
    return SignRelease(
        signer_person_id=PersonId(body.signer_person_id),
        signer_capacity=body.signer_capacity,
        covers_member_ids=tuple(MemberId(each) for each in body.covers_member_ids),
        record_classes=tuple(each.value for each in body.record_classes),
        method=body.method.value,
        signed_on=body.signed_on,
        recipients=tuple(body.recipients),
        note=body.note,
    )


def release_out(release: Release, today: date) -> ReleaseOut:
    """Write a release."""
    return ReleaseOut(
        id=release.id,
        case_id=release.case_id,
        signer_person_id=release.signer_person_id,
        signer_capacity=release.signer_capacity,
        covers=[CoverOut(member_id=each.member_id, ended_on=each.ended_on) for each in release.covers],
        record_classes=sorted(release.record_classes),
        method=release.method,
        signed_on=release.signed_on,
        recipients=list(release.recipients),
        note=release.note,
        revoked_on=release.revoked_on,
        ended_on=release.ended_on,
        active=bool(release.covered_on(today)),
        notice=part2_notice(RecordClass.SUD_PART2 in release.record_classes),
        recorded_at=release.recorded_at,
        updated_at=release.updated_at,
        etag=f'"{release.version}"',
    )


def sight_out(sight: Sight) -> SightOut:
    """Write what a member may see."""
    return SightOut(
        member_id=sight.viewer.member_id,
        person_id=sight.viewer.person_id,
        on=sight.on,
        takes_part=sight.viewer.takes_part,
        things=[SeenThingOut(kind=kind, allowed=why.allows, because=why) for kind, why in sight.things.items()],
        records=[
            SeenRecordsOut(
                record_class=each,
                allowed=why.allows,
                because=why,
                notice=part2_notice(why.allows and each is RecordClass.SUD_PART2),
            )
            for each, why in sight.records.items()
        ],
        commitments=list(sight.commitments),
        statements=[SeenStatementOut(statement_id=statement_id, number=number) for statement_id, number in sight.statements],
        voices=list(sight.voices),
        may_name=list(sight.may_name),
    )


def override_from(body: OverrideIn) -> OverrideSeparation:
    """Read the order to let a separation rest."""
    return OverrideSeparation(reason=body.reason, until=body.until)


def override_out(override: Override) -> OverrideOut:
    """Write an override."""
    return OverrideOut(
        id=override.id,
        case_id=override.case_id,
        rule_id=override.rule_id,
        reason=override.reason,
        until=override.until,
        given_by=override.given_by,
        given_at=override.given_at,
    )


def part2_notice(is_needed: bool) -> NoticeOut | None:
    """Write the notice that goes with what tells of treatment, where anything does."""
    return NoticeOut(text=PART2_NOTICE.text, source=PART2_NOTICE.source) if is_needed else None
