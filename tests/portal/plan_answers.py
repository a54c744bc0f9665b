"""What network answers about one plan, as data for stand-ins: a weekend from Friday to Sunday, Monday being today."""

from typing import Any

from tests.portal.standins import CASE, MEMBER, MOTHER

PLAN = "plan_" + "1" * 32
AUNT = "mem_" + "8" * 32
FATHER = "mem_" + "5" * 32
PROMISE = "com_" + "1" * 32
ASKED = "com_" + "2" * 32
GAP = "gap_" + "1" * 32
DANGER = "stm_" + "1" * 32
STEP = "step_" + "1" * 32
ZONE = "America/Los_Angeles"
NETWORK_NAMES = {AUNT: "Kim", FATHER: "Rick", MEMBER: "Denise"}


def member(member_id: str, **more: Any) -> dict[str, Any]:
    """Return a member of the family's network."""
    person_id = MOTHER if member_id == MEMBER else f"per_{member_id[4:]}"
    return {
        "id": member_id,
        "person": {
            "id": person_id,
            "given_name": NETWORK_NAMES[member_id],
            "family_name": "D.",
            "channels": [{"channel": "sms", "consent": "granted", "preferred": True}],
        },
        "relationship": "mother" if member_id == MEMBER else "aunt_uncle",
        "circle": "inner",
        "caregiver_of_concern": member_id == FATHER,
        "cannot_protect": "caregiver_of_concern" if member_id == FATHER else None,
        "state": "committed",
        "etag": '"3"',
        **more,
    }


def plan(state: str = "draft", **more: Any) -> dict[str, Any]:
    """Return the plan."""
    return {
        "id": PLAN,
        "case_id": CASE,
        "kind": "immediate",
        "state": state,
        "time_zone": ZONE,
        "starts_on": "2027-03-01",
        "ends_on": "2027-03-08",
        "review_on": "2027-03-04",
        "windows": [window()],
        "words": {"title": "", "rules": [], "triggers": [], "monitoring": [], "backup": [], "review_how": ""},
        "etag": '"5"',
        **more,
    }


def window(**more: Any) -> dict[str, Any]:
    """Return the time that must be covered."""
    times = {"starts_local": "2027-03-05T18:00", "ends_local": "2027-03-07T18:00", "time_zone": ZONE, "repeats": ""}
    return {"id": "win_" + "1" * 32, "label": "This weekend", "adults": 1, **times, **more}


def commitment(state: str = "active", **more: Any) -> dict[str, Any]:
    """Return Kim's promise of Friday evening to Sunday morning."""
    return {
        "id": PROMISE,
        "plan_id": PLAN,
        "member_id": AUNT,
        "person_id": "per_" + "8" * 32,
        "state": state,
        "commitment_class": "protective",
        "action": "Stay with Lila",
        "starts_local": "2027-03-05T18:00",
        "ends_local": "2027-03-07T08:00",
        "time_zone": ZONE,
        "backups": [MEMBER],
        "accepted_by": "recorded",
        "witness": "Amy Stone",
        "offered_at": "2027-03-01T17:00:00Z",
        "etag": '"2"',
        **more,
    }


def gap(**more: Any) -> dict[str, Any]:
    """Return the gap of Sunday."""
    span = {
        "starts_at": "2027-03-07T16:00:00Z",
        "ends_at": "2027-03-08T02:00:00Z",
        "starts_local": "2027-03-07T08:00",
        "ends_local": "2027-03-07T18:00",
    }
    return {
        "id": GAP,
        "case_id": CASE,
        "plan_id": PLAN,
        "state": "asking_backups",
        "starts_at": span["starts_at"],
        "ends_at": span["ends_at"],
        "time_zone": ZONE,
        "left": [span],
        "lost_commitment_id": None,
        "told": "opened",
        "opened_at": "2027-03-01T17:00:00Z",
        "etag": '"4"',
        **more,
    }


def coverage(*gaps: dict[str, Any], covered: bool = False) -> dict[str, Any]:
    """Return the cover of the weekend: Kim until Sunday morning, then nobody unless `covered`."""
    friday, sunday, over = "2027-03-06T02:00:00Z", "2027-03-07T16:00:00Z", "2027-03-08T02:00:00Z"
    turn = {
        "commitment_id": PROMISE,
        "member_id": AUNT,
        "starts_local": "2027-03-05T18:00",
        "ends_local": "2027-03-07T18:00" if covered else "2027-03-07T08:00",
        "starts_at": friday,
        "ends_at": over if covered else sunday,
        "shown_local": "2027-03-05T18:00",
        "protects": True,
        "state": "planned",
    }
    return {
        "plan_id": PLAN,
        "time_zone": ZONE,
        "begin": "2027-03-01",
        "end": "2027-03-08",
        "required": [{"window_id": "win_" + "1" * 32, "starts_at": friday, "ends_at": over, "adults": 1}],
        "turns": [turn],
        "open": [],
        "gaps": list(gaps),
    }


def listed(*items: Any) -> dict[str, Any]:
    """Return one page of a list."""
    return {"items": list(items), "next": None}


def answers(state: str = "draft", *, ready: bool = False, covered: bool = False) -> dict[str, Any]:
    """Return everything that network answers about the plan."""
    missing = {"code": "not_covered", "detail": "Nobody has promised to be there at this time.", "subject_id": None}
    missing |= {"starts_at": "2027-03-07T16:00:00Z", "ends_at": "2027-03-08T02:00:00Z"}
    return {
        f"GET /v1/cases/{CASE}/members": listed(member(MEMBER), member(AUNT), member(FATHER)),
        f"GET /v1/cases/{CASE}/plans": listed(plan(state)),
        f"POST /v1/cases/{CASE}/plans": plan(),
        f"GET /v1/plans/{PLAN}": plan(state),
        f"PATCH /v1/plans/{PLAN}": plan(),
        f"GET /v1/plans/{PLAN}/commitments": listed(commitment()),
        f"GET /v1/plans/{PLAN}/readiness": {"ready": ready, "reasons": [] if ready else [missing], "warnings": []},
        f"GET /v1/plans/{PLAN}/coverage": coverage(*(() if covered else (gap(),)), covered=covered),
        f"GET /v1/plans/{PLAN}/steps": listed(),
        f"GET /v1/plans/{PLAN}/agreements": listed(),
        f"GET /v1/plans/{PLAN}/reviews": listed(),
        f"GET /v1/cases/{CASE}/threats": listed(),
        f"GET /v1/cases/{CASE}/statements": listed(),
        f"POST /v1/plans/{PLAN}/commitments": commitment("offered"),
        f"POST /v1/plans/{PLAN}/commitments/{PROMISE}/answers": commitment(),
        f"POST /v1/plans/{PLAN}:activate": plan("active"),
        f"POST /v1/plans/{PLAN}:end": plan("ended_resolved"),
        f"POST /v1/plans/{PLAN}/gaps/{GAP}:accept": gap(state="accepted_by_worker"),
        "GET /v1/gaps": listed(gap()),
    }
