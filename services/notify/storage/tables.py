"""The tables of notify. Every row names its county, and the county wall of PostgreSQL stands in front of each table.

Columns marked sealed hold AES-GCM boxes, `lookup` columns hold keyed hashes, `token_hash` the hash of a secret that rests nowhere
else but sealed. Nothing here is a name, a number, an address or a word of a message in clear. Wall times have a zone beside them.
"""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, BigInteger, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db.base import TYPES, CountyId, new_metadata

WALL_TIME = TIMESTAMP(timezone=False)
MORE_TYPES: dict[Any, Any] = {**TYPES, str: Text, bytes: LargeBinary}


class Base(DeclarativeBase):
    """The tables of notify."""

    metadata = new_metadata()
    type_annotation_map = MORE_TYPES


class ContactRow(Base):
    """What network told of a person. `words` (sealed with the person's key) holds the name to greet and the safe words.

    `position` is the place in network's log of the fact that this repeats, here as in the other copies: facts stand there in the
    order in which they became true, and a transaction that began earlier may have waited for its turn.
    """

    __tablename__ = "contacts"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    time_zone: Mapped[str]
    spoken_language: Mapped[str]
    written_language: Mapped[str]
    interpreter_needed: Mapped[bool]
    is_minor: Mapped[bool]
    staff_id: Mapped[str | None]
    voicemail_ok: Mapped[bool]
    quiet_from: Mapped[time]
    quiet_until: Mapped[time]
    urgent_at_night: Mapped[bool] = mapped_column(server_default="false")
    direct_messages_ok: Mapped[bool] = mapped_column(server_default="true")
    relay_person_id: Mapped[UUID | None]
    words: Mapped[bytes | None]
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (
        UniqueConstraint("county_id", "person_id"),
        Index("ix_contacts_staff", "county_id", "staff_id", postgresql_where=text("staff_id IS NOT NULL")),
    )


class ContactPointRow(Base):
    """One number or address. `value` is sealed; `undelivered` counts texts that came to nothing since one last arrived.

    `consent_at` is when the person's word was given that `consent` repeats. Where it was `said_here`, and not told by network,
    what network tells of an earlier one changes nothing.
    """

    __tablename__ = "contact_points"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    person_id: Mapped[UUID]
    rank: Mapped[int]
    channel: Mapped[str]
    consent: Mapped[str]
    consent_at: Mapped[datetime]
    said_here: Mapped[bool] = mapped_column(server_default="true")
    preferred: Mapped[bool]
    lookup: Mapped[str]
    value: Mapped[bytes | None]
    undelivered: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "person_id"], ["contacts.county_id", "contacts.person_id"]),
        Index(None, "county_id", "person_id"),
        Index(None, "county_id", "lookup"),
    )


class EntryRow(Base):
    """One person's view of one meeting, or of one part of it, or of one promise, at the newest revision that concerned them.

    `timed_revision` is the revision that set the present time: reminders are unique by it. `said` is the answer last
    given on the link's page and the number it was for, until its owner has judged it. `place`, `words` and the two tokens are
    sealed. Of a promise, `turns` are those to come, as JSON, and `over_at` is when the last of them ends; `excluded` is wall time.
    """

    __tablename__ = "entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    subject_kind: Mapped[str] = mapped_column(server_default="meeting")
    # The column has its first name still: it holds the id of a promise too, told apart by `subject_kind`.
    meeting_id: Mapped[UUID]
    case_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    person_id: Mapped[UUID]
    part: Mapped[int]
    uid: Mapped[str]
    revision: Mapped[int]
    timed_revision: Mapped[int]
    sequence: Mapped[int]
    status: Mapped[str]
    required: Mapped[bool]
    mode: Mapped[str]
    answer: Mapped[str]
    answer_position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    said: Mapped[str]
    said_reply_id: Mapped[str] = mapped_column(server_default="")
    time_zone: Mapped[str]
    starts_local: Mapped[datetime] = mapped_column(WALL_TIME)
    ends_local: Mapped[datetime] = mapped_column(WALL_TIME)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    rule: Mapped[str] = mapped_column(server_default="")
    excluded: Mapped[list[datetime]] = mapped_column(ARRAY(WALL_TIME), server_default="{}")
    turns: Mapped[str] = mapped_column(server_default="[]")
    over_at: Mapped[datetime | None]
    standing: Mapped[str] = mapped_column(server_default="")
    standing_position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    is_ask: Mapped[bool] = mapped_column(server_default="false")
    answer_by: Mapped[datetime | None]
    texted: Mapped[str] = mapped_column(server_default="")
    texted_at: Mapped[datetime | None]
    words: Mapped[bytes | None]
    place: Mapped[bytes | None]
    link_token: Mapped[bytes | None]
    reply_token: Mapped[bytes | None]
    revised_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("county_id", "participant_id", "part"),
        Index(None, "county_id", "meeting_id"),
        Index(None, "county_id", "case_id"),
        Index(None, "county_id", "person_id", "starts_at"),
        Index(None, "county_id", "uid"),
    )


