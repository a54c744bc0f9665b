"""A row's words as one sealed column: plain members, as JSON, that only the family's key opens."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.network.domain.cases import CaseId
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def seal_words(unit: Unit, case_id: CaseId, words: Mapping[str, object], *, table: str, row_id: UUID) -> bytes:
    """Return words as the column `words` of a table keeps them."""
    plain = json.dumps(words, ensure_ascii=False)
    return await unit.seal(plain, key=KeyOf(KeyKind.CASE, case_id), table=table, column="words", row_id=row_id)


async def open_words(unit: Unit, stored: bytes, *, table: str, row_id: UUID) -> dict[str, Any]:
    """Return the words of a row. Raises KeyDestroyed."""
    opened: dict[str, Any] = json.loads(await unit.open(stored, table=table, column="words", row_id=row_id))
    return opened
