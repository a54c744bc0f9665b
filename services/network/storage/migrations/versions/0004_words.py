"""Statements that everyone shares, the map, a child's own words, scaling and acts of protection. Additive."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.migrations_kit import app_of, wall

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "statements",
    "statement_versions",
    "statement_links",
    "tellings",
    "child_voices",
    "voice_releases",
    "scaling_answers",
    "protective_acts",
    "case_steps",
    "case_step_links",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("member_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_statements_county_id_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("county_id", "case_id", "id", name=op.f("uq_statements_county_id_case_id_id")),
    )
    op.create_index(
        op.f("ix_statements_county_id_case_id_updated_at_id"),
        "statements",
        ["county_id", "case_id", "updated_at", "id"],
        unique=False,
    )
    op.create_table(
        "statement_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "actor_id"],
            ["members.county_id", "members.id"],
            name=op.f("fk_statement_versions_county_id_actor_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "statement_id"],
            ["statements.county_id", "statements.case_id", "statements.id"],
            name=op.f("fk_statement_versions_county_id_case_id_statement_id_statements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_versions")),
        sa.UniqueConstraint("county_id", "case_id", "id", name=op.f("uq_statement_versions_county_id_case_id_id")),
        sa.UniqueConstraint("statement_id", "number", name=op.f("uq_statement_versions_statement_id_number")),
    )
    op.create_table(
        "statement_links",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "statement_id"],
            ["statements.county_id", "statements.case_id", "statements.id"],
            name=op.f("fk_statement_links_county_id_case_id_statement_id_statements"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "version_id"],
            ["statement_versions.county_id", "statement_versions.case_id", "statement_versions.id"],
            name="fk_statement_links_version",
        ),
        sa.PrimaryKeyConstraint("version_id", "statement_id", name=op.f("pk_statement_links")),
    )
    op.create_table(
        "tellings",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "statement_id"],
            ["statements.county_id", "statements.case_id", "statements.id"],
            name=op.f("fk_tellings_county_id_case_id_statement_id_statements"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "member_id"], ["members.county_id", "members.id"], name=op.f("fk_tellings_county_id_member_id_members")
        ),
        sa.PrimaryKeyConstraint("statement_id", "number", "member_id", name=op.f("pk_tellings")),
    )
    op.create_index(op.f("ix_tellings_county_id_member_id"), "tellings", ["county_id", "member_id"], unique=False)
    op.create_table(
        "child_voices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("member_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("staff_ids", ARRAY(sa.Text()), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_child_voices_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "child_id"], ["people.county_id", "people.id"], name=op.f("fk_child_voices_county_id_child_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_voices")),
        sa.UniqueConstraint("county_id", "case_id", "id", name=op.f("uq_child_voices_county_id_case_id_id")),
    )
    op.create_index(
        op.f("ix_child_voices_county_id_case_id_updated_at_id"),
        "child_voices",
        ["county_id", "case_id", "updated_at", "id"],
        unique=False,
    )
    op.create_table(
        "voice_releases",
        sa.Column("voice_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "voice_id"],
            ["child_voices.county_id", "child_voices.case_id", "child_voices.id"],
            name=op.f("fk_voice_releases_county_id_case_id_voice_id_child_voices"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "member_id"],
            ["members.county_id", "members.id"],
            name=op.f("fk_voice_releases_county_id_member_id_members"),
        ),
        sa.PrimaryKeyConstraint("voice_id", "member_id", name=op.f("pk_voice_releases")),
    )
    op.create_table(
        "scaling_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("danger_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "danger_id"],
            ["statements.county_id", "statements.case_id", "statements.id"],
            name=op.f("fk_scaling_answers_county_id_case_id_danger_id_statements"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_scaling_answers_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"],
            ["people.county_id", "people.id"],
            name=op.f("fk_scaling_answers_county_id_person_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scaling_answers")),
    )
    op.create_index(
        op.f("ix_scaling_answers_county_id_case_id_said_on_id"),
        "scaling_answers",
        ["county_id", "case_id", "said_on", "id"],
        unique=False,
    )
    op.create_table(
        "protective_acts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("observer_id", sa.Uuid(), nullable=False),
        sa.Column("danger_id", sa.Uuid(), nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "actor_id"],
            ["members.county_id", "members.id"],
            name=op.f("fk_protective_acts_county_id_actor_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "danger_id"],
            ["statements.county_id", "statements.case_id", "statements.id"],
            name=op.f("fk_protective_acts_county_id_case_id_danger_id_statements"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_protective_acts_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "observer_id"],
            ["members.county_id", "members.id"],
            name=op.f("fk_protective_acts_county_id_observer_id_members"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protective_acts")),
    )
    op.create_index(
        op.f("ix_protective_acts_county_id_case_id_acted_on_id"),
        "protective_acts",
        ["county_id", "case_id", "acted_on", "id"],
        unique=False,
    )
    op.create_table(
        "case_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_case_steps_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "owner_id"], ["members.county_id", "members.id"], name=op.f("fk_case_steps_county_id_owner_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_steps")),
        sa.UniqueConstraint("county_id", "case_id", "id", name=op.f("uq_case_steps_county_id_case_id_id")),
    )
    op.create_index(
        op.f("ix_case_steps_county_id_case_id_updated_at_id"),
        "case_steps",
        ["county_id", "case_id", "updated_at", "id"],
        unique=False,
    )
    op.create_table(
        "case_step_links",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "statement_id"],
            ["statements.county_id", "statements.case_id", "statements.id"],
            name=op.f("fk_case_step_links_county_id_case_id_statement_id_statements"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id", "step_id"],
            ["case_steps.county_id", "case_steps.case_id", "case_steps.id"],
            name=op.f("fk_case_step_links_county_id_case_id_step_id_case_steps"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("step_id", "statement_id", name=op.f("pk_case_step_links")),
    )

    for table in TABLES:
        wall(op, table)
    # A version is never written over, whoever asks: only a destroyed key takes its words away.
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON statement_versions, statement_links FROM {app_of('network')}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(TABLES):
        op.drop_table(table)
