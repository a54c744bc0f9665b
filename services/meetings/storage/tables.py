"""The tables of meetings. Every row names its county, and the county wall of PostgreSQL stands in front of each table.

Columns marked sealed hold AES-GCM boxes. Nothing here is a name, an address or a reason in clear: people are ids. The first part
are our own copies of what network announces; references carry the county, so that no row can point into another one.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, BigInteger, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db.base import TYPES, CountyId, new_metadata
from shared.db.history import HISTORY

WALL_TIME = TIMESTAMP(timezone=False)
"""Wall time: its zone stands in the column beside it."""


class Base(DeclarativeBase):
    """The tables of meetings."""

    metadata = new_metadata()
    type_annotation_map = TYPES


HISTORY.to_metadata(Base.metadata)


# What network told us


class FamilyRow(Base):
    """A family and who holds it, as said by the fact that stands in network's log at `access_position`."""

    __tablename__ = "families"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    time_zone: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    assigned: Mapped[list[str]] = mapped_column(ARRAY(Text))
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text))
    closed_at: Mapped[datetime | None]
    access_position: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (Index(None, "county_id", "unit"),)


class MemberRow(Base):
    """A member of a family's network. The row of whoever left stays, so that a fact replayed late brings nobody back."""

    __tablename__ = "members"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    person_id: Mapped[UUID]
    left_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "county_id", "case_id"), Index(None, "county_id", "person_id"))


class ChildRow(Base):
    """A child of a family's work, with the facts on which due dates and seats rest.

    `position` is the place in network's log of the fact that this repeats, here as in the other copies: facts stand there in the
    order in which they became true, and a transaction that began earlier may have waited for its turn.
    """

    __tablename__ = "children"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    entered_care_on: Mapped[date | None]
    disposition_on: Mapped[date | None]
    icwa_status: Mapped[str] = mapped_column(Text)
    placement_kind: Mapped[str] = mapped_column(Text)
    intensive_services: Mapped[bool]
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (Index(None, "county_id", "child_id"),)


class PersonRow(Base):
    """What finding a time needs to know of a person. `email_lookups` are keyed hashes, as network made them."""

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    time_zone: Mapped[str] = mapped_column(Text)
    is_minor: Mapped[bool]
    spoken_language: Mapped[str] = mapped_column(Text)
    interpreter_needed: Mapped[bool]
    staff_id: Mapped[str | None] = mapped_column(Text)
    email_lookups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (Index(None, "county_id", "staff_id"),)


class SeparationRow(Base):
    """Two people who must never meet. The row of a rule that was lifted stays, so that a fact replayed late does not set it."""

    __tablename__ = "separations"

    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    person_a: Mapped[UUID]
    person_b: Mapped[UUID]
    until: Mapped[date | None]
    overridable: Mapped[bool]
    lifted_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "county_id", "person_a"), Index(None, "county_id", "person_b"))


# Who and what can be had, and when


class ResourceRow(Base):
    """A facilitator, room or interpreter. `name` is sealed with the key of the person, or of the resource itself."""

    __tablename__ = "resources"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID | None]
    staff_id: Mapped[str | None] = mapped_column(Text)
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    capacity: Mapped[int]
    site: Mapped[str] = mapped_column(Text)
    modes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    notice_working_days: Mapped[int]
    daily_limit: Mapped[int | None]
    retired_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "kind"),
        Index(None, "county_id", "staff_id"),
        Index(None, "county_id", "person_id"),
    )


class UsualHoursRow(Base):
    """The hours of a week of a person or a resource: `weekly` is a list of [weekday, from, until]."""

    __tablename__ = "usual_hours"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    time_zone: Mapped[str] = mapped_column(Text)
    weekly: Mapped[list[Any]] = mapped_column(JSONB)
    updated_at: Mapped[datetime]


class UnavailabilityRow(Base):
    """A stretch of wall time in which somebody cannot come, or would rather not; the instants beside it are for searching."""

    __tablename__ = "unavailabilities"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    subject_id: Mapped[UUID]
    starts_local: Mapped[datetime] = mapped_column(WALL_TIME)
    ends_local: Mapped[datetime] = mapped_column(WALL_TIME)
    time_zone: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    hard: Mapped[bool]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (Index(None, "county_id", "subject_id", "ends_at"),)


class CalendarRow(Base):
    """A calendar from which a person's busy times are read. `url` is sealed with the person's key; an uploaded one has none."""

    __tablename__ = "calendars"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    person_id: Mapped[UUID]
    url: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    failures: Mapped[int]
    fetched_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    linked_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "person_id"),
        Index(None, "county_id", "next_at"),
    )


class BusyRow(Base):
    """A stretch in which a calendar says its owner is busy. Nothing else of the calendar is kept."""

    __tablename__ = "busy_blocks"

    calendar_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    person_id: Mapped[UUID]
    hard: Mapped[bool]

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "calendar_id"], ["calendars.county_id", "calendars.id"], ondelete="CASCADE"),
        Index(None, "county_id", "person_id", "ends_at"),
    )


# Meetings


