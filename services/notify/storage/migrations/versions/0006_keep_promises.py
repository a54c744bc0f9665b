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

OF_ENTRIES: tuple[sa.Column[Any], ...] = (
    sa.Column("subject_kind", sa.Text(), nullable=False, server_default="meeting"),
    sa.Column("rule", sa.Text(), nullable=False, server_default=""),
    sa.Column("excluded", ARRAY(sa.TIMESTAMP()), nullable=False, server_default="{}"),
    sa.Column("turns", sa.Text(), nullable=False, server_default="[]"),
    sa.Column("over_at", sa.TIMESTAMP(timezone=True), nullable=True),
    sa.Column("standing", sa.Text(), nullable=False, server_default=""),
    sa.Column("standing_at", sa.TIMESTAMP(timezone=True), nullable=True),
    sa.Column("is_ask", sa.Boolean(), nullable=False, server_default="false"),
    sa.Column("answer_by", sa.TIMESTAMP(timezone=True), nullable=True),
    sa.Column("texted_at", sa.TIMESTAMP(timezone=True), nullable=True),
    sa.Column("words", sa.LargeBinary(), nullable=True),
)
OF_MESSAGES: tuple[sa.Column[Any], ...] = (
    sa.Column("turn_starts_at", sa.TIMESTAMP(timezone=True), nullable=True),
    sa.Column("turn_ends_at", sa.TIMESTAMP(timezone=True), nullable=True),
)
OF_CONTACTS: tuple[sa.Column[Any], ...] = (
    sa.Column("urgent_at_night", sa.Boolean(), nullable=False, server_default="false"),
    sa.Column("direct_messages_ok", sa.Boolean(), nullable=False, server_default="true"),
    sa.Column("relay_person_id", sa.Uuid(), nullable=True),
)
ADDED = {"entries": OF_ENTRIES, "messages": OF_MESSAGES, "contacts": OF_CONTACTS}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column.copy())
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
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)
