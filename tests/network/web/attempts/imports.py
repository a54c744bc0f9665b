"""Attempts on what county systems send and fetch."""

from tests.network.web.attempts.families import CASE
from tests.support.walls import Attempt

ATTEMPTS = [
    Attempt("GET", f"{CASE}/export"),
    Attempt("POST", f"{CASE}/members:batch", {"items": [{"person_id": "{other_person_id}", "relationship": "coach"}]}),
]

# Imports and the roster of the whole county are for county systems and administrators: tests/network/web/test_imports.py.
WITHOUT_RECORD = {
    "POST /v1/imports", "GET /v1/imports", "GET /v1/imports/{import_id}", "GET /v1/imports/{import_id}/errors",
    "GET /v1/imports/{import_id}/errors.csv", "POST /v1/people:batch", "GET /v1/exports/roster.csv",
    "GET /v1/exports/roster.ndjson",
}  # fmt: skip

NOT_BY_SIGHT: dict[str, str] = {}
