"""Contacts, entries, messages and their attempts, what came back, links and calls; with the tables that every service has."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations_kit import create_shared_tables, drop_shared_tables, wall

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

TABLES = (
    "attempts",
    "call_tasks",
    "case_access",
    "contacts",
    "contents",
    "entries",
    "inbound",
    "links",
    "messages",
    "receipts",
    "suppressions",
    "contact_points",
)

# A link is found before its county is known: by the hash of its secret, and only by it.
BY_ITS_HASH = "token_hash = nullif(current_setting('app.link_hash', true), '')"


def upgrade() -> None:
    create_shared_tables(op)
    op.create_table(
        "attempts",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("lease_owner", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("message_id", "n", name=op.f("pk_attempts")),
    )
    op.create_table(
        "call_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("done_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_tasks")),
        sa.UniqueConstraint("county_id", "dedupe_key", name=op.f("uq_call_tasks_county_id_dedupe_key")),
    )
    op.create_index(op.f("ix_call_tasks_county_id_entry_id"), "call_tasks", ["county_id", "entry_id"], unique=False)
    op.create_index(
        "ix_call_tasks_open", "call_tasks", ["county_id", "due_at", "id"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "case_access",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("assigned", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("shared_with", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("told_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_access")),
    )
    op.create_table(
        "contacts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("spoken_language", sa.Text(), nullable=False),
        sa.Column("written_language", sa.Text(), nullable=False),
        sa.Column("interpreter_needed", sa.Boolean(), nullable=False),
        sa.Column("is_minor", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("voicemail_ok", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("told_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("county_id", "person_id", name=op.f("uq_contacts_county_id_person_id")),
    )
    op.create_table(
        "contents",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("header_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_contents")),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("timed_revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("said_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("starts_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("ends_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("link_token", sa.LargeBinary(), nullable=True),
        sa.Column("reply_token", sa.LargeBinary(), nullable=True),
        sa.Column("revised_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("county_id", "participant_id", "part", name=op.f("uq_entries_county_id_participant_id_part")),
    )
    op.create_index(op.f("ix_entries_county_id_meeting_id"), "entries", ["county_id", "meeting_id"], unique=False)
    op.create_index(
        op.f("ix_entries_county_id_person_id_starts_at"), "entries", ["county_id", "person_id", "starts_at"], unique=False
    )
    op.create_index(op.f("ix_entries_county_id_uid"), "entries", ["county_id", "uid"], unique=False)
    op.create_table(
        "inbound",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("processed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("became", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("county_id", "channel", "provider_id", name=op.f("uq_inbound_county_id_channel_provider_id")),
    )
    op.create_index(
        "ix_inbound_waiting",
        "inbound",
        ["county_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("processed_at IS NULL"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_links_token_hash")),
    )
    op.create_index(op.f("ix_links_county_id_entry_id"), "links", ["county_id", "entry_id"], unique=False)
    op.create_index(op.f("ix_links_county_id_person_id"), "links", ["county_id", "person_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("wall_rule", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("not_after", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("sent_lookup", sa.Text(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("county_id", "dedupe_key", name=op.f("uq_messages_county_id_dedupe_key")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "ix_messages_asked",
        "messages",
        ["county_id", "sent_lookup", "finished_at"],
        unique=False,
        postgresql_where=sa.text("sent_lookup IS NOT NULL"),
    )
    op.create_index(op.f("ix_messages_county_id_entry_id_kind"), "messages", ["county_id", "entry_id", "kind"], unique=False)
    op.create_index(
        op.f("ix_messages_county_id_subject_id_created_at_id"),
        "messages",
        ["county_id", "subject_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_messages_due", "messages", ["county_id", "lane", "due_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(
        "ix_messages_leases",
        "messages",
        ["county_id", "lease_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('claimed', 'sending')"),
    )
    op.create_index(
        "ix_messages_open_of_entry",
        "messages",
        ["county_id", "entry_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'claimed', 'sending')"),
    )
    op.create_index(
        "ix_messages_open_of_person",
        "messages",
        ["county_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'claimed', 'sending')"),
    )
    op.create_index(
        "ix_messages_provider",
        "messages",
        ["county_id", "provider_id"],
        unique=False,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_table(
        "receipts",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("bad_number", sa.Boolean(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("applied_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("county_id", "provider", "provider_id", "event", "code", name=op.f("pk_receipts")),
    )
    op.create_table(
        "suppressions",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county_id", "lookup", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "contact_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("consent_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("undelivered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"],
            ["contacts.county_id", "contacts.person_id"],
            name=op.f("fk_contact_points_county_id_person_id_contacts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_points")),
    )
    op.create_index(op.f("ix_contact_points_county_id_lookup"), "contact_points", ["county_id", "lookup"], unique=False)
    op.create_index(op.f("ix_contact_points_county_id_person_id"), "contact_points", ["county_id", "person_id"], unique=False)

    # The due rows turn over all day: vacuum by count, not by share of a table that also keeps what was sent.
    op.execute("ALTER TABLE messages SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000)")
    for table in TABLES:
        wall(op, table, extra_using=BY_ITS_HASH if table == "links" else None)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    drop_shared_tables(op)
