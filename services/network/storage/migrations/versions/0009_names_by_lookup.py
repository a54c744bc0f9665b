"""Find people by name without reading a whole county: behind the wall PostgreSQL uses no index for what arrays share. Additive."""

import sqlalchemy as sa
from alembic import op

from shared.db.migrations_kit import wall

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

# By a trigger, so that whoever writes people keeps it, the previous release among them.
_KEEP = """
CREATE FUNCTION keep_person_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM person_names WHERE county_id = OLD.county_id AND person_id = OLD.id;
  END IF;
  INSERT INTO person_names (county_id, lookup, person_id)
    SELECT DISTINCT NEW.county_id, lookup, NEW.id FROM unnest(NEW.name_lookups) AS lookup;
  RETURN NULL;
END $$
"""
_WHEN = (
    "CREATE TRIGGER keep_names_of_new AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION keep_person_names()",
    """CREATE TRIGGER keep_names_of_changed AFTER UPDATE ON people FOR EACH ROW
       WHEN (OLD.name_lookups IS DISTINCT FROM NEW.name_lookups) EXECUTE FUNCTION keep_person_names()""",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "person_names",
        sa.Column("county_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("county_id", "lookup", "person_id", name=op.f("pk_person_names")),
    )
    op.create_index(op.f("ix_person_names_county_id_person_id"), "person_names", ["county_id", "person_id"])
    op.execute(_KEEP)
    for trigger in _WHEN:
        op.execute(trigger)
    # The owner sees the people of every county for as long as it takes to copy what is there.
    op.execute("ALTER TABLE people NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO person_names (county_id, lookup, person_id)"
        " SELECT DISTINCT county_id, lookup, id FROM people, unnest(name_lookups) AS lookup"
    )
    op.execute("ALTER TABLE people FORCE ROW LEVEL SECURITY")
    wall(op, "person_names")
    op.drop_index("ix_people_name_lookups", "people")
    op.drop_index("ix_people_band_lookups", "people")


def downgrade() -> None:
    op.create_index("ix_people_band_lookups", "people", ["band_lookups"], postgresql_using="gin")
    op.create_index("ix_people_name_lookups", "people", ["name_lookups"], postgresql_using="gin")
    for trigger in ("keep_names_of_new", "keep_names_of_changed"):
        op.execute(f"DROP TRIGGER {trigger} ON people")
    op.execute("DROP FUNCTION keep_person_names()")
    op.drop_table("person_names")
