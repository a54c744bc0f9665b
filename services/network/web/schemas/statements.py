"""Shapes of statements, of their versions and map, and of who was told."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.network.domain.audience import Audience, Visibility
from services.network.domain.members import MemberId
from services.network.domain.statements import Statement, StatementKind, Tense, Version, Wording, hints
from services.network.domain.telling import Telling
from services.network.use_cases.tell_statement import Told
from services.network.use_cases.word_commands import MoveStatement, WordingChanges, WriteStatement
from services.network.web.schemas.values import absent
from services.network.web.schemas.words import (
    HintOut,
    Links,
    Members,
    OptionalWords,
    Words,
    audience_from,
    hints_out,
    links_from,
)
from shared.web import fields
from shared.web.fields import Day, Instant, Language, Model, PageQuery

VersionNumber = Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]


class StatementIn(Model):
    """A statement for the map of a family.

    Of a harm or a danger, `text` is the caregiver's action and `impact` what it did, or may do, to the child. A harm says whether
    it is over (`tense`); a safety goal names its `actor_id`, a parent or caregiver, and `links` at least one danger or harm.
    Members see nothing by `visibility` alone: they see what they were told. Names of members go with `restricted_persons`.
    """

    kind: StatementKind
    text: Words
    language: Language = "en"
    impact: OptionalWords = ""
    tense: Tense | None = None
    happened_on: Day | None = None
    actor_id: fields.MemberId | None = None
    links: Links = Field(default_factory=list)
    visibility: Visibility = Visibility.NETWORK
    member_ids: Members = Field(default_factory=list)


class StatementPatch(Model):
    """What shall change about a statement: new words are its next version. Another kind is a move."""

    text: Words = absent()
    language: Language = absent()
    impact: OptionalWords = absent()
    tense: Tense | None = absent()
    happened_on: Day | None = absent()
    actor_id: fields.MemberId | None = absent()
    links: Links = absent()
    visibility: Visibility = absent()
    member_ids: Members = absent()


class MoveIn(Model):
    """Another kind for a statement, and why. What that kind needs and the statement does not have yet comes along."""

    kind: StatementKind
    why: Words
    text: Words = absent()
    impact: OptionalWords = absent()
    tense: Tense | None = absent()
    happened_on: Day | None = absent()
    actor_id: fields.MemberId | None = absent()
    links: Links = absent()


class StatementsQuery(PageQuery):
    """Which statements to list."""

    kind: StatementKind | None = None


class VersionOut(Model):
    """One version of a statement. `why` is there where it was moved to this kind."""

    number: int
    kind: StatementKind
    text: str
    language: str
    impact: str
    tense: Tense | None
    happened_on: date | None
    actor_id: fields.MemberId | None
    links: list[fields.StatementId]
    why: str
    written_at: Instant
    written_by: str


class StatementOut(VersionOut):
    """A statement in its newest version, with what may be asked about its words."""

    id: fields.StatementId
    case_id: fields.CaseId
    visibility: Visibility
    member_ids: list[fields.MemberId]
    hints: list[HintOut]
    updated_at: Instant
    etag: str


class ColumnOut(Model):
    """One column of the map."""

    kind: StatementKind
    items: list[StatementOut]


class MapOut(Model):
    """One page of the map of a family, oldest first: every kind has its column, the grey area too."""

    columns: list[ColumnOut]
    next: str | None = None


class ToldIn(Model):
    """Which version a member was told, and on which county-local day."""

    number: VersionNumber
    told_on: Day


class TellingOut(Model):
    """That a member was told one version."""

    member_id: fields.MemberId
    number: int
    told_on: date
    told_by: str
    recorded_at: Instant


class ToldOut(Model):
    """Who was told which version, newest first, and who is still to be told version `number`, the newest."""

    statement_id: fields.StatementId
    number: int
    told: list[TellingOut]
    still_to_tell: list[fields.MemberId]


def write_statement_from(body: StatementIn) -> WriteStatement:
    """Read the order to write a statement."""
    wording = Wording(
        text=body.text,
        language=body.language,
        impact=body.impact,
        tense=body.tense,
        happened_on=body.happened_on,
        actor_id=MemberId(body.actor_id) if body.actor_id else None,
        links=links_from(body.links),
    )
    return WriteStatement(kind=body.kind, wording=wording, audience=audience_from(body.visibility, body.member_ids))


def move_statement_from(body: MoveIn) -> MoveStatement:
    """Read the order to move a statement."""
    return MoveStatement(kind=body.kind, why=body.why, wording=wording_changes_from(body))


def wording_changes_from(body: StatementPatch | MoveIn) -> WordingChanges:
    """Read which parts of a wording shall change; the rest stays."""
    given = body.model_dump(exclude_unset=True, include=set(WordingChanges.__annotations__))
    if "links" in given:
        given["links"] = links_from(given["links"])
    changes: WordingChanges = given  # type: ignore[assignment]  # the members of a patch are those of a wording
    return changes


def patched_audience_from(body: StatementPatch, present: Audience) -> Audience | None:
    """Read who may see a statement from now on; None where the patch says nothing of it."""
    given = body.model_dump(exclude_unset=True, include={"visibility", "member_ids"})
    if not given:
        return None
    visibility = given.get("visibility", present.visibility)
    stays_restricted = visibility is Visibility.RESTRICTED_PERSONS and visibility is present.visibility
    return audience_from(visibility, given.get("member_ids", present.member_ids if stays_restricted else ()))


def statement_out(statement: Statement) -> StatementOut:
    """Write a statement."""
    return StatementOut(
        **version_out(statement.current).model_dump(),
        id=statement.id,
        case_id=statement.case_id,
        visibility=statement.audience.visibility,
        member_ids=sorted(statement.audience.member_ids),
        hints=hints_out(hints(statement.kind, statement.current.wording)),
        updated_at=statement.updated_at,
        etag=f'"{statement.version}"',
    )


def version_out(version: Version) -> VersionOut:
    """Write a version of a statement."""
    wording = version.wording
    return VersionOut(
        number=version.number,
        kind=version.kind,
        text=wording.text,
        language=wording.language,
        impact=wording.impact,
        tense=wording.tense,
        happened_on=wording.happened_on,
        actor_id=wording.actor_id,
        links=list(wording.links),
        why=version.why,
        written_at=version.written_at,
        written_by=version.written_by,
    )


def map_out(columns: dict[StatementKind, list[Statement]]) -> MapOut:
    """Write the map."""
    return MapOut(columns=[ColumnOut(kind=kind, items=[statement_out(each) for each in items]) for kind, items in columns.items()])


def told_out(told: Told) -> ToldOut:
    """Write who was told a statement."""
    return ToldOut(
        statement_id=told.statement.id,
        number=told.statement.current.number,
        told=[_telling_out(each) for each in told.tellings],
        still_to_tell=list(told.still_to_tell),
    )


def _telling_out(telling: Telling) -> TellingOut:
    return TellingOut(
        member_id=telling.member_id,
        number=telling.number,
        told_on=telling.told_on,
        told_by=telling.told_by,
        recorded_at=telling.recorded_at,
    )
