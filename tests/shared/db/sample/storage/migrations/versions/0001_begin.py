"""Begin: what every service has, and notes."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations_kit import create_shared_tables, drop_shared_tables, wall

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    create_shared_tables(op)
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    wall(op, "notes")


def downgrade() -> None:
    """Drop everything."""
    op.drop_table("notes")
    drop_shared_tables(op)
