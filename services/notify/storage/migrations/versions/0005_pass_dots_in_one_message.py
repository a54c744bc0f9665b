"""Let the phase of final dots be committed in one message to the server: every mail waits for it. Additive.

The same was a message to begin, one to name the county, the statement, and one to commit.
"""

from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

# The county is named before the statement that needs it, and forgotten with its transaction. Who holds the row and by which attempt
# is in the predicate, and so is whether a newer revision has left the message behind. The lease is seldom so near its end that it
# changes: then the row is written beside itself and no index is touched. Rows are found by their ids alone: joined, the planner
# reads all that is held instead, for it mostly counted when nothing was.
PASS_DOTS = """
CREATE FUNCTION pass_dots(county uuid, ids uuid[], attempts integer[], leases uuid[], at_least interval)
RETURNS SETOF uuid LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM set_config('app.county_id', county::text, true);
  RETURN QUERY
  WITH held AS (
    SELECT m.id FROM unnest(ids, attempts, leases) AS asked (id, attempt, lease)
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = asked.id OFFSET 0 FOR UPDATE SKIP LOCKED) AS m
    WHERE m.county_id = county AND m.attempt = asked.attempt AND m.lease_owner = asked.lease AND m.state = 'sending'
      AND (m.entry_id IS NULL OR EXISTS (SELECT FROM entries e WHERE e.id = m.entry_id AND e.revision <= m.revision))
  )
  UPDATE messages m SET phase = 'dot', lease_until = greatest(m.lease_until, clock_timestamp() + at_least)
  FROM held WHERE m.id = held.id RETURNING m.id;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(PASS_DOTS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION pass_dots(uuid, uuid[], integer[], uuid[], interval)")
