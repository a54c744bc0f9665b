"""Drop indexes of arrays: behind the wall PostgreSQL uses none, and each change of a family paid for them. No query loses by it."""

from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("ix_families_assigned", "families")
    op.drop_index("ix_families_shared_with", "families")


def downgrade() -> None:
    op.create_index("ix_families_shared_with", "families", ["shared_with"], postgresql_using="gin")
    op.create_index("ix_families_assigned", "families", ["assigned"], postgresql_using="gin")
