"""Attempts on qualities, vetting, moves between circles, the prompt list, relatives' notices and people who are alike."""

from collections.abc import Mapping

from tests.network.conftest import Api
from tests.support.walls import Attempt

CASE = "/v1/cases/{case_id}"
MEMBER = f"{CASE}/members/{{member_id}}"
ALIKE = "/v1/people/{person_id}/possible-duplicates"


async def make(api: Api, ids: Mapping[str, str]) -> dict[str, str]:
    """Track a notice in a family that is there; return ids and words by their names in a path."""
    body = {"child_id": ids["child_id"], "person_id": ids["person_id"], "relationship": "grandparent_maternal"}
    made = await api.post(f"/v1/cases/{ids['case_id']}/kin-notices", body)
    return {"kin_notice_id": made.json["id"], "quality": "cares", "prompt": "faith"}


ATTEMPTS = [
    Attempt("GET", ALIKE),
    Attempt("PUT", f"{ALIKE}/{{other_person_id}}", {"decision": "keep_both"}),
    Attempt("GET", f"{CASE}/network"),
    Attempt("GET", f"{MEMBER}/circle-moves"),
    Attempt("GET", f"{CASE}/qualities"),
    Attempt("PUT", f"{MEMBER}/qualities/{{quality}}", {"note": "visits each week"}),
    Attempt("DELETE", f"{MEMBER}/qualities/{{quality}}"),
    Attempt("PUT", f"{MEMBER}/vetting", {"outcome": "suitable"}),
    Attempt("GET", f"{CASE}/prompts"),
    Attempt("PUT", f"{CASE}/prompts/{{prompt}}", {"note": "asked the mother"}),
    Attempt("POST", f"{CASE}/kin-notices", {"child_id": "{child_id}", "person_id": "{other_person_id}", "relationship": "cousin"}),
    Attempt("GET", f"{CASE}/kin-notices"),
    Attempt("PATCH", f"{CASE}/kin-notices/{{kin_notice_id}}", {"note": "asked around"}),
]

# What is owed in all families of the caller: `test_kin_notices.py` says whose those are.
WITHOUT_RECORD = {"GET /v1/kin-notices"}

NOT_BY_SIGHT: dict[str, str] = {}
