"""Name the reply in which an answer was given, so that it is shown until that very one is judged.

The time it was given did not tell it from one before it that was judged a moment later. Not additive, for no release has it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("entries", sa.Column("said_reply_id", sa.Text(), nullable=False, server_default=""))
    op.drop_column("entries", "said_at")
    # Whose answer was still waiting to be judged is not known any more; they see the one that stands.
    op.execute("ALTER TABLE entries NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE entries SET said = '' WHERE said <> ''")
    op.execute("ALTER TABLE entries FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("entries", sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("entries", "said_reply_id")
