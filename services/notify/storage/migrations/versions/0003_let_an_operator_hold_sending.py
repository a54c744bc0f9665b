"""Let an operator hold all sending of a county until somebody has looked, and release it again. Additive."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations_kit import LOG_READER, wall

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "sending_holds",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("county_id", name=op.f("pk_sending_holds")),
    )
    wall(op, "sending_holds", extra_using=LOG_READER)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("sending_holds")
