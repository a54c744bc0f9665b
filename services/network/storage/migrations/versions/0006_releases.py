"""Written releases, separations that rest for a while, shares that end by themselves. Additive: the previous release sees none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.migrations_kit import wall

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

TABLES = ("releases", "separation_overrides", "case_shares")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_unique_constraint(op.f("uq_separation_rules_county_id_id"), "separation_rules", ["county_id", "id"])
    for person in ("person_a", "person_b"):
        op.create_index(op.f(f"ix_separation_rules_county_id_{person}"), "separation_rules", ["county_id", person])
    op.create_table(
        "releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("signer_person_id", sa.Uuid(), nullable=False),
        sa.Column("signer_member_id", sa.Uuid(), nullable=True),
        sa.Column("signer_capacity", sa.Text(), nullable=False),
        sa.Column("member_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("record_classes", ARRAY(sa.Text()), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_releases_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "signer_person_id"],
            ["people.county_id", "people.id"],
            name=op.f("fk_releases_county_id_signer_person_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_index(op.f("ix_releases_county_id_case_id_updated_at_id"), "releases", ["county_id", "case_id", "updated_at", "id"])
    op.create_table(
        "separation_overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_separation_overrides_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "rule_id"],
            ["separation_rules.county_id", "separation_rules.id"],
            name=op.f("fk_separation_overrides_county_id_rule_id_separation_rules"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_separation_overrides")),
    )
    op.create_index(op.f("ix_separation_overrides_county_id_rule_id"), "separation_overrides", ["county_id", "rule_id"])
    op.create_table(
        "case_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_case_shares_county_id_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_shares")),
        sa.UniqueConstraint("case_id", "staff_id", name=op.f("uq_case_shares_case_id_staff_id")),
    )
    op.create_index(op.f("ix_case_shares_county_id_ends_at"), "case_shares", ["county_id", "ends_at"])
    op.create_index(op.f("ix_case_shares_county_id_staff_id"), "case_shares", ["county_id", "staff_id"])
    for table in TABLES:
        wall(op, table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(TABLES):
        op.drop_table(table)
    for person in ("person_a", "person_b"):
        op.drop_index(op.f(f"ix_separation_rules_county_id_{person}"), "separation_rules")
    op.drop_constraint(op.f("uq_separation_rules_county_id_id"), "separation_rules")