class CaseAccessRow(Base):
    """Who holds a family, as network last told: call tasks are shown by it."""

    __tablename__ = "case_access"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    unit: Mapped[str]
    assigned: Mapped[list[str]] = mapped_column(ARRAY(Text))
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text))
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")


class MembershipRow(Base):
    """Who is around a family, as network last told; `is_here` is false for somebody who left."""

    __tablename__ = "memberships"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    person_id: Mapped[UUID]
    is_here: Mapped[bool]
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (Index(None, "county_id", "case_id"), Index(None, "county_id", "person_id"))


class ClosedCaseRow(Base):
    """A family with which work has ended."""

    __tablename__ = "closed_cases"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    closed_at: Mapped[datetime]


_OPEN_STATES = text("state IN ('pending', 'claimed', 'sending')")


class MessageRow(Base):
    """One thing to tell one person in one way: the intent, its due time, its state, and who holds it now.

    `lease_owner` and `lease_until` say whose it is while claimed or sending; `begun` says that the holder has started. `phase` is
    that of the present attempt. `sent_lookup` is the hash of the number or address that it went to.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    kind: Mapped[str]
    way: Mapped[str]
    lane: Mapped[str]
    person_id: Mapped[UUID]
    contact_point_id: Mapped[UUID | None]
    entry_id: Mapped[UUID | None]
    participant_id: Mapped[UUID | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    revision: Mapped[int]
    part: Mapped[int]
    sequence: Mapped[int]
    wall_rule: Mapped[str]
    detail: Mapped[str]
    turn_starts_at: Mapped[datetime | None]
    turn_ends_at: Mapped[datetime | None]
    dedupe_key: Mapped[str]
    due_at: Mapped[datetime]
    not_after: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str]
    attempt: Mapped[int]
    phase: Mapped[str | None]
    begun: Mapped[bool]
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    sent_lookup: Mapped[str | None]
    segments: Mapped[int]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    traceparent: Mapped[str]

    __table_args__ = (
        UniqueConstraint("county_id", "dedupe_key"),
        # What is due is found by this index alone; a million rows that wait for next month lie behind its end.
        Index("ix_messages_due", "county_id", "lane", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_messages_leases", "county_id", "lease_until", postgresql_where=text("state IN ('claimed', 'sending')")),
        Index("ix_messages_open_of_entry", "county_id", "entry_id", postgresql_where=_OPEN_STATES),
        Index(None, "county_id", "entry_id", "kind"),
        Index("ix_messages_open_of_person", "county_id", "person_id", postgresql_where=_OPEN_STATES),
        Index(None, "county_id", "subject_id", "created_at", "id"),
        Index("ix_messages_asked", "county_id", "sent_lookup", "finished_at", postgresql_where=text("sent_lookup IS NOT NULL")),
        Index("ix_messages_provider", "county_id", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
        # A row is updated four times in its life: room beside it keeps those updates off the indexes' back.
        {"postgresql_with": {"fillfactor": "70"}},
    )


class ContentRow(Base):
    """What a message said when it last left, sealed with the person's key, and empty once it has faded.

    `version` counts renderings, `sha256` is the bytes'.
    """

    __tablename__ = "contents"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    version: Mapped[int]
    language: Mapped[str]
    template: Mapped[str]
    words: Mapped[bytes]
    sha256: Mapped[str]
    header_id: Mapped[str]
    made_at: Mapped[datetime]

    __table_args__ = (Index("ix_contents_to_fade", "county_id", "made_at", postgresql_where=text("words <> ''")),)


class AttemptRow(Base):
    """One try to send, committed before a socket is touched. A result that came after the lease was lost is kept as `late`."""

    __tablename__ = "attempts"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    lease_owner: Mapped[UUID]
    way: Mapped[str]
    phase: Mapped[str]
    fate: Mapped[str]
    code: Mapped[int | None]
    reason: Mapped[str]
    provider_id: Mapped[str]
    late: Mapped[bool]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ReceiptRow(Base):
    """What a provider reported about a message, each report once."""

    __tablename__ = "receipts"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    bad_number: Mapped[bool]
    opted_out: Mapped[bool]
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class InboundRow(Base):
    """Something that came back, stored before it is understood.

    `raw` is sealed, and empty once it has faded; `became` says what it turned out to be.
    """

    __tablename__ = "inbound"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    channel: Mapped[str]
    provider_id: Mapped[str]
    lookup: Mapped[str]
    raw: Mapped[bytes]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    tries: Mapped[int]
    proof: Mapped[str]
    became: Mapped[str]
    person_id: Mapped[UUID | None]
    traceparent: Mapped[str]

    __table_args__ = (
        UniqueConstraint("county_id", "channel", "provider_id"),
        Index("ix_inbound_to_fade", "county_id", "processed_at", postgresql_where=text("raw <> ''")),
        Index("ix_inbound_waiting", "county_id", "received_at", postgresql_where=text("processed_at IS NULL")),
    )


class SuppressionRow(Base):
    """A number that said STOP, or an address that does not work: nothing goes there until the person opts in again."""

    __tablename__ = "suppressions"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    lookup: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str]
    since: Mapped[datetime]


class SendingHoldRow(Base):
    """An operator's word that nothing of this county leaves until it is taken back. `held_by` is their account, never a name."""

    __tablename__ = "sending_holds"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    reason_code: Mapped[str]
    held_by: Mapped[str]


