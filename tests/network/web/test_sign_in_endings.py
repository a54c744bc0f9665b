"""Ending somebody's sign-ins: for administrators, and on record."""

import pytest

from tests.network.conftest import BehindTheWall, Counties

PATH = "/v1/sign-in-endings"


async def test_an_administrators_word_is_on_record_without_a_name(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    answer = await counties.staff("ad", "county_admin").post(PATH, {"staff_id": "amy"})
    assert answer.status == 204
    assert [action for action, _, _ in behind_the_wall.audit()] == ["sign_ins.ended"]


@pytest.mark.parametrize(
    ("role", "code"),
    [(role, "administrators_only") for role in ("caseworker", "supervisor", "facilitator", "scheduler", "on_call")]
    + [("auditor", "forbidden")],
)
async def test_nobody_else_may(counties: Counties, role: str, code: str) -> None:
    answer = await counties.staff("bo", role).post(PATH, {"staff_id": "amy"})
    assert (answer.status, answer.code) == (403, code)
