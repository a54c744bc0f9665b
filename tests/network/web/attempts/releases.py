"""Attempts on releases, on what members may see, and on separations that rest."""

from collections.abc import Mapping

from tests.network.conftest import Api
from tests.support.walls import Attempt


async def make(api: Api, ids: Mapping[str, str]) -> dict[str, str]:
    """Make a release in a family that is there; return its id by its name in a path."""
    body = {**SIGNED, "signer_person_id": ids["child_id"], "covers_member_ids": [ids["member_id"]]}
    return {"release_id": (await api.post(f"/v1/cases/{ids['case_id']}/releases", body)).json["id"]}


SIGNED = {
    "signer_capacity": "self",
    "record_classes": ["education"],
    "signed_on": "2026-01-05",
    "method": "wet",
}

CASE = "/v1/cases/{case_id}"
OVERRIDES = f"{CASE}/separation-rules/{{rule_id}}/overrides"
ATTEMPTS = [
    Attempt("POST", f"{CASE}/releases", {**SIGNED, "signer_person_id": "{child_id}", "covers_member_ids": ["{member_id}"]}),
    Attempt("GET", f"{CASE}/releases"),
    Attempt("GET", f"{CASE}/releases/{{release_id}}"),
    Attempt("GET", f"{CASE}/members/{{member_id}}/sight"),
    Attempt("POST", f"{CASE}/releases/{{release_id}}:revoke", {"revoked_on": "2026-01-06"}),
    Attempt("POST", OVERRIDES, {"reason": "One visit at the office, both agreed", "until": "2099-01-01"}),
    Attempt("DELETE", OVERRIDES),
]

WITHOUT_RECORD: set[str] = set()

# A separation rests by a supervisor's word alone; the date above is too late for them, too.
NOT_BY_SIGHT = {"POST /v1/cases/{case_id}/separation-rules/{rule_id}/overrides": "override_refused"}
