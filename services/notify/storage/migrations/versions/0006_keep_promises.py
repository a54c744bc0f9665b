"""Keep promises as entries, know whom nothing reaches directly, and let a member prove who they are. Additive.

The previous release reads and writes meetings alone: what it leaves out has a default.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.migrations_kit import wall

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)

# Table, column, type, and its default where it may not be null.
ADDED: tuple[tuple[str, str, Any, str | None], ...] = (
    ("entries", "subject_kind", sa.Text(), "meeting"),
    ("entries", "rule", sa.Text(), ""),
    ("entries", "excluded", ARRAY(sa.TIMESTAMP()), "{}"),
    ("entries", "turns", sa.Text(), "[]"),
    ("entries", "over_at", INSTANT, None),
    ("entries", "standing", sa.Text(), ""),
    ("entries", "standing_at", INSTANT, None),
    ("entries", "is_ask", sa.Boolean(), "false"),
    ("entries", "answer_by", INSTANT, None),
    ("entries", "texted", sa.Text(), ""),
    ("entries", "texted_at", INSTANT, None),
    ("entries", "words", sa.LargeBinary(), None),
    ("messages", "turn_starts_at", INSTANT, None),
    ("messages", "turn_ends_at", INSTANT, None),
    ("contacts", "urgent_at_night", sa.Boolean(), "false"),
    ("contacts", "direct_messages_ok", sa.Boolean(), "true"),
    ("contacts", "relay_person_id", sa.Uuid(), None),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, name, kind, default in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index("ix_contacts_staff", "contacts", ["county_id", "staff_id"], postgresql_where=sa.text("staff_id IS NOT NULL"))
    op.create_table(
        "step_ups",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("county_id", "person_id", name=op.f("pk_step_ups")),
    )
    wall(op, "step_ups")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("step_ups")
    op.drop_index("ix_contacts_staff", table_name="contacts")
    for table, name, _, _ in ADDED:
        op.drop_column(table, name)
