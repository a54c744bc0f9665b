"""Tables of safety plans: threats, what plans require and say, who agreed, what was promised, what became of it, what lies open."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.network.storage.tables.base import Base, of_case, of_person
from shared.db.base import CountyId

WALL_TIME = TIMESTAMP(timezone=False)


def _of_plan() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["county_id", "plan_id"], ["plans.county_id", "plans.id"])


class PlanRow(Base):
    """One version of a family's safety plan. `words` (sealed with the case's key) holds what it says and its windows' names.

    `windows` are times and numbers only: id, wall times, zone, rule, adults. `supervisor_due_at` is until when a supervisor reviews
    it; `reminded_on` when staff were last told that a review is due.
    """

    __tablename__ = "plans"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    review_on: Mapped[date]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    replaces: Mapped[UUID | None]
    supervisor_due_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(Text)
    returned_at: Mapped[datetime | None]
    reminded_on: Mapped[date | None]
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "case_id", "updated_at", "id"),
        # The nightly look ahead takes those in force, the longest unlooked-at first.
        Index(
            "ix_plans_in_force",
            "county_id",
            "looked_at",
            postgresql_where=text("state IN ('active', 'at_risk', 'under_review')"),
        ),
    )


class ThreatRow(Base):
    """A safety threat as a worker typed it; its words and how it was resolved are sealed with the case's key."""

    __tablename__ = "threats"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    identified_on: Mapped[date]
    child_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    state: Mapped[str] = mapped_column(Text)
    resolved_on: Mapped[date | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "case_id", "updated_at", "id"),
    )


class StepRow(Base):
    """One step of a plan; what is done, when in words, and who heard the yes are sealed. One that was taken back is kept."""

    __tablename__ = "plan_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    owner_member_id: Mapped[UUID]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    due_on: Mapped[date | None]
    danger_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    threat_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        _of_plan(),
        ForeignKeyConstraint(["county_id", "owner_member_id"], ["members.county_id", "members.id"]),
        Index(None, "county_id", "plan_id", "id"),
    )


class AgreementRow(Base):
    """That somebody agreed to a plan. `words` has the name of somebody outside of the network, and who heard it."""

    __tablename__ = "plan_agreements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    child_id: Mapped[UUID | None]
    capacity: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    signed_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(Text)
    void_at: Mapped[datetime | None]

    __table_args__ = (
        of_case(),
        _of_plan(),
        ForeignKeyConstraint(["county_id", "member_id"], ["members.county_id", "members.id"]),
        *of_person("child_id"),
        Index(None, "county_id", "plan_id", "id"),
    )


class ReviewRow(Base):
    """One review of a plan; what was said is sealed."""

    __tablename__ = "plan_reviews"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    held_on: Mapped[date]
    outcome: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    review_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(Text)

    __table_args__ = (of_case(), _of_plan(), Index(None, "county_id", "plan_id", "id"))


class CommitmentRow(Base):
    """One promise of one member. `words` and `witness` are sealed with the case's key; wall times are in `time_zone`.

    The `ask_` columns and `gap_id` are a backup's: which gap it would fill, and until when it is waited for.
    """

    __tablename__ = "commitments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    member_id: Mapped[UUID]
    person_id: Mapped[UUID]
    commitment_class: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    danger_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    backups: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    time_zone: Mapped[str] = mapped_column(Text)
    starts_local: Mapped[datetime] = mapped_column(WALL_TIME)
    ends_local: Mapped[datetime] = mapped_column(WALL_TIME)
    rule: Mapped[str] = mapped_column(Text)
    excluded: Mapped[list[datetime]] = mapped_column(ARRAY(WALL_TIME))
    gap_id: Mapped[UUID | None]
    ask_state: Mapped[str | None] = mapped_column(Text)
    ask_answer_by: Mapped[datetime | None]
    offered_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None] = mapped_column(Text)
    witness: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_until: Mapped[datetime | None]
    contact_lost: Mapped[bool]
    revision: Mapped[int]
    sequence: Mapped[int]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        _of_plan(),
        *of_person("person_id"),
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "plan_id"),
        Index(None, "county_id", "person_id"),
        Index(None, "county_id", "member_id"),
        Index("ix_commitments_gap", "county_id", "gap_id", postgresql_where=text("gap_id IS NOT NULL")),
    )


class TurnRow(Base):
    """What became of one turn of a commitment, once anything is on record of it; `note` is sealed with the case's key."""

    __tablename__ = "turns"

    commitment_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    state: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "commitment_id"], ["commitments.county_id", "commitments.id"]),
        Index(None, "county_id", "commitment_id", "starts_at"),
    )


class GapRow(Base):
    """Time of a plan that too few protect. `open_spans` is what of it lies open; `reason` is sealed with the case's key.

    `look_at` is when the asking goes on by itself; None where only a change makes a look worth while.
    """

    __tablename__ = "gaps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    adults: Mapped[int]
    open_spans: Mapped[list[list[str]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    lost: Mapped[UUID | None]
    told: Mapped[str] = mapped_column(Text)
    look_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    accepted_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        _of_plan(),
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "plan_id", "starts_at"),
        Index(None, "county_id", "case_id"),
        Index("ix_gaps_due", "county_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )
