"""What one member may see: the page that staff read before they print, send or say anything."""

import re
from typing import Any

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import AUNT, FATHER, PLAN, listed, member, plan
from tests.portal.standins import CASE, MEMBER, MOTHER
from tests.portal.web.test_plan_pages import at_nine, read

HERE = f"/v1/cases/{CASE}"
PAGE = f"/families/{CASE}/members/{AUNT}/sight"
KIM, RICK = f"per_{AUNT[4:]}", f"per_{FATHER[4:]}"


def records(record_class: str, because: str = "no_release", **more: Any) -> dict[str, Any]:
    """Return what network says of one class of records."""
    return {"record_class": record_class, "allowed": because == "release", "because": because, "notice": None, **more}


def sight(**more: Any) -> dict[str, Any]:
    """Return Kim's sight: she is kept apart from Rick, so nothing of hers may name him."""
    return {
        "member_id": AUNT,
        "person_id": KIM,
        "on": "2027-03-01",
        "takes_part": True,
        "things": [],
        "records": [records("education", "release"), records("medical"), records("sud_part2", "no_part2_consent")],
        "may_name": [MOTHER],
        **more,
    }


def release(signer: str, on: str, **more: Any) -> dict[str, Any]:
    """Return a release of school records that names Kim."""
    return {
        "id": "rel_" + on[-1] * 32,
        "signer_person_id": signer,
        "signer_capacity": "parent",
        "signed_on": on,
        "method": "wet",
        "covers": [{"member_id": AUNT, "ended_on": None}],
        "record_classes": ["education"],
        "active": True,
        **more,
    }


@pytest.fixture
async def kim(amy: Site) -> Site:
    """A family in which Kim was told an older worry, and three people signed releases that name her."""
    told = {
        "statement_id": "stm_" + "1" * 32,
        "number": 1,
        "is_newest": False,
        "kind": "danger",
        "text": "Lila may be hurt at night.",
        "language": "en",
        "impact": "",
    }
    promise = {
        "id": "com_" + "1" * 32,
        "state": "offered",
        "commitment_class": "protective",
        "action": "Stay with Lila",
        "place": "",
        "starts_local": "2027-03-05T18:00",
        "ends_local": "2027-03-07T08:00",
        "time_zone": "America/Los_Angeles",
    }
    sheet = {
        "plan_id": PLAN,
        "member_id": AUNT,
        "starts_on": "2027-03-01",
        "time_zone": "America/Los_Angeles",
        "promises": [promise, {**promise, "id": "com_" + "2" * 32, "action": ""}],
        "rules": ["Nobody drinks at home"],
    }
    amy.world.more |= {
        f"GET {HERE}/members": listed(member(MEMBER), member(AUNT), member(FATHER)),
        f"GET {HERE}/members/{AUNT}/sight": sight(),
        f"GET {HERE}/members/{AUNT}/words": {"member_id": AUNT, "statements": [told], "child_voice": []},
        f"GET {HERE}/releases": listed(
            release(MOTHER, "2027-02-01"),
            release(RICK, "2027-02-02"),
            release(MOTHER, "2027-02-03", active=False),
            release(MOTHER, "2027-02-04", covers=[{"member_id": AUNT, "ended_on": "2027-02-20"}]),
        ),
        f"GET {HERE}/plans": listed(plan("active"), plan("ended_resolved", id="plan_" + "2" * 32)),
        f"GET /v1/plans/{PLAN}/sheet": sheet,
    }
    return await at_nine(amy)


async def test_it_says_which_words_plans_and_records_a_member_may_see(kim: Site) -> None:
    said = read(await kim.page(PAGE))
    for one in (
        "What Kim D. may see",
        "Today, Mon, Mar 1.",
        "Immediate plan, from Mon, Mar 1",
        "Stay with Lila: Fri, Mar 5, 6 PM to Sun, Mar 7, 8 AM (asked, no answer yet)",
        "Its words are kept back",
        "Nobody drinks at home",
        "Lila may be hurt at night.",
        "Version 1. There are newer words, which they were not told.",
        "Education May see them",
        "Medical May not see themNo release names them",
        "Needs a release of its own that names them",
    ):
        assert one in said


async def test_records_are_open_by_the_release_that_holds_and_names_them(kim: Site) -> None:
    said = read(await kim.page(PAGE))
    assert re.findall(r"By the release that (\S+ \S+) signed on (\w+, \w+ \d+)", said) == [("Denise D.", "Mon, Feb 1")]


async def test_nobody_kept_apart_from_a_member_is_on_their_page(kim: Site) -> None:
    page = await kim.page(PAGE)
    assert "Denise D." in page
    for one in ("Rick", RICK, FATHER, "kept apart", "never meet"):
        assert one not in page


async def test_treatment_records_come_with_the_words_of_their_law(kim: Site) -> None:
    notice = {"text": "42 CFR part 2 prohibits unauthorized use.", "source": "42 CFR 2.32(a)(2)"}
    kim.world.more[f"GET {HERE}/members/{AUNT}/sight"] = sight(records=[records("sud_part2", "release", notice=notice)])
    assert "Goes with them: 42 CFR part 2 prohibits unauthorized use. (42 CFR 2.32(a)(2))" in read(await kim.page(PAGE))


async def test_whoever_takes_no_part_sees_their_own_promises_alone(kim: Site) -> None:
    kim.world.more[f"GET {HERE}/members/{AUNT}/sight"] = sight(takes_part=False, may_name=[])
    said = read(await kim.page(PAGE))
    assert "they see their own promises and nothing else" in said
    assert "Who may be named to them Nobody." in said


async def test_somebody_of_another_family_has_no_such_page(kim: Site) -> None:
    other = "mem_" + "9" * 32
    async with kim.browser.get(f"/families/{CASE}/members/{other}/sight") as answer:
        assert answer.status == 404
    assert kim.world.calls("GET", f"{HERE}/members/{other}/sight") == []


async def test_whoever_may_read_no_plans_is_refused(kim: Site) -> None:
    kim.world.refuse[f"GET {HERE}/members/{AUNT}/sight"] = (403, {"code": "forbidden", "status": 403})
    async with kim.browser.get(PAGE) as answer:
        assert answer.status == 403
        assert "Denise" not in await answer.text()
