"""Who moved a member between circles, and when; and what a family's page calls a colleague."""

from typing import Any

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import AUNT, FATHER, listed, member
from tests.portal.standins import CASE, MEMBER
from tests.portal.web.test_plan_pages import at_nine, read

HERE = f"/v1/cases/{CASE}"
FAMILY = f"/families/{CASE}"
OLGA = "per_" + "c" * 32


def change(number: int, kind: str = "member", actor: str = "olga", **more: Any) -> dict[str, Any]:
    """Return one change of the family's record; a greater number is an earlier one."""
    return {
        "id": f"chg_{number:032}",
        "at": f"2027-02-{28 - number:02}T18:00:00Z",
        "actor_kind": "staff",
        "actor_id": actor,
        "kind": kind,
        "thing_id": AUNT,
        "changes": [],
        **more,
    }


def move(number: int, before: str | None, after: str | None, **more: Any) -> dict[str, Any]:
    """Return a change by which a member was moved."""
    return change(number, changes=[{"field": "circle", "before": before, "after": after}], **more)


@pytest.fixture
async def kim(amy: Site) -> Site:
    """A family whose record a colleague, Olga, has changed."""
    amy.world.more |= {
        f"GET {HERE}/members": listed(member(MEMBER), member(AUNT), member(FATHER)),
        f"GET {HERE}/history": listed(),
        "POST /v1/people:search": listed({"id": OLGA, "visible": True, "matched": ["staff_id"]}),
        f"GET /v1/people/{OLGA}": {"id": OLGA, "given_name": "Olga", "family_name": "Brandt"},
    }
    return await at_nine(amy)


async def test_a_members_card_says_who_moved_them_last(kim: Site) -> None:
    moves = [move(1, "outer", "inner"), move(2, "inner", "outer"), move(3, None, "inner", thing_id=MEMBER)]
    kim.world.more[f"GET {HERE}/history"] = listed(*moves)
    page = await kim.page(FAMILY)
    assert "Moved from outer to inner by Olga Brandt, Sat, Feb 27, 10:00 AM" in read(page)
    assert read(page).count("Moved from") == 1


async def test_a_move_further_back_than_the_latest_changes_is_still_told(kim: Site) -> None:
    later = [change(number, "plan", "amy") for number in range(1, 12)]
    kim.world.more[f"GET {HERE}/history"] = listed(*later, move(12, "none", "middle", actor="amy"))
    said = read(await kim.page(FAMILY))
    assert "Moved from no circle to middle by you" in said
    assert "You changed a safety plan" in said


async def test_the_latest_changes_name_colleagues_where_they_are_known(kim: Site) -> None:
    changes = [change(1), change(2, "plan", "amy"), change(3, "plan", "gw", actor_kind="system")]
    kim.world.more[f"GET {HERE}/history"] = listed(*changes)
    said = read(await kim.page(FAMILY))
    for one in (
        "Olga Brandt changed somebody's place in the network",
        "You changed a safety plan",
        "A county system changed a safety plan",
    ):
        assert one in said


async def test_a_colleague_without_a_record_is_staff(kim: Site) -> None:
    kim.world.more |= {f"GET {HERE}/history": listed(move(1, "outer", "inner")), "POST /v1/people:search": listed()}
    said = read(await kim.page(FAMILY))
    assert "Staff changed somebody's place in the network" in said
    assert "olga" not in said


async def test_a_members_page_tells_every_move_and_what_they_came_to_know(kim: Site) -> None:
    moves = [
        {"moved_at": "2027-03-01T16:30:00Z", "moved_by": "olga", "circle_from": "outer", "circle_to": "inner"},
        {"moved_at": "2027-02-10T18:00:00Z", "moved_by": "amy", "circle_from": "outer", "circle_to": "outer"},
        {"moved_at": "2027-02-02T18:00:00Z", "moved_by": "roster-file", "circle_from": "none", "circle_to": "outer"},
    ]
    knows = [("nothing", "nothing"), ("nothing", "some"), ("nothing", "nothing")]
    told = [{**one, "knows_from": before, "knows_to": after} for one, (before, after) in zip(moves, knows, strict=True)]
    kim.world.more[f"GET {HERE}/members/{AUNT}/circle-moves"] = listed(*told)
    said = read(await kim.page(f"{FAMILY}/members/{AUNT}"))
    assert "From outer to inner, by Olga Brandttoday, 8:30 AM" in said
    assert "Knows some of it, before: knows nothing of it yet, by youWed, Feb 10, 10:00 AM" in said


async def test_whoever_was_never_moved_has_a_page_that_says_so(kim: Site) -> None:
    kim.world.more[f"GET {HERE}/members/{AUNT}/circle-moves"] = listed()
    assert "They have not been moved since they joined." in read(await kim.page(f"{FAMILY}/members/{AUNT}"))
