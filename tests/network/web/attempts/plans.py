"""Attempts on safety plans: threats, steps, agreements, reviews, promises and gaps."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.network.conftest import Api
from tests.support.walls import Attempt

ZONE = ZoneInfo("America/Los_Angeles")


def in_days(days: int) -> str:
    """A day from today on, where the families live."""
    return (datetime.now(ZONE).date() + timedelta(days=days)).isoformat()


def night(days: int) -> dict[str, Any]:
    """From eight in the evening of a day to eight in the morning."""
    return {"starts_local": f"{in_days(days)}T20:00", "ends_local": f"{in_days(days + 1)}T08:00"}


async def make(api: Api, ids: Mapping[str, str]) -> dict[str, str]:
    """Bring a plan into force in a family with a danger, and let its night fall open; return the ids by their name in a path."""
    case = f"/v1/cases/{ids['case_id']}"
    threat = (await api.post(f"{case}/threats", THREAT)).json
    for quality in ("cares", "willing_to_meet"):
        await api.put(f"{case}/members/{ids['member_id']}/qualities/{quality}", {})
    told = {"statement_id": ids["statement_id"], "statement_version": 1}
    await api.put(f"{case}/members/{ids['member_id']}/qualities/understands_concern", told)
    plan = (await api.post(f"{case}/plans", {**PLAN, "starts_on": in_days(0), "ends_on": in_days(6), "windows": [night(2)]})).json
    path = f"/v1/plans/{plan['id']}"
    step = (await api.post(f"{path}/steps", {**STEP, "owner_member_id": ids["mother_id"], "threat_ids": [threat["id"]]})).json
    await api.post(f"{path}/steps/{step['id']}:agree", {"witness": "Omar"})
    promise = {"member_id": ids["member_id"], "action": "Stay with Mateo", "commitment_class": "protective", **night(2)}
    commitment = (await api.post(f"{path}/commitments", promise)).json
    answers = f"{path}/commitments/{commitment['id']}/answers"
    await api.post(answers, {"said": "accepted", "witness": "Omar"})
    signed = {"member_id": ids["mother_id"], "method": "wet", "signed_on": in_days(-1)}
    agreement = (await api.post(f"{path}/agreements", signed)).json
    active = await api.post(f"{path}:activate")
    assert active.status == 200, active.json
    await api.post(answers, {"said": "withdrawn"})
    [gap] = (await api.get(f"/v1/gaps?case_id={ids['case_id']}")).json["items"]
    return {
        "plan_id": plan["id"],
        "threat_id": threat["id"],
        "step_id": step["id"],
        "commitment_id": commitment["id"],
        "gap_id": gap["id"],
        "agreement_id": agreement["id"],
    }


THREAT = {"code": "caregiver_violence", "text": "Rick hit Dana while Mateo was there.", "identified_on": "2026-03-01"}
PLAN = {"kind": "immediate", "words": {"rules": ["Rick is not at home at night."]}}
STEP = {"text": "Dana calls Carmen before the party.", "when_words": "when friends come over"}

CASE = "/v1/cases/{case_id}"
ONE = "/v1/plans/{plan_id}"
ATTEMPTS = [
    Attempt("POST", f"{CASE}/threats", THREAT),
    Attempt("GET", f"{CASE}/threats"),
    Attempt("PATCH", f"{CASE}/threats/{{threat_id}}", {"text": "He shouted."}),
    Attempt("POST", f"{CASE}/plans", {**PLAN, "starts_on": "2027-01-04", "ends_on": "2027-01-10"}),
    Attempt("GET", f"{CASE}/plans"),
    Attempt("GET", ONE),
    Attempt("PATCH", ONE, {"words": {"title": "Another"}}),
    Attempt("GET", f"{ONE}/readiness"),
    Attempt("GET", f"{ONE}/coverage", query="?begin=2027-01-04&end=2027-01-05"),
    Attempt("GET", f"{ONE}/sheet", query="?member_id={member_id}"),
    Attempt("POST", f"{ONE}/steps", {**STEP, "owner_member_id": "{mother_id}", "threat_ids": ["{threat_id}"]}),
    Attempt("GET", f"{ONE}/steps"),
    Attempt("PATCH", f"{ONE}/steps/{{step_id}}", {"text": "Dana calls her mother."}),
    Attempt("POST", f"{ONE}/steps/{{step_id}}:agree", {"witness": "Omar"}),
    Attempt("DELETE", f"{ONE}/steps/{{step_id}}"),
    Attempt("POST", f"{ONE}/agreements", {"member_id": "{mother_id}", "method": "wet", "signed_on": "2026-03-02"}),
    Attempt("GET", f"{ONE}/agreements"),
    Attempt("DELETE", f"{ONE}/agreements/{{agreement_id}}"),
    Attempt("POST", f"{ONE}/reviews", {"held_on": "2026-03-02", "outcome": "continue"}),
    Attempt("GET", f"{ONE}/reviews"),
    Attempt(
        "POST",
        f"{ONE}/commitments",
        {"member_id": "{member_id}", "action": "Come by", "commitment_class": "supportive", **night(3)},
    ),
    Attempt("GET", f"{ONE}/commitments"),
    Attempt("GET", f"{ONE}/commitments/{{commitment_id}}"),
    Attempt("PATCH", f"{ONE}/commitments/{{commitment_id}}", {"action": "Stay"}),
    Attempt("POST", f"{ONE}/commitments/{{commitment_id}}/answers", {"said": "declined", "witness": "Omar"}),
    Attempt("POST", f"{ONE}/gaps/{{gap_id}}:accept", {"reason": "The child is with the grandparents."}),
    Attempt("POST", f"{ONE}:submit"),
    Attempt("POST", f"{ONE}:activate"),
    Attempt("POST", f"{ONE}:approve"),
    Attempt("POST", f"{ONE}:return", {"words": "Who is there on Sunday?"}),
    Attempt("POST", f"{ONE}:revise", {}),
    Attempt("POST", f"{ONE}:end", {"outcome": "ended_resolved"}),
]

WITHOUT_RECORD = {"GET /v1/gaps"}

# A plan is reviewed by the unit's supervisor or the county's administrator, whoever else sees it.
NOT_BY_SIGHT = {f"POST {ONE}:approve": "plan_review_refused", f"POST {ONE}:return": "plan_review_refused"}
