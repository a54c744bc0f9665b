"""Queries of how often people were texted. The count is kept where the texts are, so it holds whatever else is away (API O9)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, Text, bindparam, text
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from services.notify.domain.messages import DIRECT_REPLIES
from shared.db.direct import Direct
from shared.db.unit import Unit

_PEOPLE, _LOOKUPS = bindparam("people", type_=ARRAY(PG_UUID)), bindparam("lookups", type_=ARRAY(Text))

# Two that text the same person at once take turns: the second counts when the first has committed.
_IN_TURN = Direct(
    text("""
SELECT pg_advisory_xact_lock(hashtextextended('texts|' || person::text, 0)) FROM unnest(:people) AS person
""").bindparams(_PEOPLE)
)

_COUNT = Direct(
    text("""
SELECT m.person_id, count(*) AS texts FROM messages m
JOIN unnest(:people, :since) AS asked (person_id, since) ON asked.person_id = m.person_id
WHERE m.county_id = :county AND m.sent_lookup = ANY (:lookups) AND m.way = 'sms'
    AND m.state IN ('sending', 'sent', 'delivered', 'unknown') AND coalesce(m.finished_at, asked.since) >= asked.since
    AND m.kind <> ALL (:replies)
GROUP BY m.person_id
""").bindparams(
        _PEOPLE,
        _LOOKUPS,
        bindparam("since", type_=ARRAY(TIMESTAMP(timezone=True))),
        bindparam("county", type_=PG_UUID),
        bindparam("replies", type_=ARRAY(Text)),
    )
)


async def count_since(unit: Unit, since: Mapping[UUID, datetime], *, lookups: set[str]) -> dict[UUID, int]:
    """Return how many texts left, or may have left, for each of these people since an instant of their own day.

    What answers something a person wrote does not count. The counts hold until the transaction ends.
    """
    if not since:
        return {}
    people = sorted(since)
    await unit.fetch(_IN_TURN, people=people)
    found = await unit.fetch(
        _COUNT,
        people=people,
        since=[since[person_id] for person_id in people],
        lookups=sorted(lookups),
        county=unit.county_id,
        replies=[kind.value for kind in DIRECT_REPLIES],
    )
    return {row["person_id"]: row["texts"] for row in found}
