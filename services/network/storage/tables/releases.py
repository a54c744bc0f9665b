"""Tables of written releases, of separations that rest for a while, and of shares that end by themselves."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.network.storage.tables.base import Base, of_case, of_person
from shared.db.base import CountyId


class ReleaseRow(Base):
    """A signed release. `words` (sealed with the case's key) holds the recipients and the note.

    `signer_member_id` is the place by which the signer takes part; a child who signs has none. When a release ended by itself is
    read from the places of its people, never stored: nothing that forgets to run can leave one in force.
    """

    __tablename__ = "releases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    signer_person_id: Mapped[UUID]
    signer_member_id: Mapped[UUID | None]
    signer_capacity: Mapped[str] = mapped_column(Text)
    member_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    record_classes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    method: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[date]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    revoked_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        *of_person("signer_person_id"),
        Index(None, "county_id", "case_id", "updated_at", "id"),
    )


class OverrideRow(Base):
    """That a supervisor lets a separation rest. `reason` is sealed with the case's key."""

    __tablename__ = "separation_overrides"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    rule_id: Mapped[UUID]
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[date]
    given_by: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["county_id", "rule_id"], ["separation_rules.county_id", "separation_rules.id"]),
        Index(None, "county_id", "rule_id"),
    )


class ShareRow(Base):
    """One share of a family that ends by itself; `cases.shared_with` are those without an end. Every query looks at `ends_at`."""

    __tablename__ = "case_shares"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    staff_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date]
    ends_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        UniqueConstraint("case_id", "staff_id"),
        Index(None, "county_id", "staff_id"),
        Index(None, "county_id", "ends_at"),
    )
