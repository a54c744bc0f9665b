"""Calls to make: a young child is told by whoever cares for the child, and by nobody whom the child must never meet."""

from typing import Any

from tests.portal.conftest import Site
from tests.portal.standins import CASE, CHILD, FATHER, MEETING, MOTHER, World, person

TASK = "task_" + "1" * 32


def a_meeting(world: World) -> dict[str, Any]:
    """Return the meeting with the child and both parents."""
    people = ((CHILD, "child"), (MOTHER, "parent"), (FATHER, "guardian"))
    seats = [
        {"id": f"par_{number:032}", "person_id": who, "role": role, "required": role != "child", "mode": "in_person"}
        for number, (who, role) in enumerate(people)
    ]
    return {**world.meeting(), "participants": seats}


def with_a_call(site: Site) -> None:
    """Let a call to the child wait, and give both parents a number."""
    task = {"id": TASK, "person_id": CHILD, "kind": "invitation", "reason": "minor", "subject_id": MEETING, "script": "Hello."}
    numbers = {who: [{"id": "cp_1", "channel": "voice", "value": number, "consent": "granted"}] for who, number in NUMBERS.items()}
    site.world.more = {
        "GET /v1/call-tasks": {"items": [task], "next": None},
        f"GET /v1/meetings/{MEETING}": a_meeting(site.world),
        f"GET /v1/people/{CHILD}": person(CHILD, channels=[], contact_points=[]),
        **{f"GET /v1/people/{who}": person(who, contact_points=points) for who, points in numbers.items()},
    }


NUMBERS = {MOTHER: "+19165550101", FATHER: "+19165550102"}


async def test_the_call_goes_to_whoever_cares_for_the_child(amy: Site) -> None:
    with_a_call(amy)
    page = await amy.page("/call-tasks")
    assert "A young child. Tell <b><bdi>Tom R.</bdi></b>" in page
    assert f'href="tel:{NUMBERS[FATHER]}"' in page
    assert "Read aloud" not in page
    assert "I spoke with Tom R." in page


async def test_nobody_whom_the_child_must_never_meet_is_called(amy: Site) -> None:
    with_a_call(amy)
    amy.world.separations = [{"id": "sep_" + "1" * 32, "person_a": CHILD, "person_b": FATHER, "reason": "no_contact_order"}]
    page = await amy.page("/call-tasks")
    assert "Tell <b><bdi>Denise R.</bdi></b>" in page
    assert NUMBERS[FATHER] not in page
    assert {one.path for one in amy.world.asked} >= {f"/v1/cases/{CASE}/separation-rules"}


async def test_who_facilitates_sees_the_meeting_and_types_another_time(amy: Site) -> None:
    gone = (404, {"code": "not_found", "status": 404})
    for path in (f"GET /v1/cases/{CASE}", f"GET /v1/cases/{CASE}/members", f"GET /v1/people/{MOTHER}", "POST /v1/times:search"):
        amy.world.refuse[path] = gone
    page = await amy.page(f"/meetings/{MEETING}")
    assert "You facilitate this meeting" in page
    assert "Name not shown to you" in page
    assert "You can type one." in await amy.page(f"/meetings/{MEETING}/move")


async def test_somebody_with_a_relay_is_never_called_directly(amy: Site) -> None:
    task = {"id": TASK, "person_id": MOTHER, "relay_person_id": FATHER, "kind": "invitation", "reason": "relay", "script": "Hello."}
    with_a_call(amy)
    amy.world.more["GET /v1/call-tasks"] = {"items": [task], "next": None}
    page = await amy.page("/call-tasks")
    assert "Phone <b><bdi>Tom R.</bdi></b>, and ask them to tell <bdi>Denise R.</bdi>" in page
    assert f'href="tel:{NUMBERS[FATHER]}"' in page
    assert NUMBERS[MOTHER] not in page
    assert "Ask them to pass this on" in page


async def test_a_relay_out_of_sight_is_said_and_nobody_else_is_called(amy: Site) -> None:
    task = {"id": TASK, "person_id": MOTHER, "relay_person_id": FATHER, "kind": "invitation", "reason": "relay", "script": "Hello."}
    with_a_call(amy)
    amy.world.more["GET /v1/call-tasks"] = {"items": [task], "next": None}
    amy.world.refuse[f"GET /v1/people/{FATHER}"] = (404, {"code": "not_found", "status": 404})
    page = await amy.page("/call-tasks")
    assert "that person, whom you do not see" in page
    assert "usa-button usa-button--outline wide" not in page


async def test_a_number_that_is_not_safe_is_not_offered(amy: Site) -> None:
    points = [
        {"id": "cp_1", "channel": "voice", "value": "+19165550111", "consent": "granted"},
        {"id": "cp_2", "channel": "sms", "value": "+19165550112", "consent": "granted"},
    ]
    task = {"id": TASK, "person_id": MOTHER, "kind": "invitation", "reason": "no_channel", "script": "Hello."}
    amy.world.more |= {"GET /v1/call-tasks": {"items": [task], "next": None}}
    amy.world.more[f"GET /v1/people/{MOTHER}"] = person(MOTHER, contact_points=points, safe_channels=["sms"])
    page = await amy.page("/call-tasks")
    assert "tel:+19165550112" in page
    assert "+19165550111" not in page
    amy.world.more[f"GET /v1/people/{MOTHER}"] = person(MOTHER, contact_points=points, safe_channels=["email"])
    page = await amy.page("/call-tasks")
    assert "There is no number here that is safe to call." in page
    assert "usa-button usa-button--outline wide" not in page


async def test_a_letter_says_where_it_is_posted_to_and_never_where_it_is_not_safe(amy: Site) -> None:
    task = {"id": TASK, "person_id": MOTHER, "kind": "invitation", "way": "letter", "reason": "no_channel"}
    points = [
        {"id": "cp_1", "channel": "letter", "value": "PO Box 846, Sacramento", "consent": "none"},
        {"id": "cp_2", "channel": "voice", "value": NUMBERS[MOTHER], "consent": "none"},
    ]
    amy.world.more = {
        "GET /v1/call-tasks": {"items": [task], "next": None},
        f"GET /v1/people/{MOTHER}": person(MOTHER, contact_points=points),
    }
    assert "Post it to: <bdi>PO Box 846, Sacramento</bdi>" in await amy.page("/call-tasks")
    amy.world.more[f"GET /v1/people/{MOTHER}"] = person(MOTHER, contact_points=points, safe_channels=["voice"])
    assert "PO Box 846" not in await amy.page("/call-tasks")
