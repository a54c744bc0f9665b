"""Tables of circles: moves between them, relatives looked for and notified, and people who are alike and not the same."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.network.storage.tables.base import Base, of_case, of_member, of_person
from shared.db.base import CountyId


class CircleMoveRow(Base):
    """That a member came nearer, moved away, or was told more."""

    __tablename__ = "circle_moves"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    member_id: Mapped[UUID]
    moved_at: Mapped[datetime]
    moved_by: Mapped[str] = mapped_column(Text)
    circle_from: Mapped[str] = mapped_column(Text)
    circle_to: Mapped[str] = mapped_column(Text)
    knows_from: Mapped[str] = mapped_column(Text)
    knows_to: Mapped[str] = mapped_column(Text)

    __table_args__ = (of_member(), Index(None, "county_id", "member_id", "id"))


class LookedIntoRow(Base):
    """That a prompt of a family was looked into and nobody was found. `words` is the note, sealed with the case's key."""

    __tablename__ = "looked_into"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    prompt: Mapped[str] = mapped_column(Text, primary_key=True)
    county_id: Mapped[CountyId]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    looked_by: Mapped[str] = mapped_column(Text)
    looked_at: Mapped[datetime]

    __table_args__ = (of_case(),)


class KinNoticeRow(Base):
    """The notice to one relative about one child. `words` (the family's key) holds a worker's own, and why exempt."""

    __tablename__ = "kin_notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    child_id: Mapped[UUID]
    person_id: Mapped[UUID]
    relationship: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None]
    located_on: Mapped[date | None]
    notified_on: Mapped[date | None]
    method: Mapped[str | None] = mapped_column(Text)
    responded_on: Mapped[date | None]
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("case_id", "child_id", "person_id"),
        of_case(),
        *of_person("person_id"),
        ForeignKeyConstraint(["case_id", "child_id"], ["children.case_id", "children.person_id"]),
        Index(None, "county_id", "person_id"),
        Index(None, "county_id", "due_on", "id"),
    )


class KeptBothRow(Base):
    """That two people who are alike are not the same, and who decided so. `person_a` is the lesser id."""

    __tablename__ = "kept_both"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    person_a: Mapped[UUID] = mapped_column(primary_key=True)
    person_b: Mapped[UUID] = mapped_column(primary_key=True)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]

    __table_args__ = (*of_person("person_a", "person_b"),)
