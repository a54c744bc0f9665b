"""Shapes of circles: qualities and vetting, moves, the prompt list, how a network stands, and relatives' notices."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.network.domain.kin_notices import OWED, KinNoticeState, NoticeChanges, NoticeMethod
from services.network.domain.members import (
    Circle,
    CircleMove,
    KnowsLevel,
    MemberState,
    Quality,
    SeenQuality,
    Vetting,
    VettingLimit,
    VettingOutcome,
    relationship_of,
)
from services.network.domain.people import PersonId
from services.network.domain.prompts import Answer, Prompt, PromptStatus
from services.network.domain.viability import SENTENCES, NetworkWarning, Viability
from services.network.use_cases.commands import TrackKinNotice
from services.network.use_cases.see_kin_notices import SeenNotice
from services.network.use_cases.see_qualities import SeenQualities
from services.network.web.schemas.roster import PersonSummary, QualityOut, StatementId, Words, quality_out, summary_out
from services.network.web.schemas.values import absent
from shared.web import fields
from shared.web.fields import Day, Instant, Line, Model, PageQuery, PublicId, Text

KinNoticeId = Annotated[UUID, PublicId("kin")]
Version = Annotated[int, Field(ge=1, le=100_000)]


class QualityIn(Model):
    """That a quality of a member was seen, today unless a day is given. `understands_concern` names what was shared."""

    seen_on: Day | None = None
    note: Words = ""
    statement_id: StatementId | None = None
    statement_version: Version | None = None


class DangerToldOut(Model):
    """That a member was told a danger statement: the newest version they were told, and on which county-local day."""

    statement_id: StatementId
    number: int
    told_on: date
    told_by: str


class QualitiesOut(Model):
    """What is on record of a member's four qualities; the fourth is `will_do_something`. `told` is of the family's dangers."""

    member_id: fields.MemberId
    person_id: fields.PersonId
    state: MemberState
    qualities: list[QualityOut]
    will_do_something: bool
    told: list[DangerToldOut]
    updated_at: Instant
    etag: str


class VettingIn(Model):
    """What looking into a member came to. `limits` go with suitable_with_limits; the limit `other` is said in words."""

    outcome: VettingOutcome
    limits: Annotated[list[VettingLimit], Field(max_length=len(VettingLimit))] = Field(default_factory=list)
    words: Words = ""


class CircleMoveOut(Model):
    """A move between circles, or in how much a member knows."""

    moved_at: Instant
    moved_by: str
    circle_from: Circle
    circle_to: Circle
    knows_from: KnowsLevel
    knows_to: KnowsLevel


class WarningOut(Model):
    """What a worker should know about a network."""

    code: NetworkWarning
    detail: str


class NetworkOut(Model):
    """How a family's network stands. `active_adults` are active, 18 or over, and no caregiver of concern."""

    case_id: fields.CaseId
    viable: bool
    active_adults: int
    warnings: list[WarningOut]
    by_circle: dict[Circle, int]
    by_state: dict[MemberState, int]


class LookedIntoIn(Model):
    """Where somebody looked, and found nobody."""

    note: Annotated[str, Text(2000, lines=True)]


class LookedIntoOut(Model):
    """That somebody looked and found nobody."""

    note: str
    looked_by: str
    looked_at: Instant


class PromptOut(Model):
    """One prompt of the list that finds forgotten people; `member_ids` are those who are there."""

    prompt: Prompt
    status: PromptStatus
    member_ids: list[fields.MemberId]
    looked_into: LookedIntoOut | None


class KinNoticeIn(Model):
    """A relative who is owed a notice about a child; both are registered people. With `located_on` they are located already."""

    child_id: fields.PersonId
    person_id: fields.PersonId
    relationship: Line
    located_on: Day | None = None
    note: Words = ""


class KinNoticePatch(Model):
    """What shall change about a notice: the state, with the days and words that go with it."""

    state: KinNoticeState = absent()
    located_on: Day | None = absent()
    notified_on: Day | None = absent()
    method: NoticeMethod | None = absent()
    responded_on: Day | None = absent()
    exempt_reason: Words | None = absent()
    note: Words | None = absent()


class KinNoticesQuery(PageQuery):
    """Which notices: those due before a county-local day; without one, all that are owed."""

    due_before: Day | None = None


