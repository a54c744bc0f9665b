"""People, families, their children and members, and who is kept apart; with the tables that every service has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.migrations_kit import create_shared_tables, drop_shared_tables, wall

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

TABLES = ("cases", "people", "children", "contact_points", "finds", "members", "separation_rules")


def upgrade() -> None:
    create_shared_tables(op)
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("external_lookup", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("assigned", ARRAY(sa.Text()), nullable=False),
        sa.Column("shared_with", ARRAY(sa.Text()), nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("county_id", "external_lookup", name=op.f("uq_cases_county_id_external_lookup")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_cases_county_id_id")),
    )
    op.create_index("ix_cases_assigned", "cases", ["assigned"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_cases_county_id_unit"), "cases", ["county_id", "unit"], unique=False)
    op.create_index(op.f("ix_cases_county_id_updated_at_id"), "cases", ["county_id", "updated_at", "id"], unique=False)
    op.create_index("ix_cases_shared_with", "cases", ["shared_with"], unique=False, postgresql_using="gin")
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("name_lookups", ARRAY(sa.Text()), nullable=False),
        sa.Column("external_lookup", sa.Text(), nullable=True),
        sa.Column("spoken_language", sa.Text(), nullable=False),
        sa.Column("written_language", sa.Text(), nullable=False),
        sa.Column("interpreter_needed", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("voicemail_ok", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("confidential_address", sa.Boolean(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("county_id", "external_lookup", name=op.f("uq_people_county_id_external_lookup")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_people_county_id_id")),
        sa.UniqueConstraint("county_id", "staff_id", name=op.f("uq_people_county_id_staff_id")),
    )
    op.create_index("ix_people_name_lookups", "people", ["name_lookups"], unique=False, postgresql_using="gin")
    op.create_table(
        "children",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("entered_care_on", sa.Date(), nullable=True),
        sa.Column("disposition_on", sa.Date(), nullable=True),
        sa.Column("icwa_status", sa.Text(), nullable=False),
        sa.Column("placement_kind", sa.Text(), nullable=False),
        sa.Column("intensive_services", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_children_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"], name=op.f("fk_children_county_id_person_id_people")
        ),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_children")),
    )
    op.create_index(op.f("ix_children_county_id_person_id"), "children", ["county_id", "person_id"], unique=False)
    op.create_table(
        "contact_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("consent_source", sa.Text(), nullable=False),
        sa.Column("consent_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("is_substitute", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"], name=op.f("fk_contact_points_county_id_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_points")),
    )
    op.create_index(op.f("ix_contact_points_county_id_lookup"), "contact_points", ["county_id", "lookup"], unique=False)
    op.create_index(op.f("ix_contact_points_county_id_person_id"), "contact_points", ["county_id", "person_id"], unique=False)
    op.create_table(
        "finds",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("found_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"], name=op.f("fk_finds_county_id_person_id_people")
        ),
        sa.PrimaryKeyConstraint("county_id", "staff_id", "person_id", name=op.f("pk_finds")),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("relationship_words", sa.LargeBinary(), nullable=True),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("circle", sa.Text(), nullable=False),
        sa.Column("support_type", sa.Text(), nullable=False),
        sa.Column("caregiver_of_concern", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("left_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_members_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"], name=op.f("fk_members_county_id_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_county_id_person_id"), "members", ["county_id", "person_id"], unique=False)
    op.create_index(
        "uq_members_present", "members", ["case_id", "person_id"], unique=True, postgresql_where=sa.text("left_at IS NULL")
    )
    op.create_table(
        "separation_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_a", sa.Uuid(), nullable=False),
        sa.Column("person_b", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("set_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_separation_rules_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_a"], ["people.county_id", "people.id"], name=op.f("fk_separation_rules_county_id_person_a_people")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_b"], ["people.county_id", "people.id"], name=op.f("fk_separation_rules_county_id_person_b_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_separation_rules")),
    )
    op.create_index(
        "uq_separation_rules_present",
        "separation_rules",
        ["case_id", "person_a", "person_b"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    for table in TABLES:
        wall(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    drop_shared_tables(op)
