"""Asks and gaps count no rounds: nobody ever read them. Not additive, for no release has them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("commitments", "ask_round")
    op.drop_column("gaps", "round")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("gaps", sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("commitments", sa.Column("ask_round", sa.Integer(), nullable=False, server_default="0"))