class LinkRow(Base):
    """A secret that opens one thing for one person, kept as a hash: an answer page, a reply address, a feed."""

    __tablename__ = "links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    purpose: Mapped[str]
    person_id: Mapped[UUID]
    entry_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    part: Mapped[int]
    sequence: Mapped[int]
    token_hash: Mapped[str]
    language: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "county_id", "person_id"),
        Index(None, "county_id", "entry_id"),
    )


class StepUpRow(Base):
    """How often in a row somebody gave the wrong digits to prove who they are, and until when no more are taken."""

    __tablename__ = "step_ups"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    locked_until: Mapped[datetime | None]


class CallTaskRow(Base):
    """Somebody must phone, or post a letter. `note` is sealed with the person's key."""

    __tablename__ = "call_tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    person_id: Mapped[UUID]
    contact_point_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    entry_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    revision: Mapped[int]
    kind: Mapped[str]
    way: Mapped[str]
    reason: Mapped[str]
    dedupe_key: Mapped[str]
    state: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[bytes | None]
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str]

    __table_args__ = (
        UniqueConstraint("county_id", "dedupe_key"),
        Index("ix_call_tasks_open", "county_id", "due_at", "id", postgresql_where=text("state = 'open'")),
        Index(None, "county_id", "entry_id"),
    )


class EndpointRow(Base):
    """Where a county system listens for facts. Its secret is derived, and stands in no row."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    url: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str]
    reason: Mapped[str]
    generation: Mapped[int]
    rotated_at: Mapped[datetime]
    version: Mapped[int]
    made_at: Mapped[datetime]

    __table_args__ = (Index(None, "county_id", "made_at"),)


class DeliveryRow(Base):
    """One call to one endpoint, due at a time; the body holds ids only."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    endpoint_id: Mapped[UUID]
    webhook_id: Mapped[str]
    type: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int]
    status: Mapped[int | None]
    reason: Mapped[str]
    due_at: Mapped[datetime]
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    made_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("endpoint_id", "webhook_id"),
        ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoints.id"]),
        Index(None, "county_id", "endpoint_id", "made_at"),
        Index(
            "ix_webhook_deliveries_due",
            "county_id",
            "due_at",
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
    )
