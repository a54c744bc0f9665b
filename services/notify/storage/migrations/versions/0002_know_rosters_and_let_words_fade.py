"""Know who is around which open family, so that links and feeds end with it; find the words that are to fade. Additive."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations_kit import wall

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

TABLES = ("memberships", "closed_cases")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "memberships",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_here", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_county_id_case_id"), "memberships", ["county_id", "case_id"])
    op.create_index(op.f("ix_memberships_county_id_person_id"), "memberships", ["county_id", "person_id"])
    op.create_table(
        "closed_cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_closed_cases")),
    )
    for table in TABLES:
        wall(op, table)
    op.create_index(op.f("ix_entries_county_id_case_id"), "entries", ["county_id", "case_id"])
    op.create_index("ix_contents_to_fade", "contents", ["county_id", "made_at"], postgresql_where=sa.text("words <> ''"))
    op.create_index("ix_inbound_to_fade", "inbound", ["county_id", "processed_at"], postgresql_where=sa.text("raw <> ''"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("ix_inbound_to_fade", table_name="inbound")
    op.drop_index("ix_contents_to_fade", table_name="contents")
    op.drop_index(op.f("ix_entries_county_id_case_id"), table_name="entries")
    for table in reversed(TABLES):
        op.drop_table(table)
