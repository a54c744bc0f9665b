"""Queries about attempts: one row a try, committed before a socket is touched, and what was said in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Table, Text, any_, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.delivery import Outcome
from services.notify.domain.messages import Message
from services.notify.storage.messages import MESSAGES
from services.notify.storage.tables import AttemptRow, ContentRow
from shared.db.base import INSTANT
from shared.db.direct import Direct
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf

ATTEMPTS, CONTENTS = cast(Table, AttemptRow.__table__), cast(Table, ContentRow.__table__)


_ADD = Direct(
    text("""
INSERT INTO attempts (message_id, n, county_id, lease_owner, way, phase, fate, reason, provider_id, late, started_at)
SELECT begun.message_id, begun.n, :county, begun.lease, begun.way, 'begun', '', '', '', false, :now
FROM unnest(:ids, :numbers, :leases, :ways) AS begun (message_id, n, lease, way)
ON CONFLICT DO NOTHING
""").bindparams(
        bindparam("ids", type_=ARRAY(PG_UUID)),
        bindparam("numbers", type_=ARRAY(Integer)),
        bindparam("leases", type_=ARRAY(PG_UUID)),
        bindparam("ways", type_=ARRAY(Text)),
        bindparam("county", type_=PG_UUID),
        bindparam("now", type_=INSTANT),
    )
)


async def add(unit: Unit, begun: Collection[Message]) -> None:
    """Record that attempts begin."""
    if begun:
        await unit.fetch(
            _ADD,
            county=unit.county_id,
            now=unit.now,
            ids=[message.id for message in begun],
            numbers=[message.attempt for message in begun],
            leases=[message.lease_owner for message in begun],
            ways=[message.way.value for message in begun],
        )


async def end(unit: Unit, message: Message, outcome: Outcome, *, late: bool) -> None:
    """Record how an attempt ended. A result that came when the lease was already lost is kept as late."""
    await unit.session.execute(
        update(AttemptRow)
        .where(AttemptRow.county_id == unit.county_id, AttemptRow.message_id == message.id, AttemptRow.n == message.attempt)
        .values(
            phase=outcome.phase.value,
            fate=outcome.fate.value,
            code=outcome.code,
            reason=outcome.reason,
            provider_id=outcome.provider_id,
            late=late,
            ended_at=unit.now,
        )
        .execution_options(synchronize_session=False)
    )


_END_ACCEPTED = Direct(
    text("""
UPDATE attempts a SET phase = 'answered', fate = 'accepted', code = ended.code, ended_at = :now
FROM unnest(:ids, :numbers, :codes) AS ended (message_id, n, code)
WHERE a.county_id = :county AND a.message_id = ended.message_id AND a.n = ended.n
""").bindparams(
        bindparam("ids", type_=ARRAY(PG_UUID)),
        bindparam("numbers", type_=ARRAY(Integer)),
        bindparam("codes", type_=ARRAY(Integer)),
    )
)


async def end_accepted(unit: Unit, accepted: Collection[tuple[Message, Outcome]]) -> None:
    """Record that attempts ended as they should."""
    if accepted:
        await unit.fetch(
            _END_ACCEPTED,
            county=unit.county_id,
            now=unit.now,
            ids=[message.id for message, _ in accepted],
            numbers=[message.attempt for message, _ in accepted],
            codes=[outcome.code for _, outcome in accepted],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """One rendering of a message: which one, in what language, the hash of its bytes, its Message-ID if it is a mail."""

    version: int
    language: str
    template: str
    sha256: str
    header_id: str
    made_at: datetime


_RENDERINGS = Direct(
    select(CONTENTS).where(
        CONTENTS.c.county_id == bindparam("county"), CONTENTS.c.message_id == any_(bindparam("ids", type_=ARRAY(PG_UUID)))
    )
)


async def find_renderings(unit: Unit, message_ids: Collection[UUID]) -> dict[UUID, Rendering]:
    """Return the last rendering of each of these messages."""
    return {
        row["message_id"]: Rendering(
            version=row["version"],
            language=row["language"],
            template=row["template"],
            sha256=row["sha256"],
            header_id=row["header_id"],
            made_at=row["made_at"],
        )
        for row in await unit.fetch(_RENDERINGS, county=unit.county_id, ids=message_ids)
    }


_RENDERING = ("version", "language", "template", "words", "sha256", "header_id", "made_at")
_NEW_CONTENT = insert(CONTENTS)
_KEEP_CONTENT = Direct(
    _NEW_CONTENT.on_conflict_do_update(
        index_elements=["message_id"], set_={name: _NEW_CONTENT.excluded[name] for name in _RENDERING}
    ),
    *("message_id", "county_id", *_RENDERING),
)


async def keep_contents(unit: Unit, contents: Collection[tuple[Message, Rendering, str]]) -> None:
    """Keep what messages say, sealed with each person's key, in place of earlier renderings."""
    rows = [
        {
            "message_id": message.id,
            "county_id": unit.county_id,
            "version": rendering.version,
            "language": rendering.language,
            "template": rendering.template,
            "words": await unit.seal(
                words,
                key=KeyOf(KeyKind.PERSON, message.person_id),
                table="contents",
                column="words",
                row_id=message.id,
            ),
            "sha256": rendering.sha256,
            "header_id": rendering.header_id,
            "made_at": rendering.made_at,
        }
        for message, rendering, words in contents
    ]
    if rows:
        await unit.each(_KEEP_CONTENT, rows)


async def find_content(unit: Unit, message_id: UUID) -> tuple[str, str] | None:
    """Return the language and the opened words of what was sent; None when nothing was rendered yet, or it has faded."""
    row = await unit.session.get(ContentRow, message_id)
    if row is None or row.county_id != unit.county_id or not row.words:
        return None
    return row.language, await unit.open(row.words, table="contents", column="words", row_id=message_id)


async def fade(unit: Unit, *, ended_before: datetime, most: int) -> int:
    """Remove the words of messages that ended before an instant, and return of how many; which rendering it was stays."""
    old = (
        select(CONTENTS.c.message_id)
        .join(MESSAGES, MESSAGES.c.id == CONTENTS.c.message_id)
        .where(
            CONTENTS.c.county_id == unit.county_id,
            CONTENTS.c.words != b"",
            CONTENTS.c.made_at < ended_before,
            MESSAGES.c.finished_at < ended_before,
        )
        .order_by(CONTENTS.c.made_at)
        .limit(most)
        .with_for_update(of=CONTENTS, skip_locked=True)
        .cte("old")
    )
    faded = await unit.session.execute(
        update(CONTENTS).where(CONTENTS.c.message_id == old.c.message_id).values(words=b"").returning(CONTENTS.c.message_id)
    )
    return len(faded.all())
