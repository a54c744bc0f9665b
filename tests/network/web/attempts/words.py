"""Attempts on the words that everyone shares."""

from collections.abc import Mapping

from tests.network.bodies import person
from tests.network.conftest import Api
from tests.support.walls import Attempt

DANGER = {"kind": "danger", "text": "Rick drinks at night and hits Dana.", "impact": "Mateo may be hit too."}
VOICE = {"kind": "three_houses", "sayings": [{"room": "worries", "words": "When they shout"}], "said_on": "2026-03-01"}


async def make(api: Api, ids: Mapping[str, str]) -> dict[str, str]:
    """Write one of each in the family; return the ids by their name in a path."""
    path = f"/v1/cases/{ids['case_id']}"
    dana = (await api.post("/v1/people", person("Dana"))).json
    mother = (await api.post(f"{path}/members", {"person_id": dana["id"], "relationship": "mother"})).json
    danger = (await api.post(f"{path}/statements", DANGER)).json
    voice = (await api.post(f"{path}/child-voice", {**VOICE, "child_id": ids["child_id"]})).json
    answer = (
        await api.post(
            f"{path}/scaling-answers",
            {"person_id": ids["person_id"], "danger_id": danger["id"], "score": 4, "said_on": "2026-03-01"},
        )
    ).json
    act = (
        await api.post(
            f"{path}/acts-of-protection",
            {
                "actor_id": mother["id"],
                "observer_id": ids["member_id"],
                "danger_id": danger["id"],
                "acted_on": "2026-03-01",
                "text": "She took Mateo to Carmen before the party.",
            },
        )
    ).json
    step = (await api.post(f"{path}/case-steps", {"owner_id": mother["id"], "text": "Dana calls Carmen."})).json
    return {
        "statement_id": danger["id"],
        "voice_id": voice["id"],
        "answer_id": answer["id"],
        "act_id": act["id"],
        "case_step_id": step["id"],
        "mother_id": mother["id"],
    }


CASE = "/v1/cases/{case_id}"
STATEMENT = f"{CASE}/statements/{{statement_id}}"
VOICES = f"{CASE}/child-voice"
ATTEMPTS = [
    Attempt("POST", f"{CASE}/statements", DANGER),
    Attempt("GET", f"{CASE}/statements"),
    Attempt("GET", STATEMENT),
    Attempt("PATCH", STATEMENT, {"text": "Rick drinks."}),
    Attempt("POST", f"{STATEMENT}:move", {"kind": "grey_area", "why": "Nobody saw it."}),
    Attempt("GET", f"{STATEMENT}/versions"),
    Attempt("GET", f"{STATEMENT}/told"),
    Attempt("PUT", f"{STATEMENT}/told/{{member_id}}", {"number": 1, "told_on": "2026-03-02"}),
    Attempt("GET", f"{CASE}/map"),
    Attempt("GET", f"{CASE}/members/{{member_id}}/words"),
    Attempt("POST", VOICES, {**VOICE, "child_id": "{child_id}"}),
    Attempt("GET", VOICES),
    Attempt("GET", f"{VOICES}/{{voice_id}}"),
    Attempt("PATCH", f"{VOICES}/{{voice_id}}", {"visibility": "network"}),
    Attempt("PUT", f"{VOICES}/{{voice_id}}/released/{{member_id}}"),
    Attempt("DELETE", f"{VOICES}/{{voice_id}}/released/{{member_id}}"),
    Attempt(
        "POST", f"{CASE}/scaling-answers", {"person_id": "{child_id}", "question": "Safe?", "score": 3, "said_on": "2026-03-01"}
    ),
    Attempt("GET", f"{CASE}/scaling"),
    Attempt("DELETE", f"{CASE}/scaling-answers/{{answer_id}}"),
    Attempt(
        "POST",
        f"{CASE}/acts-of-protection",
        {
            "actor_id": "{mother_id}",
            "observer_id": "{member_id}",
            "danger_id": "{statement_id}",
            "acted_on": "2026-03-01",
            "text": "She left.",
        },
    ),
    Attempt("GET", f"{CASE}/acts-of-protection"),
    Attempt("PATCH", f"{CASE}/acts-of-protection/{{act_id}}", {"text": "She left early."}),
    Attempt("DELETE", f"{CASE}/acts-of-protection/{{act_id}}"),
    Attempt("POST", f"{CASE}/case-steps", {"owner_id": "{member_id}", "text": "Carmen reads to Mateo."}),
    Attempt("GET", f"{CASE}/case-steps"),
    Attempt("PATCH", f"{CASE}/case-steps/{{case_step_id}}", {"state": "seen"}),
    Attempt("DELETE", f"{CASE}/case-steps/{{case_step_id}}"),
    Attempt("DELETE", f"{VOICES}/{{voice_id}}"),
    Attempt("DELETE", STATEMENT),
]

WITHOUT_RECORD: set[str] = set()
NOT_BY_SIGHT: dict[str, str] = {}
