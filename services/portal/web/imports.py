"""Rosters that a county administrator brings in by hand: tried first, then imported, followed on a page that one may leave.

portal keeps no file: who imports what was tried chooses it once more, and it has to be the same one.
"""

from typing import Final

from aiohttp import web

from services.portal.domain.imports import Import
from services.portal.web import import_codes
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from services.portal.web.uploads import Arrived, Arriving, arrived
from shared.web.client import Problem
from shared.web.errors import BodyTooLarge

LIMIT: Final = 50 * 1024 * 1024
"""network takes no larger file (docs/imports.md)."""
SHOWN: Final = 100
CSV, NDJSON = "text/csv", "application/x-ndjson"
_FIELDS = {"mode": "mode", "source": "source", "all_or_nothing": "all_or_nothing"}


async def get_imports(visit: Visit) -> web.StreamResponse:
    """Ask for a file to be tried, and show the last imports."""
    return await _list_page(visit, visit.form)


async def _list_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    recent = await visit.imports.recent()
    return visit.page("imports.html", status=status, recent=recent, form=form, errors=form.errors)


async def get_import(visit: Visit) -> web.StreamResponse:
    """Show how far an import is; once it is through, what became of its lines, and after a trial the way to import it."""
    found = await visit.imports.one(visit.path("import_id"))
    if "HX-Request" in visit.request.headers and not found.is_under_way:
        return web.Response(status=204, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})
    return await _import_page(visit, found, visit.form)


async def _import_page(visit: Visit, found: Import, form: Form, *, status: int = 200) -> web.Response:
    has_faults = not found.is_under_way and (found.rejected or found.repeated or found.possible_duplicates)
    faults = await visit.imports.faults(found.id, most=SHOWN + 1) if has_faults else ()
    return visit.page(
        "import.html",
        status=status,
        found=found,
        faults=faults[:SHOWN],
        more=len(faults) > SHOWN,
        is_still="still" in visit.request.query,
        form=form,
        errors=form.errors,
    )


async def get_report(visit: Visit) -> web.StreamResponse:
    """Give what is to be said of every line, as a table to download; never what stands there."""
    import_id = visit.path("import_id")
    async with visit.imports.report(import_id) as content:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": f'attachment; filename="report-{import_id[-8:]}.csv"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            }
        )
        await response.prepare(visit.request)
        async for piece in content.iter_any():
            await response.write(piece)
        await response.write_eof()
    return response


async def post_import(visit: Visit) -> web.StreamResponse:
    """Try a file, or import one that was tried."""
    form, recent = visit.form, await visit.imports.recent()  # who may not import is refused before the file arrives
    tried = await visit.imports.one(form.text("tried")) if import_codes.is_id(form.text("tried")) else None
    found = await _received(visit, tried)
    if found is not None:
        return see_other(f"/imports/{found.id}")
    if tried is not None:
        return await _import_page(visit, tried, form, status=422)
    return visit.page("imports.html", status=422, recent=recent, form=form, errors=form.errors)


async def _received(visit: Visit, tried: Import | None) -> Import | None:
    """Receive the file and hand it on; None where the form says what is wrong."""
    form, arriving = visit.form, visit.arriving
    order = _order(form) if tried is None else _same_again(form, tried)
    if arriving is None:
        form.errors["file"] = "Choose a file that has lines in it."
    if form.errors or arriving is None:
        return None
    return await _handed_on(visit, arriving, order, tried)


async def _handed_on(visit: Visit, arriving: Arriving, order: dict[str, str], tried: Import | None) -> Import | None:
    form = visit.form
    try:
        async with arrived(arriving, LIMIT) as file:
            if not file.size:
                form.errors["file"] = "Choose a file that has lines in it."
            elif tried is not None and await visit.portal.sign_ins.tried(tried.id) not in {None, file.sha256}:
                form.errors["file"] = "This is not the file that was tried. Choose the same one, or try this one first."
            else:
                return await _sent(visit, file, order)
    except BodyTooLarge:
        form.errors["file"] = "This file has more than 50 MB. Send it in several files."
    except Problem as problem:
        if problem.status not in {400, 409, 422}:
            raise
        _take(form, problem)
    return None


async def _sent(visit: Visit, file: Arrived, order: dict[str, str]) -> Import:
    media_type = NDJSON if file.begins == b"{" else CSV
    found = await visit.imports.send(file.file, order, media_type=media_type, sha256=file.sha256, key=visit.form.text("key"))
    if found.dry_run:
        await visit.portal.sign_ins.keep_tried(found.id, file.sha256)
    return found


def _order(form: Form) -> dict[str, str]:
    """Read what is to be tried; what is wrong is kept as errors of its fields."""
    kind = form.one_of("kind", tuple(import_codes.KINDS), "")
    if not kind:
        form.errors["kind"] = "Choose what the lines are."
    mode = "replace" if form.text("mode") == "replace" else "upsert"
    return _spelled(kind, mode, form.text("source") or "county", form.flag("all_or_nothing"), dry_run=True)


def _same_again(form: Form, tried: Import) -> dict[str, str]:
    """Return what was tried, to be done: the records that end must have been agreed to."""
    order = _spelled(tried.kind, tried.mode, tried.source, tried.all_or_nothing, dry_run=False)
    if tried.would_remove and not form.flag("remove"):
        form.errors["remove"] = (
            "Check the box if these records are to end. Otherwise try the file anew, letting what it leaves out stay."
        )
    return order | ({"confirm_remove": str(tried.would_remove)} if tried.mode == "replace" else {})


def _spelled(kind: str, mode: str, source: str, all_or_nothing: bool, *, dry_run: bool) -> dict[str, str]:
    flags = {"all_or_nothing": all_or_nothing, "dry_run": dry_run}
    return {"kind": kind, "mode": mode, "source": source} | {name: "true" if on else "false" for name, on in flags.items()}


def _take(form: Form, problem: Problem) -> None:
    """Keep why the file was refused: in our words where network's are for engineers, with its place where there is one."""
    if problem.code in import_codes.REFUSALS:
        form.errors["file"] = import_codes.REFUSALS[problem.code]
        return
    for each in problem.errors:
        place = [f"line {each['line']}"] if "line" in each else []
        place += [f"column {each['column']}"] if each.get("column") else []
        said = str(each.get("detail", "")) or problem.detail
        name = _FIELDS.get(str(each.get("parameter", "")), "file")
        form.errors.setdefault(name, f"{', '.join(place).capitalize()}: {said}" if place else said)
    if not problem.errors:
        form.errors["file"] = problem.detail or "This file could not be taken. Try again."
