"""Two people at one plan: nothing that was typed is lost, what the other one changed is said, and one tap sends it again."""

import html
import re
from collections.abc import Mapping

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import AUNT, DANGER, FATHER, GAP, PLAN, STEP, answers, coverage, gap, listed, plan, window
from tests.portal.standins import CASE
from tests.portal.web.test_plan_pages import HERE, KEY, at_nine, read

STALE = (412, {"code": "precondition_failed", "status": 412, "detail": "Somebody changed this in the meantime."})
WORDS = {"title": "", "rules": [], "triggers": [], "monitoring": [], "backup": [], "review_how": ""}


@pytest.fixture
async def planning(amy: Site) -> Site:
    """A draft of a weekend that lacks its Sunday."""
    amy.world.more |= answers()
    return await at_nine(amy)


def carried(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form that goes to an address."""
    found = next(one for one in re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL) if f'action="{action}"' in one)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found)
    return {html.unescape(name): html.unescape(value) for name, value in fields if name != "csrf"}


async def send(site: Site, path: str, fields: Mapping[str, object]) -> tuple[int, str]:
    """Send a form; return the status and the page that came back."""
    answer = await site.send(path, **fields)
    return answer.status, await answer.text()


async def test_times_typed_while_a_colleague_moved_the_window_are_kept_and_go_through_at_the_second_tap(planning: Site) -> None:
    shown = carried(await planning.page(f"{HERE}/when"), f"{HERE}/when")
    typed = {"cover": "own", "own_from_day": "2027-03-06", "own_from_time": "07:00", "own_until_day": "2027-03-07"}
    typed |= {"own_until_time": "21:00", "adults": "2"}
    theirs = plan(windows=[window(ends_local="2027-03-07T12:00")], etag='"6"')
    planning.world.more[f"GET /v1/plans/{PLAN}"] = theirs
    planning.world.refuse[f"PATCH /v1/plans/{PLAN}"] = STALE
    status, page = await send(planning, f"{HERE}/when", shown | typed)
    said = read(page)
    assert status == 412
    assert "<title>Error: " in page
    assert "Somebody changed this in the meantime" in said
    assert "Time to cover Before: Fri, Mar 5, 6 PM to Sun, Mar 7, 6 PM (1 adult at a time)" in said
    assert "Now: Fri, Mar 5, 6 PM to Sun, Mar 7, noon (1 adult at a time)" in said
    assert "How it stands" not in said
    for value in ("2027-03-06", "07:00", "2027-03-07", "21:00"):
        assert f'value="{value}"' in page
    planning.world.refuse.clear()
    planning.world.asked.clear()
    status, _ = await send(planning, f"{HERE}/when", carried(page, f"{HERE}/when") | typed)
    assert status == 303
    (call,) = planning.world.calls("PATCH", f"/v1/plans/{PLAN}")
    assert call.headers["If-Match"] == '"5"'  # the stand-in's ETag header goes before the body's
    assert call.body["windows"][0]["starts_local"] == "2027-03-06T07:00"


async def test_a_reason_for_leaving_time_open_is_kept_when_a_backup_said_yes_meanwhile(amy: Site) -> None:
    amy.world.more |= answers("at_risk")
    await at_nine(amy)
    shown = carried(await amy.page(f"{HERE}/gaps/{GAP}"), f"{HERE}/gaps/{GAP}")
    left = {"starts_at": "2027-03-07T20:00:00Z", "ends_at": "2027-03-08T02:00:00Z"}
    left |= {"starts_local": "2027-03-07T12:00", "ends_local": "2027-03-07T18:00"}
    amy.world.more[f"GET /v1/plans/{PLAN}/coverage"] = coverage(gap(state="partly_filled", left=[left], etag='"9"'))
    amy.world.refuse[f"POST /v1/plans/{PLAN}/gaps/{GAP}:accept"] = STALE
    status, page = await send(amy, f"{HERE}/gaps/{GAP}", shown | {"reason": "She is with her grandmother."})
    assert status == 412
    assert ">She is with her grandmother.</textarea>" in page
    assert "Now: Part of it is covered, the rest is open" in read(page)
    assert "What is left Before: Sun, Mar 7, 8 AM to 6 PM Now: Sun, Mar 7, noon to 6 PM" in read(page)
    assert carried(page, f"{HERE}/gaps/{GAP}")["etag"] == '"9"'


async def test_words_of_a_supervisor_are_kept_when_the_plan_changed_meanwhile(amy: Site) -> None:
    amy.world.more |= answers("supervisor_review")
    await at_nine(amy)
    shown = carried(await amy.page(HERE), f"{HERE}/oversight")
    amy.world.more[f"GET /v1/plans/{PLAN}"] = plan("supervisor_review", words={**WORDS, "rules": ["No alcohol in the home"]})
    amy.world.refuse[f"POST /v1/plans/{PLAN}:return"] = STALE
    status, page = await send(amy, f"{HERE}/oversight", shown | {"action": "return", "words": "Name who drives."})
    assert status == 412
    assert ">Name who drives.</textarea>" in page
    assert "Rules Before: nothing Now: No alcohol in the home" in read(page)
    assert "Your words are kept." in page


async def test_how_a_plan_ends_stays_chosen(planning: Site) -> None:
    shown = carried(await planning.page(f"{HERE}/end"), f"{HERE}/end")
    planning.world.more |= answers("active")
    planning.world.refuse[f"POST /v1/plans/{PLAN}:end"] = STALE
    status, page = await send(planning, f"{HERE}/end", shown | {"outcome": "cancelled"})
    assert status == 412
    assert "How it stands Before: Being made Now: In force" in read(page)
    assert re.search(r'value="cancelled" checked', page)


async def test_a_plan_that_changed_under_the_last_tap_does_not_begin_and_says_what_is_new(amy: Site) -> None:
    amy.world.more |= answers(ready=True, covered=True)
    await at_nine(amy)
    shown = carried(await amy.page(HERE), f"{HERE}/activate")
    amy.world.more[f"GET /v1/plans/{PLAN}"] = plan(review_on="2027-03-05")
    amy.world.refuse[f"POST /v1/plans/{PLAN}:activate"] = STALE
    status, page = await send(amy, f"{HERE}/activate", shown)
    assert status == 412
    assert "Review Before: Thu, Mar 4 Now: Fri, Mar 5" in read(page)
    assert "Begin this plan" in page


# -- what everyone agrees on


async def test_a_list_that_a_colleague_wrote_meanwhile_is_not_written_over_by_one_left_untouched(planning: Site) -> None:
    shown = carried(await planning.page(f"{HERE}/agreed"), f"{HERE}/agreed")
    planning.world.more[f"GET /v1/plans/{PLAN}"] = plan(words={**WORDS, "triggers": ["Shouting"]})
    typed = {"danger": "", "triggers": "", "backup": "Call Kim", "monitoring": ""}
    status, _ = await send(planning, f"{HERE}/agreed", shown | typed)
    assert status == 303
    (call,) = planning.world.calls("PATCH", f"/v1/plans/{PLAN}")
    assert (call.body["words"]["triggers"], call.body["words"]["backup"]) == (["Shouting"], ["Call Kim"])


async def test_a_list_that_both_wrote_is_shown_with_both_and_kept_at_the_second_tap(planning: Site) -> None:
    shown = carried(await planning.page(f"{HERE}/agreed"), f"{HERE}/agreed")
    planning.world.more[f"GET /v1/plans/{PLAN}"] = plan(words={**WORDS, "backup": ["Call Grandma"]})
    typed = {"danger": "", "triggers": "", "backup": "Call Kim\nThen Luis", "monitoring": "", "step_text": "Goes to his brother's"}
    status, page = await send(planning, f"{HERE}/agreed", shown | typed)
    assert status == 412
    assert "Choose, or write, the worry that this step answers." in page
    assert "What happens then Before: nothing Now: Call Grandma" in read(page)
    assert ">Call Kim\nThen Luis</textarea>" in page
    assert 'value="Goes to his brother&#39;s"' in page
    assert [one.path for one in planning.world.asked if one.method in {"PATCH", "POST"}] == []
    status, _ = await send(planning, f"{HERE}/agreed", carried(page, f"{HERE}/agreed") | typed | {"step_text": ""})
    assert status == 303
    (call,) = planning.world.calls("PATCH", f"/v1/plans/{PLAN}")
    assert call.body["words"]["backup"] == ["Call Kim", "Then Luis"]


async def test_what_was_kept_before_a_refusal_is_not_sent_twice(planning: Site) -> None:
    world = planning.world
    danger = {"id": DANGER, "kind": "danger", "number": 1, "text": "He may drink.", "impact": "Lila may be alone.", "etag": '"1"'}
    world.more[f"POST /v1/cases/{CASE}/statements"] = danger
    world.more[f"POST /v1/plans/{PLAN}/steps"] = {"id": STEP, "owner_member_id": FATHER, "text": "Goes to his brother's"}
    world.refuse[f"POST /v1/plans/{PLAN}/agreements"] = (409, {"code": "conflict", "status": 409, "detail": "Not now."})
    typed = {"danger": "new", "danger_text": "He may drink.", "danger_impact": "Lila may be alone.", "key": KEY}
    typed |= {"step_owner": FATHER, "step_text": "Goes to his brother's", "agree_member": AUNT, "witness": "Amy"}
    status, page = await send(planning, f"{HERE}/agreed", typed)
    assert (status, "Not now." in page) == (422, True)
    world.more[f"GET /v1/cases/{CASE}/statements"] = listed(danger)
    status, page = await send(planning, f"{HERE}/agreed", typed)
    assert f'value="{DANGER}" checked' in page
    assert re.search(r'name="step_text" type="text" value=""', page)


async def test_a_step_that_was_taken_out_meanwhile_leads_back_to_the_plan_and_empties_nothing(planning: Site) -> None:
    step = {"id": STEP, "owner_member_id": FATHER, "text": "Goes to his brother's", "etag": '"1"'}
    planning.world.more[f"GET /v1/plans/{PLAN}/steps"] = listed(step)
    planning.world.more[f"GET /v1/plans/{PLAN}"] = plan(words={**WORDS, "backup": ["Call Kim"]})
    planning.world.refuse[f"DELETE /v1/plans/{PLAN}/steps/{STEP}"] = STALE
    status, page = await send(planning, f"{HERE}/steps/{STEP}", {"action": "drop", "etag": '"1"'})
    assert status == 412
    assert "Somebody changed this in the meantime" in page
    assert "<li>Call Kim</li>" in page