class KinNoticeOut(Model):
    """The notice to one relative about one child. `due_on` follows from the day of entry into care by the rule of `source`."""

    id: KinNoticeId
    case_id: fields.CaseId
    child_id: fields.PersonId
    person_id: fields.PersonId
    person: PersonSummary
    relationship: str
    relationship_words: str
    state: KinNoticeState
    due_on: date | None
    owed: bool
    overdue: bool
    source: str | None
    located_on: date | None
    notified_on: date | None
    method: NoticeMethod | None
    responded_on: date | None
    exempt_reason: str
    note: str
    updated_at: Instant
    etag: str


def seen_quality_from(body: QualityIn, quality: Quality, *, by: str, today: date) -> SeenQuality:
    """Read that a quality was seen."""
    return SeenQuality(
        quality=quality,
        seen_on=body.seen_on or today,
        seen_by=by,
        note=body.note,
        statement_id=body.statement_id,
        statement_version=body.statement_version,
    )


def qualities_out(seen: SeenQualities) -> QualitiesOut:
    """Write what is on record of a member's qualities."""
    member = seen.member
    return QualitiesOut(
        member_id=member.id,
        person_id=member.person_id,
        state=member.state,
        qualities=[quality_out(each) for each in member.qualities],
        will_do_something=member.will_do_something,
        told=[
            DangerToldOut(statement_id=each.statement_id, number=each.number, told_on=each.told_on, told_by=each.told_by)
            for each in seen.told
        ],
        updated_at=member.updated_at,
        etag=f'"{member.version}"',
    )


def vetting_from(body: VettingIn, *, by: str, today: date) -> Vetting:
    """Read what looking into a member came to."""
    return Vetting(
        vetting=body.outcome,
        vetting_limits=frozenset(body.limits),
        vetting_words=body.words,
        vetted_on=today,
        vetted_by=by,
    )


def track_kin_notice_from(body: KinNoticeIn) -> TrackKinNotice:
    """Read the order to track a notice."""
    kind, words = relationship_of(body.relationship)
    return TrackKinNotice(
        child_id=PersonId(body.child_id),
        person_id=PersonId(body.person_id),
        relationship=kind,
        relationship_words=words,
        note=body.note,
        located_on=body.located_on,
    )


def notice_changes_from(body: KinNoticePatch) -> NoticeChanges:
    """Read the order to change a notice; null empties words."""
    given: NoticeChanges = body.model_dump(exclude_unset=True)  # type: ignore[assignment]  # names from the model
    if "exempt_reason" in given:
        given["exempt_reason"] = given["exempt_reason"] or ""
    if "note" in given:
        given["note"] = given["note"] or ""
    return given


def circle_move_out(move: CircleMove) -> CircleMoveOut:
    """Write a move."""
    return CircleMoveOut(
        moved_at=move.moved_at,
        moved_by=move.moved_by,
        circle_from=move.circle_from,
        circle_to=move.circle_to,
        knows_from=move.knows_from,
        knows_to=move.knows_to,
    )


def network_out(case_id: UUID, found: Viability) -> NetworkOut:
    """Write how a network stands."""
    return NetworkOut(
        case_id=case_id,
        viable=found.is_viable,
        active_adults=found.active_adults,
        warnings=[WarningOut(code=each, detail=SENTENCES[each]) for each in found.warnings],
        by_circle=found.by_circle,
        by_state=found.by_state,
    )


def prompt_out(answer: Answer) -> PromptOut:
    """Write a prompt."""
    looked = answer.looked_into
    return PromptOut(
        prompt=answer.prompt,
        status=answer.status,
        member_ids=list(answer.member_ids),
        looked_into=LookedIntoOut(note=looked.note, looked_by=looked.looked_by, looked_at=looked.looked_at) if looked else None,
    )


def kin_notice_out(seen: SeenNotice, today: date) -> KinNoticeOut:
    """Write a notice."""
    notice = seen.notice
    return KinNoticeOut(
        id=notice.id,
        case_id=notice.case_id,
        child_id=notice.child_id,
        person_id=notice.person_id,
        person=summary_out(seen.person, today),
        relationship=notice.relationship.value,
        relationship_words=notice.relationship_words,
        state=notice.state,
        due_on=notice.due_on,
        owed=notice.state in OWED,
        overdue=notice.is_overdue(today),
        source=notice.source,
        located_on=notice.located_on,
        notified_on=notice.notified_on,
        method=notice.method,
        responded_on=notice.responded_on,
        exempt_reason=notice.exempt_reason,
        note=notice.note,
        updated_at=notice.updated_at,
        etag=f'"{notice.version}"',
    )
