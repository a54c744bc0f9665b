"""Know what is later by a fact's place in network's log, not by when the work on it began: that may have had to wait.

Whatever is told next of anybody counts, for nothing has a place yet. Not additive, for no release has it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

COLUMNS = (("families", "access_at", "access_position"), ("children", "heard_at", "position"), ("people", "heard_at", "position"))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, instant, place in COLUMNS:
        op.add_column(table, sa.Column(place, sa.BigInteger(), nullable=False, server_default="0"))
        op.drop_column(table, instant)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, instant, place in reversed(COLUMNS):
        op.add_column(table, sa.Column(instant, sa.TIMESTAMP(timezone=True), nullable=True))
        op.drop_column(table, place)
