"""Handlers that give a county its records as files."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

from services.network.domain.cases import CaseId
from services.network.domain.cells import neutral
from services.network.use_cases.export_family import export_family
from services.network.use_cases.export_roster import RosterEntry, export_roster
from services.network.web.county import today_of, zone_of
from services.network.web.roster_file import CSV, NDJSON
from services.network.web.schemas.exports import RosterLineOut, family_file_out, roster_line_out
from shared.db.unit import Unit
from shared.kernel.wall import local_date
from shared.web.routing import Call, Reply, ok

_COLUMNS = tuple(RosterLineOut.model_fields)


async def get_roster_csv(call: Call) -> Reply:
    """Fetch every member of every open family as a table, family by family; each is on record as seen.

    No cell of it is a formula to a spreadsheet: one that would be begins with an apostrophe.
    """
    headings = [_rows([dict(zip(_COLUMNS, _COLUMNS, strict=True))])]

    def written(entries: list[RosterEntry], today: date) -> bytes:
        lines = [roster_line_out(each, call.staff, today).model_dump(mode="json") for each in entries]
        return (headings.pop() if headings else b"") + _rows(lines)

    disposition = {"Content-Disposition": 'attachment; filename="roster.csv"'}
    return Reply(stream=_roster(call, written), content_type=f"{CSV}; charset=utf-8", headers=disposition)


async def get_roster_ndjson(call: Call) -> Reply:
    """Fetch every member of every open family as one JSON object a line, family by family; each is on record as seen."""

    def written(entries: list[RosterEntry], today: date) -> bytes:
        return "".join(roster_line_out(each, call.staff, today).model_dump_json() + "\n" for each in entries).encode()

    return Reply(stream=_roster(call, written), content_type=NDJSON)


async def _roster(call: Call, written: Callable[[list[RosterEntry], date], bytes]) -> AsyncIterator[bytes]:
    zone = zone_of(call)
    async for entries, now in export_roster(call.open_unit, caller=call.staff):
        yield written(entries, local_date(now, zone))


async def get_family(unit: Unit, call: Call) -> Reply:
    """Fetch a family as one file: its children, members, shared words, plans and promises. Also needs cases.read and people.read.

    The ids in it are those of the API and never change; `version` rises when the shape breaks.
    """
    file = await export_family(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return ok(family_file_out(file, today_of(unit, call), unit.now))


def _rows(lines: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text)
    for line in lines:
        table.writerow([neutral(_cell(line[name])) for name in _COLUMNS])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
