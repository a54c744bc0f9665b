"""Handlers about imports of rosters."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from typing import Final
from uuid import UUID

from services.network.domain import errors, import_errors
from services.network.domain.imports import ImportId, LineFault
from services.network.use_cases.begin_import import begin_import
from services.network.use_cases.see_import import see_faults, see_import, see_imports
from services.network.web.county import zone_of
from services.network.web.roster_file import CSV, NDJSON, UploadedRoster
from services.network.web.schemas.imports import begin_import_from, import_out, import_path, line_fault_out
from shared.db.unit import Unit
from shared.web.registry import errors_in
from shared.web.routing import Call, Reply, accepted, ok, page

SENTENCES: Final = {error.code: error().detail for module in (errors, import_errors) for error in errors_in(module)}


async def post_import(unit: Unit, call: Call) -> Reply:
    """Import a roster file: families, people or members.

    Nothing of it counts before all of it has arrived, its digest holds and every line could be read. It is applied afterwards, line
    by line; `errors_url` of the import says what became of those that were not taken. An import never sends anything to anybody.
    """
    upload = call.upload
    if upload is None:
        raise RuntimeError("this route takes an upload")
    command = begin_import_from(call.query, now=unit.now)
    file = UploadedRoster(upload, command.kind)
    order = await begin_import(unit, command, file, caller=call.staff, zone=zone_of(call), now=unit.now)
    return accepted(import_out(order), location=import_path(order))


async def get_imports(unit: Unit, call: Call) -> Reply:
    """List the county's imports, newest first."""
    before = UUID(call.page_place[0]) if call.page_place else None
    found = await see_imports(unit, caller=call.staff, before=before, limit=call.query.limit)
    is_full = len(found) == call.query.limit
    return page([import_out(each) for each in found], next=[str(found[-1].id)] if is_full else None)


async def get_import(unit: Unit, call: Call) -> Reply:
    """See how far an import is, and what became of its lines."""
    return ok(import_out(await see_import(unit, ImportId(call.ids["import_id"]), caller=call.staff)))


async def get_errors(call: Call) -> Reply:
    """Read what is to be said of an import's lines, as one JSON object a line; never what stands in them."""

    def written(faults: list[LineFault]) -> bytes:
        return "".join(line_fault_out(each, SENTENCES).model_dump_json() + "\n" for each in faults).encode()

    return Reply(stream=_report(call, written), content_type=NDJSON)


async def get_errors_csv(call: Call) -> Reply:
    """Read what is to be said of an import's lines, as a table; never what stands in them."""
    headings = [b"line,column,code,detail\r\n"]

    def written(faults: list[LineFault]) -> bytes:
        text = io.StringIO()
        table = csv.writer(text)
        for each in faults:
            shown = line_fault_out(each, SENTENCES)
            table.writerow([shown.line, shown.column or "", shown.code, shown.detail])
        return (headings.pop() if headings else b"") + text.getvalue().encode()

    return Reply(stream=_report(call, written), content_type=f"{CSV}; charset=utf-8")


async def _report(call: Call, written: Callable[[list[LineFault]], bytes]) -> AsyncIterator[bytes]:
    async for faults in see_faults(call.open_unit, ImportId(call.ids["import_id"]), caller=call.staff):
        yield written(faults)
