"""Keep when network said what we copied, and who left: a fact replayed late must not undo a later one. Additive."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

COLUMNS = (
    ("families", "access_at"),
    ("children", "heard_at"),
    ("people", "heard_at"),
    ("members", "left_at"),
    ("separations", "lifted_at"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # The previous release knows neither: whoever left, and whatever was lifted, has no row there.
    op.execute("DELETE FROM members WHERE left_at IS NOT NULL")
    op.execute("DELETE FROM separations WHERE lifted_at IS NOT NULL")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
