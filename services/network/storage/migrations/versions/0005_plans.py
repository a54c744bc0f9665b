"""Threats, safety plans with steps, agreements and reviews, commitments with their turns, and gaps. Additive."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db.migrations_kit import wall

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

TABLES = ("threats", "plans", "plan_steps", "plan_agreements", "plan_reviews", "commitments", "turns", "gaps")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "threats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("identified_on", sa.Date(), nullable=False),
        sa.Column("child_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_threats_county_id_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threats")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_threats_county_id_id")),
    )
    op.create_index(
        op.f("ix_threats_county_id_case_id_updated_at_id"), "threats", ["county_id", "case_id", "updated_at", "id"], unique=False
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("windows", JSONB(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("supervisor_due_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("activated_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("looked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_plans_county_id_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_plans_county_id_id")),
    )
    op.create_index(
        op.f("ix_plans_county_id_case_id_updated_at_id"), "plans", ["county_id", "case_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_plans_in_force",
        "plans",
        ["county_id", "looked_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('active', 'at_risk', 'under_review')"),
    )
    op.create_table(
        "plan_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("owner_member_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("danger_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("threat_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("agreed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_plan_steps_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "owner_member_id"],
            ["members.county_id", "members.id"],
            name=op.f("fk_plan_steps_county_id_owner_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "plan_id"], ["plans.county_id", "plans.id"], name=op.f("fk_plan_steps_county_id_plan_id_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_steps")),
    )
    op.create_index(op.f("ix_plan_steps_county_id_plan_id_id"), "plan_steps", ["county_id", "plan_id", "id"], unique=False)
    op.create_table(
        "plan_agreements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("void_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_plan_agreements_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "child_id"], ["people.county_id", "people.id"], name=op.f("fk_plan_agreements_county_id_child_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "member_id"],
            ["members.county_id", "members.id"],
            name=op.f("fk_plan_agreements_county_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "plan_id"], ["plans.county_id", "plans.id"], name=op.f("fk_plan_agreements_county_id_plan_id_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_agreements")),
    )
    op.create_index(
        op.f("ix_plan_agreements_county_id_plan_id_id"), "plan_agreements", ["county_id", "plan_id", "id"], unique=False
    )
    op.create_table(
        "plan_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_plan_reviews_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "plan_id"], ["plans.county_id", "plans.id"], name=op.f("fk_plan_reviews_county_id_plan_id_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_reviews")),
    )
    op.create_index(op.f("ix_plan_reviews_county_id_plan_id_id"), "plan_reviews", ["county_id", "plan_id", "id"], unique=False)
    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("commitment_class", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("danger_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("backups", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("starts_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("ends_local", sa.TIMESTAMP(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("excluded", ARRAY(sa.TIMESTAMP()), nullable=False),
        sa.Column("gap_id", sa.Uuid(), nullable=True),
        sa.Column("ask_state", sa.Text(), nullable=True),
        sa.Column("ask_answer_by", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ask_round", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("witness", sa.LargeBinary(), nullable=True),
        sa.Column("contact_lost", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_commitments_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"], name=op.f("fk_commitments_county_id_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "plan_id"], ["plans.county_id", "plans.id"], name=op.f("fk_commitments_county_id_plan_id_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_commitments_county_id_id")),
    )
    op.create_index(op.f("ix_commitments_county_id_member_id"), "commitments", ["county_id", "member_id"], unique=False)
    op.create_index(op.f("ix_commitments_county_id_person_id"), "commitments", ["county_id", "person_id"], unique=False)
    op.create_index(op.f("ix_commitments_county_id_plan_id"), "commitments", ["county_id", "plan_id"], unique=False)
    op.create_index(
        "ix_commitments_gap", "commitments", ["county_id", "gap_id"], unique=False, postgresql_where=sa.text("gap_id IS NOT NULL")
    )
    op.create_table(
        "turns",
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "commitment_id"],
            ["commitments.county_id", "commitments.id"],
            name=op.f("fk_turns_county_id_commitment_id_commitments"),
        ),
        sa.PrimaryKeyConstraint("commitment_id", "starts_at", name=op.f("pk_turns")),
    )
    op.create_index(
        op.f("ix_turns_county_id_commitment_id_starts_at"), "turns", ["county_id", "commitment_id", "starts_at"], unique=False
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=False),
        sa.Column("open_spans", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lost", sa.Uuid(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("look_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_gaps_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "plan_id"], ["plans.county_id", "plans.id"], name=op.f("fk_gaps_county_id_plan_id_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_gaps_county_id_id")),
    )
    op.create_index(op.f("ix_gaps_county_id_case_id"), "gaps", ["county_id", "case_id"], unique=False)
    op.create_index(op.f("ix_gaps_county_id_plan_id_starts_at"), "gaps", ["county_id", "plan_id", "starts_at"], unique=False)
    op.create_index("ix_gaps_due", "gaps", ["county_id", "look_at"], unique=False, postgresql_where=sa.text("look_at IS NOT NULL"))

    for table in TABLES:
        wall(op, table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(TABLES):
        op.drop_table(table)
