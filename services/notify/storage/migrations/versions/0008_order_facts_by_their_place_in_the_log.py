"""Know what is later by a fact's place in its producer's log, not by when the work on it began: that may have had to wait.

Whatever is told next of anybody counts, for nothing has a place yet. Not additive, for no release has it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)

# Table, the instant that is dropped, the place that is added, and whether the instant may be missing.
COLUMNS = (
    ("contacts", "told_at", "position", False),
    ("case_access", "told_at", "position", False),
    ("memberships", "told_at", "position", False),
    ("entries", "answer_at", "answer_position", True),
    ("entries", "standing_at", "standing_position", True),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, instant, place, _ in COLUMNS:
        op.add_column(table, sa.Column(place, sa.BigInteger(), nullable=False, server_default="0"))
        op.drop_column(table, instant)
    # Of what is kept it is not known who said it: it stays guarded by its time, as it was.
    op.add_column("contact_points", sa.Column("said_here", sa.Boolean(), nullable=False, server_default="true"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("contact_points", "said_here")
    for table, instant, place, may_be_missing in reversed(COLUMNS):
        default = None if may_be_missing else sa.text("'-infinity'")
        op.add_column(table, sa.Column(instant, INSTANT, nullable=may_be_missing, server_default=default))
        op.alter_column(table, instant, server_default=None)
        op.drop_column(table, place)
