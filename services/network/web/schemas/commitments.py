"""Shapes of promises: what is offered to a member, what they said, and how it stands."""

from typing import Literal

from pydantic import Field

from services.network.domain.commitments import AnswerSource, AskState, Commitment, CommitmentState, Promise
from services.network.domain.members import MemberId
from services.network.domain.recurrence import spell_rule
from services.network.use_cases.change_commitment import CommitmentChanges
from services.network.use_cases.plan_commands import GiveAnswer, OfferCommitment, Said
from services.network.web.schemas.times import Sentence, TimesIn, pattern_from
from services.network.web.schemas.values import absent
from shared.events.network import CommitmentClass
from shared.web import fields
from shared.web.fields import Instant, LocalTime, Model, OptionalLine


class CommitmentIn(TimesIn):
    """A promise to offer to a member: a verb phrase in their own words. `backups` are members, asked in this order.

    With a `witness`, who heard it, the member has said yes here: it is promised at once, and they are told of that alone.
    """

    member_id: fields.MemberId
    action: Sentence
    place: OptionalLine = ""
    commitment_class: CommitmentClass
    danger_ids: list[fields.StatementId] = Field(default_factory=list, max_length=20)
    backups: list[fields.MemberId] = Field(default_factory=list, max_length=10)
    witness: OptionalLine = ""


class CommitmentPatch(Model):
    """What shall change about a promise; other times are another promise. `contact_lost` false says that they can be reached."""

    action: Sentence = absent()
    place: OptionalLine = absent()
    danger_ids: list[fields.StatementId] = absent()
    backups: list[fields.MemberId] = absent()
    contact_lost: Literal[False] = absent()


class AskOut(Model):
    """What makes a promise a backup's."""

    gap_id: fields.GapId
    state: AskState
    answer_by: Instant


class CommitmentOut(Model):
    """A promise as it stands. `excluded` are local starts of turns that its member cannot do."""

    id: fields.CommitmentId
    case_id: fields.CaseId
    plan_id: fields.PlanId
    member_id: fields.MemberId
    person_id: fields.PersonId
    state: CommitmentState
    commitment_class: CommitmentClass
    action: str
    place: str
    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: str
    repeats: str
    excluded: list[LocalTime]
    danger_ids: list[fields.StatementId]
    backups: list[fields.MemberId]
    ask: AskOut | None
    accepted_at: Instant | None
    accepted_by: AnswerSource | None
    witness: str
    contact_lost: bool
    offered_at: Instant
    updated_at: Instant
    etag: str


class AnswerIn(Model):
    """What a member said, as a worker records it: a promise that was spoken needs a witness.

    `turn_starts_at` names the time an answer is about, `until` how long a backup can stay.
    """

    said: Said
    witness: OptionalLine = ""
    note: OptionalLine = ""
    turn_starts_at: Instant | None = None
    until: Instant | None = None


def offer_from(body: CommitmentIn, zone: str) -> OfferCommitment:
    """Read the order to offer a promise."""
    return OfferCommitment(
        member_id=MemberId(body.member_id),
        promise=Promise(
            action=body.action,
            place=body.place,
            commitment_class=body.commitment_class,
            pattern=pattern_from(body, zone),
            danger_ids=tuple(body.danger_ids),
            backups=tuple(MemberId(each) for each in body.backups),
        ),
        witness=body.witness,
    )


def commitment_changes_from(body: CommitmentPatch) -> CommitmentChanges:
    """Read what shall change about a promise."""
    changes: CommitmentChanges = body.model_dump(exclude_unset=True)  # type: ignore[assignment]  # its members, as they are named
    for name in ("danger_ids", "backups"):
        if name in changes:
            changes[name] = tuple(changes[name])
    return changes


def answer_from(body: AnswerIn) -> GiveAnswer:
    """Read an answer that a worker records."""
    return GiveAnswer(
        said=body.said,
        source=AnswerSource.RECORDED,
        witness=body.witness,
        note=body.note,
        turn_starts_at=body.turn_starts_at,
        until=body.until,
    )


def commitment_out(commitment: Commitment) -> CommitmentOut:
    """Write a promise."""
    promise, ask = commitment.promise, commitment.ask
    return CommitmentOut(
        id=commitment.id,
        case_id=commitment.case_id,
        plan_id=commitment.plan_id,
        member_id=commitment.member_id,
        person_id=commitment.person_id,
        state=commitment.state,
        commitment_class=promise.commitment_class,
        action=promise.action,
        place=promise.place,
        starts_local=promise.pattern.starts_local,
        ends_local=promise.pattern.ends_local,
        time_zone=promise.pattern.time_zone,
        repeats=spell_rule(promise.pattern.rule),
        excluded=sorted(commitment.excluded),
        danger_ids=list(promise.danger_ids),
        backups=list(promise.backups),
        ask=AskOut(gap_id=ask.gap_id, state=ask.state, answer_by=ask.answer_by) if ask else None,
        accepted_at=commitment.accepted_at,
        accepted_by=commitment.accepted_by,
        witness=commitment.witness,
        contact_lost=commitment.contact_lost,
        offered_at=commitment.offered_at,
        updated_at=commitment.updated_at,
        etag=f'"{commitment.version}"',
    )
