"""Look at an import and its report. It is for those who may import: a report names lines of a file, and says nothing of anybody."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from services.network.domain.errors import CountySystemsOnly
from services.network.domain.imports import Import, ImportId, LineFault
from services.network.domain.visibility import may_write_by_external_id
from services.network.storage import imports
from shared.db.unit import Unit
from shared.kernel.access import Caller

PAGE = 5000


class Opens(Protocol):
    """Opens a unit of work of the caller's county."""

    def __call__(self) -> AbstractAsyncContextManager[Unit]:
        """A transaction of its own."""


async def see_import(unit: Unit, import_id: ImportId, *, caller: Caller) -> Import:
    """Return an import of the county. Raises CountySystemsOnly."""
    _check(caller)
    return await imports.get(unit, import_id)


async def see_imports(unit: Unit, *, caller: Caller, before: UUID | None, limit: int) -> list[Import]:
    """Return a page of the county's imports, newest first. Raises CountySystemsOnly."""
    _check(caller)
    return await imports.list_newest(unit, before=before, limit=limit)


async def see_faults(opens: Opens, import_id: ImportId, *, caller: Caller) -> AsyncIterator[list[LineFault]]:
    """Return what is to be said of the lines of an import, page by page, each in a transaction of its own."""
    _check(caller)
    after: tuple[int, UUID] | None = None
    while True:
        async with opens() as unit:
            await imports.get(unit, import_id)
            found = await imports.list_faults(unit, import_id, after=after, limit=PAGE)
        yield [each for _, each in found]
        if len(found) < PAGE:
            return
        after = (found[-1][1].line, found[-1][0])


def _check(caller: Caller) -> None:
    if not may_write_by_external_id(caller):
        raise CountySystemsOnly
