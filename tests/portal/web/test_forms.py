"""Forms: only ours, sent once, kept when refused."""

import re

import pytest
from yarl import URL

from tests.portal.conftest import Site
from tests.portal.standins import CASE, FATHER, MEETING, MEMBER, MOTHER

FORM = {"circle": "outer", "etag": '"3"'}
CHANGE = f"/families/{CASE}/members/{MEMBER}"


@pytest.mark.parametrize("path", [CHANGE, "/sign-out", f"/meetings/{MEETING}/cancel", f"/families/{CASE}/schedule/review"])
async def test_a_form_without_its_token_is_refused(amy: Site, path: str) -> None:
    amy.world.asked.clear()
    async with amy.browser.post(path, data=FORM, headers={"Origin": amy.url}) as answer:
        assert answer.status == 403
        assert "Open the page again" in await answer.text()
    assert not [one for one in amy.world.asked if one.method != "GET"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "same", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "same", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_of_a_foreign_page_is_refused_even_with_the_token(amy: Site, headers: dict[str, str]) -> None:
    sign_in = await amy.sign_ins.find(next(c.value for c in amy.browser.session.cookie_jar if c.key == "surround"))
    assert sign_in is not None
    sent = {name: amy.url if value == "same" else value for name, value in headers.items()}
    async with amy.browser.post(CHANGE, data={**FORM, "csrf": sign_in.csrf}, headers=sent) as answer:
        assert answer.status == 403
    assert not amy.world.calls("PATCH", f"/v1/cases/{CASE}/members/{MEMBER}")


async def test_anything_but_a_form_is_refused(amy: Site) -> None:
    async with amy.browser.post(CHANGE, json=FORM, headers={"Origin": amy.url}) as answer:
        assert answer.status == 415


async def test_a_change_names_the_version_it_was_decided_on(amy: Site) -> None:
    answer = await amy.send(CHANGE, **FORM)
    assert (answer.status, answer.headers["Location"]) == (303, f"/families/{CASE}#people")
    (call,) = amy.world.calls("PATCH", f"/v1/cases/{CASE}/members/{MEMBER}")
    assert call.headers["If-Match"] == '"3"'
    assert call.body == {"circle": "outer"}


async def test_a_stale_change_shows_both_versions_and_keeps_what_was_chosen(amy: Site) -> None:
    amy.world.circle = "middle"
    amy.world.refuse[f"PATCH /v1/cases/{CASE}/members/{MEMBER}"] = (412, {"code": "precondition_failed", "status": 412})
    answer = await amy.send(CHANGE, **FORM)
    text = await answer.text()
    assert answer.status == 412
    assert "Somebody changed this in the meantime" in text
    assert "middle circle" in text
    assert '<option value="outer" selected>' in text


async def test_a_stale_move_keeps_the_typed_time(amy: Site) -> None:
    amy.world.refuse[f"POST /v1/meetings/{MEETING}:move"] = (412, {"code": "precondition_failed", "status": 412})
    answer = await amy.send(
        f"/meetings/{MEETING}/move", day="2027-03-09", time="15:15", zone="America/Los_Angeles", etag='"4"', key="k" * 20
    )
    text = await answer.text()
    assert answer.status == 412
    assert "You chose 2027-03-09, 15:15" in text
    assert 'value="2027-03-09"' in text
    assert 'value="15:15"' in text


async def test_a_form_sent_twice_carries_one_key(amy: Site) -> None:
    move = {"day": "2027-03-09", "time": "15:15", "zone": "America/Los_Angeles", "etag": '"5"', "key": "k" * 20}
    for _ in range(2):
        answer = await amy.send(f"/meetings/{MEETING}/move", **move)
        assert answer.status == 303
    keys = {call.headers["Idempotency-Key"] for call in amy.world.calls("POST", f"/v1/meetings/{MEETING}:move")}
    assert keys == {"k" * 20}


async def test_errors_stand_on_top_beside_the_field_and_in_the_title(amy: Site) -> None:
    answer = await amy.send(f"/meetings/{MEETING}/move", day="soon", time="", zone="America/Los_Angeles", etag='"5"', key="k" * 20)
    text = await answer.text()
    assert answer.status == 422
    assert "<title>Error: " in text
    assert 'href="#day"' in text
    assert 'id="day-error"' in text


async def test_scheduling_step_by_step(amy: Site) -> None:
    schedule = f"/families/{CASE}/schedule"
    plan = await amy.page(schedule)
    assert "set by the ICWA rule" in plan
    answer = await amy.send(
        schedule, purposes="initial_cft", come=[MOTHER], **{f"role-{MOTHER}": "parent"}, minutes="90", latest_on="2027-03-05"
    )
    assert answer.headers["Location"] == f"{schedule}/times"
    times = await amy.page(f"{schedule}/times")
    assert "10:00 to 11:30 AM" in times
    assert "would rather not: work" in times
    assert "school hours and work" in times
    assert "Pacific Time" in times
    answer = await amy.send(f"{schedule}/times", day="2027-03-04", time="10:00", room_id="res_" + "8" * 32)
    assert answer.headers["Location"] == f"{schedule}/review"
    assert amy.world.calls("POST", "/v1/holds")[0].body["resource_ids"] == ["res_" + "8" * 32]
    review = await amy.page(f"{schedule}/review")
    assert "Email with a calendar entry" in review
    assert "Not invited, and told nothing" in review
    answer = await amy.send(f"{schedule}/review", key="k" * 20, place_name="Grace Church hall")
    assert answer.headers["Location"] == f"/meetings/{MEETING}?booked=1"
    (booking,) = amy.world.calls("POST", "/v1/meetings")
    assert booking.headers["Idempotency-Key"] == "k" * 20
    assert booking.body["starts_local"] == "2027-03-04T10:00"
    assert booking.body["participants"] == [{"person_id": MOTHER, "role": "parent", "required": True, "mode": "in_person"}]
    assert booking.body["place"] == {"name": "Grace Church hall"}
    assert booking.body["hold_id"] == "hold_" + "9" * 32
    answer = await amy.browser.get(f"{schedule}/review", allow_redirects=False)
    assert answer.headers["Location"] == schedule


async def test_people_who_must_never_meet_are_offered_two_meetings(amy: Site) -> None:
    amy.world.separations = [
        {
            "id": "sep_1",
            "person_a": MOTHER,
            "person_b": "per_" + "4" * 32,
            "reason": "no_contact_order",
            "active": True,
            "etag": '"1"',
        }
    ]
    answer = await amy.send(
        f"/families/{CASE}/schedule", purposes="safety_plan", come=[MOTHER, "per_" + "4" * 32], latest_on="2027-03-05"
    )
    text = await answer.text()
    assert answer.status == 409
    assert "Two meetings instead of one" in text
    assert "no-contact" not in text
    assert not amy.world.calls("POST", "/v1/times:search")
    answer = await amy.send(f"/families/{CASE}/schedule/pair", table="0")
    assert answer.status == 303
    await amy.page(f"/families/{CASE}/schedule/times")
    (search,) = amy.world.calls("POST", "/v1/times:search")
    assert [one["person_id"] for one in search.body["participants"]] == [MOTHER]
    assert FATHER not in text


async def test_a_time_that_somebody_else_took_leads_back_to_the_times(amy: Site) -> None:
    schedule = f"/families/{CASE}/schedule"
    await amy.send(schedule, purposes="safety_plan", come=[MOTHER], latest_on="2027-03-05")
    await amy.send(f"{schedule}/times", day="2027-03-04", time="10:00")
    amy.world.refuse["POST /v1/meetings"] = (
        409,
        {"code": "slot_taken", "status": 409, "detail": "Somebody else has just taken it."},
    )
    answer = await amy.send(f"{schedule}/review", key="k" * 20)
    text = await answer.text()
    assert answer.status == 409
    assert "Somebody else has just taken it." in text
    assert "10:00 to 11:30 AM" in text


async def test_a_time_in_the_spring_gap_is_said_aloud(amy: Site) -> None:
    schedule = f"/families/{CASE}/schedule"
    await amy.send(schedule, purposes="safety_plan", come=[MOTHER], latest_on="2027-03-20")
    await amy.send(f"{schedule}/times", day="2027-03-14", time="02:30", action="typed")
    review = await amy.page(f"{schedule}/review")
    assert "this time does not exist" in review
    assert "3:30 AM" in review


async def test_a_time_in_the_autumn_fold_is_said_aloud(amy: Site) -> None:
    schedule = f"/families/{CASE}/schedule"
    await amy.send(schedule, purposes="safety_plan", come=[MOTHER], latest_on="2027-11-20")
    await amy.send(f"{schedule}/times", day="2027-11-07", time="01:30", action="typed")
    assert "happens twice" in await amy.page(f"{schedule}/review")


async def test_a_plan_is_there_again_after_signing_in_anew(amy: Site) -> None:
    await amy.send(f"/families/{CASE}/schedule", purposes="permanency", come=[MOTHER], latest_on="2027-03-05")
    amy.browser.session.cookie_jar.clear()
    await amy.sign_in()
    page = await amy.page(f"/families/{CASE}/schedule")
    assert "This is the plan you began." in page


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (f"/meetings/{MEETING}/people", {"action": "remove", "participant": "../../../v1/elsewhere", "etag": "5"}),
        (f"/families/{CASE}/members/..%2F..%2Felsewhere", {"action": "remove", "etag": "5"}),
        (f"/families/{CASE}/separation-rules/..%2F..%2Felsewhere/lift", {"etag": "5"}),
        ("/call-tasks/..%2Felsewhere", {"outcome": "reached"}),
        ("/call-tasks/task_" + "1" * 32, {"outcome": "reached", "answer": "accepted", "meeting": "../x", "participant": "../y"}),
        (f"/meetings/{MEETING}/replies/..%2F..%2Felsewhere/apply", {}),
    ],
)
async def test_an_id_that_is_none_leads_to_no_other_route_of_a_service(amy: Site, path: str, fields: dict[str, str]) -> None:
    amy.world.asked.clear()
    await amy.send(URL(path, encoded=True), **fields)
    changed = [f"{one.method} {one.path}" for one in amy.world.asked if one.method != "GET"]
    assert not [
        one for one in changed if not re.fullmatch(r"\w+ /v1/(meetings|call-tasks)/(mtg|task)_[0-9a-f]{32}(/.*|:\w+)?", one)
    ]
    assert not [one for one in changed if "elsewhere" in one or "/x" in one or "/y" in one]
