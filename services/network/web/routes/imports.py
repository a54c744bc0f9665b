"""Routes of county systems: rosters that come in as files or in batches, and leave as files."""

from services.network.domain import errors as no
from services.network.domain import import_errors as bad
from services.network.web import exports, imports, members, people, roster_file
from services.network.web.schemas.exports import FamilyFileOut
from services.network.web.schemas.imports import ImportOut, ImportQuery
from shared.web.batch import MAX_BATCH, BatchIn, BatchOut, BatchQuery
from shared.web.fields import Page, PageQuery
from shared.web.routing import Route, get, post

IMPORT = "/v1/imports/{import_id}"

# fmt: off
ROUTES: tuple[Route, ...] = (
    post("/v1/imports", imports.post_import, needs="imports.write", query=ImportQuery, answer=ImportOut, status=202,
         idempotent=True, takes=(roster_file.CSV, roster_file.NDJSON), upload=True, limit=roster_file.LIMIT,
         raises=(no.CountySystemsOnly, roster_file.FileUnreadable, bad.StaleImport, bad.ImportRunning, bad.ReplaceWouldRemove,
                 bad.ReplaceIncomplete)),
    get("/v1/imports", imports.get_imports, needs="imports.write", query=PageQuery, answer=Page[ImportOut],
        raises=(no.CountySystemsOnly,)),
    get(IMPORT, imports.get_import, needs="imports.write", answer=ImportOut, raises=(no.CountySystemsOnly,)),
    get(f"{IMPORT}/errors", imports.get_errors, needs="imports.write", unit=False, gives=roster_file.NDJSON,
        raises=(no.CountySystemsOnly,)),
    post("/v1/people:batch", people.post_people_batch, needs="people.write", query=BatchQuery, body=BatchIn, answer=BatchOut,
         status=207, idempotent=True, limit=MAX_BATCH),
    post("/v1/cases/{case_id}/members:batch", members.post_members_batch, needs="cases.write", query=BatchQuery, body=BatchIn,
         answer=BatchOut, status=207, idempotent=True, limit=MAX_BATCH, raises=(no.CaseIsClosed,)),
    get(f"{IMPORT}/errors.csv", imports.get_errors_csv, needs="imports.write", unit=False, gives=roster_file.CSV,
        raises=(no.CountySystemsOnly,)),
    get("/v1/cases/{case_id}/export", exports.get_family, needs="plans.read", answer=FamilyFileOut),
    get("/v1/exports/roster.csv", exports.get_roster_csv, needs="imports.write", unit=False, gives=roster_file.CSV,
        raises=(no.CountySystemsOnly,)),
    get("/v1/exports/roster.ndjson", exports.get_roster_ndjson, needs="imports.write", unit=False, gives=roster_file.NDJSON,
        raises=(no.CountySystemsOnly,)),
)
# fmt: on