class MeetingRow(Base):
    """A meeting at its present revision. `place`, `after_due_reason` and `waivers` are sealed with the meeting's key.

    `version` counts every change, answers too; with the revision it is the etag.
    """

    __tablename__ = "meetings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    county_slug: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    children: Mapped[list[UUID]] = mapped_column(ARRAY(UuidType()))
    state: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    sequence: Mapped[int]
    time_zone: Mapped[str] = mapped_column(Text)
    starts_local: Mapped[datetime] = mapped_column(WALL_TIME)
    minutes: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    site: Mapped[str] = mapped_column(Text)
    place: Mapped[bytes | None] = mapped_column(LargeBinary)
    facilitator_id: Mapped[UUID | None]
    room_id: Mapped[UUID | None]
    interpreter_ids: Mapped[list[UUID]] = mapped_column(ARRAY(UuidType()))
    title_code: Mapped[str] = mapped_column(Text)
    cancel_reason: Mapped[str] = mapped_column(Text)
    linked_to: Mapped[UUID | None]
    after_due_reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    waivers: Mapped[bytes | None] = mapped_column(LargeBinary)
    booked_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "case_id", "starts_at"),
        Index(None, "county_id", "starts_at", "id"),
        Index(None, "county_id", "facilitator_id"),
    )


class ParticipantRow(Base):
    """One person in one meeting; the row stays after removal."""

    __tablename__ = "participants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    meeting_id: Mapped[UUID]
    person_id: Mapped[UUID]
    place_in_line: Mapped[int]
    role: Mapped[str] = mapped_column(Text)
    required: Mapped[bool]
    mode: Mapped[str] = mapped_column(Text)
    removed: Mapped[bool]

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "meeting_id"], ["meetings.county_id", "meetings.id"]),
        UniqueConstraint("county_id", "id"),
        UniqueConstraint("meeting_id", "person_id"),
        Index(None, "county_id", "person_id"),
    )


class PartRow(Base):
    """One stretch that one person attends: its calendar identity, every number sent, and the newest answer.

    `issues` is a list of [sequence, method, instant]. The answered columns are the last reply's (RFC 5546 §2.1.5).
    """

    __tablename__ = "parts"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    meeting_id: Mapped[UUID]
    uid: Mapped[str] = mapped_column(Text)
    offset_minutes: Mapped[int]
    minutes: Mapped[int | None]
    removed: Mapped[bool]
    issues: Mapped[list[Any]] = mapped_column(JSONB)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_sequence: Mapped[int | None]
    answered_stamp: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_reply_id: Mapped[str | None] = mapped_column(Text)
    answered_channel: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "participant_id"], ["participants.county_id", "participants.id"]),
        UniqueConstraint("county_id", "uid"),
        Index(None, "county_id", "meeting_id"),
    )


class ReplyRow(Base):
    """A reply as it came, and its end. `words` (comment, and who is sent instead) is sealed with the meeting's key."""

    __tablename__ = "replies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    reply_id: Mapped[str] = mapped_column(Text)
    meeting_id: Mapped[UUID | None]
    participant_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    uid: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    partstat: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int | None]
    stamp: Mapped[datetime | None]
    received_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(Text)
    proof: Mapped[str] = mapped_column(Text)
    refused: Mapped[str] = mapped_column(Text)
    names_delegate: Mapped[bool]
    of_an_instance: Mapped[bool]
    approved_by: Mapped[str | None] = mapped_column(Text)
    proposed_starts_at: Mapped[datetime | None]
    proposed_ends_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "meeting_id"], ["meetings.county_id", "meetings.id"]),
        UniqueConstraint("county_id", "reply_id"),
        Index(None, "county_id", "meeting_id"),
    )


class HoldRow(Base):
    """A time kept for whoever is choosing. It ends by the time in its row, not by a task."""

    __tablename__ = "holds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    held_by: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    starts_local: Mapped[datetime] = mapped_column(WALL_TIME)
    minutes: Mapped[int]
    resource_ids: Mapped[list[UUID]] = mapped_column(ARRAY(UuidType()))
    hold_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("county_id", "id"), Index(None, "county_id", "hold_until"))


class ClaimRow(Base):
    """What a booking or a hold takes of one person or room. `during` has the buffers inside; `starts_at` and `ends_at` have not.

    `claimant_id` is the person, where a resource is one: so nobody in two pools is booked twice.
    """

    __tablename__ = "resource_claims"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    claimant_id: Mapped[UUID]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    site: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    hold_until: Mapped[datetime | None]
    held_by: Mapped[str] = mapped_column(Text)
    hold_id: Mapped[UUID | None]
    meeting_id: Mapped[UUID | None]

    __table_args__ = (
        ExcludeConstraint(
            (text("uuid_range(claimant_id, claimant_id, '[]')"), "&&"),
            ("during", "&&"),
            name="no_double_booking",
            where=text("state IN ('held', 'booked')"),
        ),
        ForeignKeyConstraint(["county_id", "meeting_id"], ["meetings.county_id", "meetings.id"]),
        ForeignKeyConstraint(["county_id", "hold_id"], ["holds.county_id", "holds.id"]),
        Index(None, "county_id", "claimant_id", "ends_at"),
        Index(None, "county_id", "meeting_id"),
        Index(None, "county_id", "hold_id"),
    )
