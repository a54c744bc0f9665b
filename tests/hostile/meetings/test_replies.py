"""How meetings ends the replies of the rows: notify's own tests of this folder show what it tells of each."""

from typing import Any

from shared.events.notify import Proof
from tests.hostile.mapping import MAIL, SENT
from tests.hostile.rows import Row, tries_all
from tests.meetings.conftest import World, at
from tests.meetings.jobs.test_replies import Booked, booked  # noqa: F401  a fixture
from tests.network.conftest import Api

PROOFS = {"token": Proof.TOKEN, "none": Proof.NONE}
ENDS = {
    "ics-001": ("accepted", {"accepted": "applied"}),
    "ics-003": ("needs_action", {}),
    "ics-005": ("needs_action", {"accepted": "answered_old_time"}),
    "ics-007": ("needs_action", {"": "refused"}),
    "ics-009": ("needs_action", {"maybe-so": "applied"}),
    "ics-011": ("needs_action", {"": "refused"}),
    "ics-013": ("needs_action", {"": "refused"}),
    "ics-025": ("needs_action", {"": "refused"}),
    "ics-027": ("needs_action", {"": "refused"}),
    "ics-029": ("accepted", {"accepted": "applied"}),
}


@tries_all(SENT, MAIL)
async def test_a_reply_has_one_end_and_only_a_true_yes_is_a_yes(booked: Booked, world: World, amy: Api, row: Row) -> None:  # noqa: F811
    partstat, refused, sequence, proof = SENT[row.id].value
    for _ in range({"ics-005": 2}.get(row.id, 0)):
        moved = await amy.send("POST", f"{booked.path}:move", {"starts_local": at("13:00")}, etag=(await booked.now())["etag"])
        assert moved.status == 200
    facts: dict[str, Any] = {"sequence": sequence, "proof": PROOFS[proof], "refused": refused}
    unknown = {"ics-003": {"uid": "no-such-uid@x", "subject_id": None, "person_id": None}}
    await world.hear(booked.reply(partstat, **facts, **unknown.get(row.id, {})))
    answer, outcomes = ENDS[row.id]
    assert ((await booked.mother())["answer"], await booked.outcomes()) == (answer, outcomes)
