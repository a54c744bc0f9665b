"""Imports of rosters: the orders, their lines while they wait, their reports, and which source brought what. Additive."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations_kit import wall

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

TABLES = ("imports", "import_blocks", "import_faults", "import_marks")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("all_or_nothing", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("confirm_remove", sa.Integer(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("next_block", sa.Integer(), nullable=False),
        sa.Column("would_remove", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("possible_duplicates", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("county_id", "id", name=op.f("uq_imports_county_id_id")),
    )
    op.create_index("ix_imports_unfinished", "imports", ["county_id", "id"], postgresql_where=sa.text("finished_at IS NULL"))
    op.create_index(op.f("ix_imports_county_id_source_kind"), "imports", ["county_id", "source", "kind"])
    op.create_table(
        "import_blocks",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        _of_import("import_blocks"),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_blocks")),
    )
    op.create_table(
        "import_faults",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        _of_import("import_faults"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_faults")),
    )
    op.create_index(op.f("ix_import_faults_county_id_import_id_line_id"), "import_faults", ["county_id", "import_id", "line", "id"])
    op.create_table(
        "import_marks",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        _of_import("import_marks"),
        sa.PrimaryKeyConstraint("county_id", "source", "kind", "lookup", name=op.f("pk_import_marks")),
    )
    op.create_index(op.f("ix_import_marks_county_id_kind_thing_id"), "import_marks", ["county_id", "kind", "thing_id"])
    for table in TABLES:
        wall(op, table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(TABLES):
        op.drop_table(table)


def _of_import(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_county_id_import_id_imports")
    return sa.ForeignKeyConstraint(["county_id", "import_id"], ["imports.county_id", "imports.id"], name=name)
