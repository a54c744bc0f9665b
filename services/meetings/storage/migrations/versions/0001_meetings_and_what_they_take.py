"""Meetings, who and what they take, what came back; with our copies of network's facts and the tables every service has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE

from shared.db.migrations_kit import create_shared_tables, drop_shared_tables, wall

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

TABLES = (
    "calendars",
    "children",
    "families",
    "holds",
    "meetings",
    "members",
    "people",
    "resources",
    "separations",
    "unavailabilities",
    "usual_hours",
    "busy_blocks",
    "participants",
    "replies",
    "resource_claims",
    "parts",
)

# btree_gist is not everywhere, so a claimant becomes a range of its own (a range of one). The constraint sees all rows, whatever
# row-level security hides.
NO_DOUBLE_BOOKING = """
ALTER TABLE resource_claims ADD CONSTRAINT no_double_booking EXCLUDE USING gist (
    uuid_range(claimant_id, claimant_id, '[]') WITH &&,
    during WITH &&
) WHERE (state IN ('held', 'booked'))
"""


def upgrade() -> None:
    create_shared_tables(op)
    op.execute("CREATE TYPE uuid_range AS RANGE (subtype = uuid)")
    op.create_table(
        "calendars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("linked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_calendars_county_id_id")),
    )
    op.create_index(op.f("ix_calendars_county_id_next_at"), "calendars", ["county_id", "next_at"], unique=False)
    op.create_index(op.f("ix_calendars_county_id_person_id"), "calendars", ["county_id", "person_id"], unique=False)
    op.create_table(
        "children",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("entered_care_on", sa.Date(), nullable=True),
        sa.Column("disposition_on", sa.Date(), nullable=True),
        sa.Column("icwa_status", sa.Text(), nullable=False),
        sa.Column("placement_kind", sa.Text(), nullable=False),
        sa.Column("intensive_services", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "child_id", name=op.f("pk_children")),
    )
    op.create_index(op.f("ix_children_county_id_child_id"), "children", ["county_id", "child_id"], unique=False)
    op.create_table(
        "families",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("assigned", ARRAY(sa.Text()), nullable=False),
        sa.Column("shared_with", ARRAY(sa.Text()), nullable=False),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_families")),
    )
    op.create_index("ix_families_assigned", "families", ["assigned"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_families_county_id_unit"), "families", ["county_id", "unit"], unique=False)
    op.create_index("ix_families_shared_with", "families", ["shared_with"], unique=False, postgresql_using="gin")
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("starts_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("resource_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("hold_until", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_holds_county_id_id")),
    )
    op.create_index(op.f("ix_holds_county_id_hold_until"), "holds", ["county_id", "hold_until"], unique=False)
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county_slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("purposes", ARRAY(sa.Text()), nullable=False),
        sa.Column("children", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("starts_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("facilitator_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("interpreter_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("title_code", sa.Text(), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("linked_to", sa.Uuid(), nullable=True),
        sa.Column("after_due_reason", sa.LargeBinary(), nullable=True),
        sa.Column("waivers", sa.LargeBinary(), nullable=True),
        sa.Column("booked_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_meetings_county_id_id")),
    )
    op.create_index(
        op.f("ix_meetings_county_id_case_id_starts_at"), "meetings", ["county_id", "case_id", "starts_at"], unique=False
    )
    op.create_index(op.f("ix_meetings_county_id_facilitator_id"), "meetings", ["county_id", "facilitator_id"], unique=False)
    op.create_index(op.f("ix_meetings_county_id_starts_at_id"), "meetings", ["county_id", "starts_at", "id"], unique=False)
    op.create_table(
        "members",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_county_id_case_id"), "members", ["county_id", "case_id"], unique=False)
    op.create_index(op.f("ix_members_county_id_person_id"), "members", ["county_id", "person_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("is_minor", sa.Boolean(), nullable=False),
        sa.Column("spoken_language", sa.Text(), nullable=False),
        sa.Column("interpreter_needed", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("email_lookups", ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_county_id_staff_id"), "people", ["county_id", "staff_id"], unique=False)
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("skills", ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", ARRAY(sa.Text()), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("modes", ARRAY(sa.Text()), nullable=False),
        sa.Column("notice_working_days", sa.Integer(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_resources_county_id_id")),
    )
    op.create_index(op.f("ix_resources_county_id_kind"), "resources", ["county_id", "kind"], unique=False)
    op.create_index(op.f("ix_resources_county_id_person_id"), "resources", ["county_id", "person_id"], unique=False)
    op.create_index(op.f("ix_resources_county_id_staff_id"), "resources", ["county_id", "staff_id"], unique=False)
    op.create_table(
        "separations",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_a", sa.Uuid(), nullable=False),
        sa.Column("person_b", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("overridable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_separations")),
    )
    op.create_index(op.f("ix_separations_county_id_person_a"), "separations", ["county_id", "person_a"], unique=False)
    op.create_index(op.f("ix_separations_county_id_person_b"), "separations", ["county_id", "person_b"], unique=False)
    op.create_table(
        "unavailabilities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("starts_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("ends_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unavailabilities")),
    )
    op.create_index(
        op.f("ix_unavailabilities_county_id_subject_id_ends_at"),
        "unavailabilities",
        ["county_id", "subject_id", "ends_at"],
        unique=False,
    )
    op.create_table(
        "usual_hours",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("weekly", JSONB(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_usual_hours")),
    )
    op.create_table(
        "busy_blocks",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "calendar_id"],
            ["calendars.county_id", "calendars.id"],
            name=op.f("fk_busy_blocks_county_id_calendar_id_calendars"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calendar_id", "starts_at", "ends_at", name=op.f("pk_busy_blocks")),
    )
    op.create_index(
        op.f("ix_busy_blocks_county_id_person_id_ends_at"), "busy_blocks", ["county_id", "person_id", "ends_at"], unique=False
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place_in_line", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "meeting_id"],
            ["meetings.county_id", "meetings.id"],
            name=op.f("fk_participants_county_id_meeting_id_meetings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_participants_county_id_id")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_participants_meeting_id_person_id")),
    )
    op.create_index(op.f("ix_participants_county_id_person_id"), "participants", ["county_id", "person_id"], unique=False)
    op.create_table(
        "replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("reply_id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("partstat", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("stamp", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("names_delegate", sa.Boolean(), nullable=False),
        sa.Column("of_an_instance", sa.Boolean(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("proposed_starts_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("proposed_ends_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_id", "meeting_id"],
            ["meetings.county_id", "meetings.id"],
            name=op.f("fk_replies_county_id_meeting_id_meetings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("county_id", "reply_id", name=op.f("uq_replies_county_id_reply_id")),
    )
    op.create_index(op.f("ix_replies_county_id_meeting_id"), "replies", ["county_id", "meeting_id"], unique=False)
    op.create_table(
        "resource_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("claimant_id", sa.Uuid(), nullable=False),
        sa.Column("during", TSTZRANGE(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_id", "hold_id"], ["holds.county_id", "holds.id"], name=op.f("fk_resource_claims_county_id_hold_id_holds")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "meeting_id"],
            ["meetings.county_id", "meetings.id"],
            name=op.f("fk_resource_claims_county_id_meeting_id_meetings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_claims")),
    )
    op.create_index(
        op.f("ix_resource_claims_county_id_claimant_id_ends_at"),
        "resource_claims",
        ["county_id", "claimant_id", "ends_at"],
        unique=False,
    )
    op.create_index(op.f("ix_resource_claims_county_id_hold_id"), "resource_claims", ["county_id", "hold_id"], unique=False)
    op.create_index(op.f("ix_resource_claims_county_id_meeting_id"), "resource_claims", ["county_id", "meeting_id"], unique=False)
    op.create_table(
        "parts",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("issues", JSONB(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_sequence", sa.Integer(), nullable=True),
        sa.Column("answered_stamp", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_reply_id", sa.Text(), nullable=True),
        sa.Column("answered_channel", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_id", "participant_id"],
            ["participants.county_id", "participants.id"],
            name=op.f("fk_parts_county_id_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("participant_id", "part", name=op.f("pk_parts")),
        sa.UniqueConstraint("county_id", "uid", name=op.f("uq_parts_county_id_uid")),
    )
    op.create_index(op.f("ix_parts_county_id_meeting_id"), "parts", ["county_id", "meeting_id"], unique=False)
    # ### end Alembic commands ###
    op.execute(NO_DOUBLE_BOOKING)
    for table in TABLES:
        wall(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP TYPE uuid_range")
    drop_shared_tables(op)
