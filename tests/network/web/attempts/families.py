"""Attempts on people and families."""

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Api
from tests.support.walls import Attempt


async def make(api: Api, external_id: str | None = None) -> dict[str, str]:
    """Make a family with one of everything; return the ids by their name in a path."""
    carmen = (await api.post("/v1/people", {**GRANDMOTHER, "external_id": external_id})).json
    mateo = (await api.post("/v1/people", CHILD)).json
    otto = (await api.post("/v1/people", person("Otto"))).json
    rick = (await api.post("/v1/people", person("Rick"))).json
    case = (await api.post("/v1/cases", FAMILY)).json
    path = f"/v1/cases/{case['id']}"
    await api.post(f"{path}/children", {"person_id": mateo["id"]})
    member = (await api.post(f"{path}/members", {"person_id": carmen["id"], "relationship": "neighbor"})).json
    await api.post(f"{path}/members", {"person_id": rick["id"], "relationship": "father"})
    rule = (
        await api.post(f"{path}/separation-rules", {"person_a": carmen["id"], "person_b": rick["id"], "reason": "dv_safety"})
    ).json
    await api.post(f"{path}/members", {"person_id": otto["id"], "relationship": "neighbor"})
    for shared_with in (["cy", "di"], ["cy"]):
        await api.put(f"{path}/access", {"unit": "north", "assigned": ["amy"], "shared_with": shared_with})
    return {
        "case_id": case["id"],
        "person_id": carmen["id"],
        "child_id": mateo["id"],
        "member_id": member["id"],
        "rule_id": rule["id"],
        "other_person_id": otto["id"],
    }


CASE = "/v1/cases/{case_id}"
ATTEMPTS = [
    Attempt("GET", "/v1/people/{person_id}"),
    Attempt("PATCH", "/v1/people/{person_id}", {"voicemail_ok": True}),
    Attempt("GET", CASE),
    Attempt("PATCH", CASE, {"title": "Mine"}),
    Attempt("GET", f"{CASE}/access"),
    Attempt("GET", f"{CASE}/viewers"),
    Attempt("GET", f"{CASE}/history"),
    Attempt("GET", "/v1/people/{person_id}/history"),
    Attempt("GET", f"{CASE}/access-log"),
    Attempt("GET", "/v1/people/{person_id}/access-log"),
    Attempt("POST", f"{CASE}/children", {"person_id": "{other_person_id}"}),
    Attempt("GET", f"{CASE}/children"),
    Attempt("PATCH", f"{CASE}/children/{{child_id}}", {"intensive_services": True}),
    Attempt("POST", f"{CASE}/members", {"person_id": "{other_person_id}", "relationship": "coach"}),
    Attempt("GET", f"{CASE}/members"),
    Attempt("PATCH", f"{CASE}/members/{{member_id}}", {"circle": "inner"}),
    Attempt("POST", f"{CASE}/separation-rules", {"person_a": "{person_id}", "person_b": "{child_id}", "reason": "dv_safety"}),
    Attempt("GET", f"{CASE}/separation-rules"),
    Attempt("DELETE", f"{CASE}/separation-rules/{{rule_id}}"),
    Attempt("PUT", f"{CASE}/access", {"unit": "north", "assigned": ["amy"], "shared_with": ["cy"]}),
]

# What ends the rest is tried after it.
LAST = [
    Attempt("DELETE", f"{CASE}/members/{{member_id}}"),
    Attempt("POST", f"{CASE}:close"),
]

# What asks about no record in particular, or about one by the county's own id, which is for county systems alone.
WITHOUT_RECORD = {
    "POST /v1/people", "POST /v1/people:search", "PUT /v1/people/by-external-id/{key}", "POST /v1/cases", "GET /v1/cases",
    "GET /v1/events", "POST /v1/sign-in-endings",
}  # fmt: skip

# Whoever sees a family may still not do this to it.
NOT_BY_SIGHT = {
    "PUT /v1/cases/{case_id}/access": "reassignment_refused",
    "GET /v1/people/{person_id}/access-log": "whole_county_only",
}
