"""Drop indexes of arrays: behind the wall PostgreSQL uses none, and each change of a family paid for them. No query loses by it."""

from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("ix_cases_assigned", "cases")
    op.drop_index("ix_cases_shared_with", "cases")


def downgrade() -> None:
    op.create_index("ix_cases_shared_with", "cases", ["shared_with"], postgresql_using="gin")
    op.create_index("ix_cases_assigned", "cases", ["assigned"], postgresql_using="gin")
