"""Qualities, states and vetting of members, how much each knows, and the tracker of relatives' notices. Additive."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.migrations_kit import wall

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

TABLES = ("circle_moves", "looked_into", "kin_notices", "kept_both")


# The previous release writes none of these columns, so each says what leaving it out means.
def _of_people() -> "list[sa.Column[Any]]":
    return [
        sa.Column("shared_device", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("safe_channels", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("urgent_at_night", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("relay_person_id", sa.Uuid(), nullable=True),
        sa.Column("wants_direct_messages", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("direct_messages_approved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("band_lookups", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    ]


def _of_members() -> "list[sa.Column[Any]]":
    return [
        sa.Column("knows_level", sa.Text(), server_default=sa.text("'nothing'"), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=True),
        sa.Column("met_agency_on", sa.Date(), nullable=True),
        sa.Column("set_aside", sa.Text(), nullable=True),
        sa.Column("vetting", sa.Text(), server_default=sa.text("'not_vetted'"), nullable=False),
        sa.Column("vetting_limits", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("will_do_something", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'identified'"), nullable=False),
        sa.Column("was_active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
    ]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _widen_people()
    _widen_members()
    op.create_table(
        "circle_moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("moved_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("moved_by", sa.Text(), nullable=False),
        sa.Column("circle_from", sa.Text(), nullable=False),
        sa.Column("circle_to", sa.Text(), nullable=False),
        sa.Column("knows_from", sa.Text(), nullable=False),
        sa.Column("knows_to", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "member_id"],
            ["members.county_id", "members.id"],
            name=op.f("fk_circle_moves_county_id_member_id_members"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_moves")),
    )
    op.create_index(op.f("ix_circle_moves_county_id_member_id_id"), "circle_moves", ["county_id", "member_id", "id"])
    op.create_table(
        "looked_into",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("looked_by", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_looked_into_county_id_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("case_id", "prompt", name=op.f("pk_looked_into")),
    )
    op.create_table(
        "kin_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("located_on", sa.Date(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("responded_on", sa.Date(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "child_id"],
            ["children.case_id", "children.person_id"],
            name=op.f("fk_kin_notices_case_id_child_id_children"),
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "case_id"], ["cases.county_id", "cases.id"], name=op.f("fk_kin_notices_county_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"], name=op.f("fk_kin_notices_county_id_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kin_notices")),
        sa.UniqueConstraint("case_id", "child_id", "person_id", name=op.f("uq_kin_notices_case_id_child_id_person_id")),
    )
    op.create_index(op.f("ix_kin_notices_county_id_person_id"), "kin_notices", ["county_id", "person_id"])
    op.create_index(op.f("ix_kin_notices_county_id_due_on_id"), "kin_notices", ["county_id", "due_on", "id"])
    op.create_table(
        "kept_both",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("person_a", sa.Uuid(), nullable=False),
        sa.Column("person_b", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id", "person_a"], ["people.county_id", "people.id"], name=op.f("fk_kept_both_county_id_person_a_people")
        ),
        sa.ForeignKeyConstraint(
            ["county_id", "person_b"], ["people.county_id", "people.id"], name=op.f("fk_kept_both_county_id_person_b_people")
        ),
        sa.PrimaryKeyConstraint("county_id", "person_a", "person_b", name=op.f("pk_kept_both")),
    )
    for table in TABLES:
        wall(op, table)


def _widen_people() -> None:
    for column in _of_people():
        op.add_column("people", column)
    op.create_foreign_key(
        op.f("fk_people_county_id_relay_person_id_people"),
        "people",
        "people",
        ["county_id", "relay_person_id"],
        ["county_id", "id"],
    )
    op.create_index("ix_people_band_lookups", "people", ["band_lookups"], postgresql_using="gin")


def _widen_members() -> None:
    for column in _of_members():
        op.add_column("members", column)
    op.create_unique_constraint(op.f("uq_members_county_id_id"), "members", ["county_id", "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(op.f("uq_members_county_id_id"), "members", type_="unique")
    for column in reversed(_of_members()):
        op.drop_column("members", column.name)
    op.drop_index("ix_people_band_lookups", "people")
    op.drop_constraint(op.f("fk_people_county_id_relay_person_id_people"), "people", type_="foreignkey")
    for column in reversed(_of_people()):
        op.drop_column("people", column.name)
