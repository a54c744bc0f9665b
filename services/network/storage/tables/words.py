"""Tables of the words that everyone shares. Each `words` is sealed with the family's key; in clear are ids, kinds and days."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.network.storage.tables.base import Base, of_case, of_person
from shared.db.base import CountyId


def _of_statement(*columns: str) -> list[ForeignKeyConstraint]:
    """Say that these columns name statements of the row's own family."""
    there = ["statements.county_id", "statements.case_id", "statements.id"]
    return [ForeignKeyConstraint(["county_id", "case_id", column], there) for column in columns]


def _of_member(*columns: str) -> list[ForeignKeyConstraint]:
    """Say that these columns name members of the row's own county."""
    return [ForeignKeyConstraint(["county_id", column], ["members.county_id", "members.id"]) for column in columns]


class StatementRow(Base):
    """A statement: what it is now, and who may see it. Its words are in its versions; one that was retired is kept."""

    __tablename__ = "statements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    visibility: Mapped[str] = mapped_column(Text)
    member_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        UniqueConstraint("county_id", "case_id", "id"),
        Index(None, "county_id", "case_id", "updated_at", "id"),
    )


class StatementVersionRow(Base):
    """One version of a statement, never changed. `words` has the text, the dates, the language, and why it was moved."""

    __tablename__ = "statement_versions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    actor_id: Mapped[UUID | None]
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        *_of_statement("statement_id"),
        *_of_member("actor_id"),
        UniqueConstraint("county_id", "case_id", "id"),
        UniqueConstraint("statement_id", "number"),
    )


class StatementLinkRow(Base):
    """That a version of a safety goal answers another statement of its family."""

    __tablename__ = "statement_links"

    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    rank: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "case_id", "version_id"],
            ["statement_versions.county_id", "statement_versions.case_id", "statement_versions.id"],
            name="fk_statement_links_version",
        ),
        *_of_statement("statement_id"),
    )


class TellingRow(Base):
    """That a member was told one version of a statement."""

    __tablename__ = "tellings"

    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    told_on: Mapped[date]
    told_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]

    __table_args__ = (*_of_statement("statement_id"), *_of_member("member_id"), Index(None, "county_id", "member_id"))


class VoiceRow(Base):
    """A child's words by room, and who may see them."""

    __tablename__ = "child_voices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    child_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    said_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(Text)
    member_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    staff_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        *of_person("child_id"),
        UniqueConstraint("county_id", "case_id", "id"),
        Index(None, "county_id", "case_id", "updated_at", "id"),
    )


class VoiceReleaseRow(Base):
    """That a worker let a parent see a child's words; taken back, it is gone here and kept in the audit."""

    __tablename__ = "voice_releases"

    voice_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    released_at: Mapped[datetime]
    released_by: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "case_id", "voice_id"], ["child_voices.county_id", "child_voices.case_id", "child_voices.id"]
        ),
        *_of_member("member_id"),
    )


class ScalingAnswerRow(Base):
    """One person's answer on the scale; the number and a question in words are sealed."""

    __tablename__ = "scaling_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    person_id: Mapped[UUID]
    danger_id: Mapped[UUID | None]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    said_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        *of_person("person_id"),
        *_of_statement("danger_id"),
        Index(None, "county_id", "case_id", "said_on", "id"),
    )


class ProtectiveActRow(Base):
    """One act of protection; what was done is sealed."""

    __tablename__ = "protective_acts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    actor_id: Mapped[UUID]
    observer_id: Mapped[UUID]
    danger_id: Mapped[UUID]
    acted_on: Mapped[date]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        *_of_member("actor_id", "observer_id"),
        *_of_statement("danger_id"),
        Index(None, "county_id", "case_id", "acted_on", "id"),
    )


class CaseStepRow(Base):
    """One step of a case plan; what will be done is sealed."""

    __tablename__ = "case_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    owner_id: Mapped[UUID]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        *_of_member("owner_id"),
        UniqueConstraint("county_id", "case_id", "id"),
        Index(None, "county_id", "case_id", "updated_at", "id"),
    )


class CaseStepLinkRow(Base):
    """That a step of a case plan is about a statement of its family."""

    __tablename__ = "case_step_links"

    step_id: Mapped[UUID] = mapped_column(primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    rank: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "case_id", "step_id"], ["case_steps.county_id", "case_steps.case_id", "case_steps.id"], ondelete="CASCADE"
        ),
        *_of_statement("statement_id"),
    )
