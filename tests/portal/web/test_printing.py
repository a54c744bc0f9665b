"""A plan on paper and read aloud: what stands on a person's page, what never does, and what staff are told is left out."""

import re
from typing import Any

import pytest

from services.portal.domain.plans import Commitment, Plan
from services.portal.domain.sheets import Sheet, left_out
from services.portal.gateways.calling import read
from services.portal.web.print_words import ENGLISH, LEFT_OUT, SPANISH, PrintSay
from tests.portal.conftest import Site
from tests.portal.standins import CASE, MEMBER, MOTHER, person
from tests.portal.web.test_member_page import visible

PLAN = "plan_" + "1" * 32
STEP = "step_" + "2" * 32
OTHER = "mem_" + "9" * 32
LIST = f"/families/{CASE}/plans/{PLAN}/print"
PAGE = f"{LIST}/{MEMBER}"
SHIFTED = {
    "starts_local": "2027-03-14T02:30",
    "shown_local": "2027-03-14T03:30",
    "ends_local": "2027-03-14T08:00",
    "starts_at": "2027-03-14T10:30:00Z",
    "ends_at": "2027-03-14T15:00:00Z",
}


def night(day: int) -> dict[str, str]:
    """Return a time of a promise as network writes it."""
    return {
        "starts_local": f"2027-03-{day:02}T20:00",
        "shown_local": f"2027-03-{day:02}T20:00",
        "ends_local": f"2027-03-{day + 1:02}T08:00",
        "starts_at": f"2027-03-{day + 1:02}T04:00:00Z",
        "ends_at": f"2027-03-{day + 1:02}T16:00:00Z",
    }


def a_promise(**more: Any) -> dict[str, Any]:
    """Return a promise on a sheet."""
    return {
        "id": "com_" + "1" * 32,
        "state": "active",
        "commitment_class": "protective",
        "action": "Sleep over with Lila",
        "place": "Your home",
        "starts_local": "2027-03-06T20:00",
        "ends_local": "2027-03-07T08:00",
        "time_zone": "America/Los_Angeles",
        "repeats": "FREQ=WEEKLY",
        "turns": [night(6), SHIFTED],
        **more,
    }


def a_sheet(**more: Any) -> dict[str, Any]:
    """Return a sheet as network writes it."""
    return {
        "plan_id": PLAN,
        "member_id": MEMBER,
        "starts_on": "2027-03-01",
        "ends_on": "2027-03-28",
        "time_zone": "America/Los_Angeles",
        "promises": [a_promise()],
        "steps": [{"id": STEP, "text": "Call each evening", "when_words": "at seven", "due_on": "2027-03-20", "agreed": False}],
        "rules": ["Nobody drinks at home"],
        "triggers": ["A car outside at night"],
        "statements": [
            {"id": "stm_" + "1" * 32, "kind": "danger", "text": "Tom drinks.", "impact": "Lila is alone.", "language": "en"}
        ],
        **more,
    }


def a_plan(**more: Any) -> dict[str, Any]:
    """Return the plan as network writes it."""
    words = {"rules": ["Nobody drinks at home"], "triggers": ["A car outside at night"], "shared_with_network": True}
    return {
        "id": PLAN,
        "case_id": CASE,
        "kind": "sdm_safety_plan",
        "state": "active",
        "time_zone": "America/Los_Angeles",
        "starts_on": "2027-03-01",
        "ends_on": "2027-03-28",
        "review_on": "2027-03-15",
        "words": words,
        "windows": [],
        **more,
    }


def a_commitment(member_id: str = MEMBER) -> dict[str, Any]:
    """Return a promise as the plan's own page has it."""
    return {**a_promise(), "plan_id": PLAN, "member_id": member_id, "person_id": MOTHER}


@pytest.fixture
async def desk(amy: Site) -> Site:
    """Amy, and a family with a plan."""
    coverage = {"plan_id": PLAN, "time_zone": "America/Los_Angeles", "begin": "2027-03-01", "end": "2027-03-08"}
    amy.world.more = {
        f"GET /v1/plans/{PLAN}": a_plan(),
        f"GET /v1/plans/{PLAN}/commitments": {"items": [a_commitment(), a_commitment(OTHER)], "next": None},
        f"GET /v1/plans/{PLAN}/steps": {"items": [], "next": None},
        f"GET /v1/plans/{PLAN}/coverage": coverage,
        f"GET /v1/plans/{PLAN}/sheet": a_sheet(),
    }
    return amy


def printed(page: str) -> str:
    """Return what comes out of the printer: all but the grey part."""
    return visible(re.sub(r"<aside.*?</aside>", " ", page, flags=re.DOTALL))


async def test_a_page_says_what_is_theirs_when_and_whom_to_call(desk: Site) -> None:
    page = printed(await desk.page(PAGE))
    for words in (
        "Denise: my part", "Sleep over with Lila", "Where: Your home", "Every Saturday, 8:00 PM to 8:00 AM.",
        "Saturday, March 6, 8:00 PM to 8:00 AM on Sunday", "3:30 AM (clock change) to 8:00 AM", "Pacific Time",
        "Call each evening", "at seven (by Saturday, March 20)", "I have not said yes to this yet.", "Nobody drinks at home",
        "A car outside at night", "Call (916) 555-0100", "call 911", "For TTY, dial 711 first.", "Printed by Amy Stone on",
    ):  # fmt: skip
        assert words in page, words


async def test_the_worry_is_on_paper_only_where_staff_add_it(desk: Site) -> None:
    assert "Tom drinks." not in await desk.page(PAGE)
    assert '<p lang="en">Tom drinks. Lila is alone.</p>' in await desk.page(f"{PAGE}?worry=yes")


async def test_a_page_is_in_the_language_of_the_person_and_the_familys_words_stay(desk: Site) -> None:
    desk.world.more[f"GET /v1/cases/{CASE}/members"] = {
        "items": [desk.world.member() | {"person": person(MOTHER, written_language="es-MX", spoken_language="es-MX")}],
        "next": None,
    }
    page = await desk.page(PAGE)
    assert '<html lang="es">' in page
    assert '<span lang="">Sleep over with Lila</span>' in page
    said = printed(page)
    assert "Denise: mi parte" in said
    assert "Cada sábado, de 8:00 PM a 8:00 AM." in said
    assert "Sábado 6 de marzo, de 8:00 PM a 8:00 AM del domingo" in said
    assert [words for words in ENGLISH.values() if len(words) > 9 and "$" not in words and words in said] == []
    assert "Usted dijo que haría esto:" in printed(await desk.page(f"{PAGE}/aloud"))
    assert "Denise: my part" in printed(await desk.page(f"{PAGE}?lang=en"))


async def test_large_print_is_a_choice(desk: Site) -> None:
    assert '<main class="large">' in await desk.page(f"{PAGE}?size=large")
    assert '<main class="large">' not in await desk.page(PAGE)


async def test_what_is_left_out_is_told_on_the_screen_and_not_printed(desk: Site) -> None:
    page = await desk.page(PAGE)
    assert LEFT_OUT["others"] in page
    assert LEFT_OUT["others"] not in printed(page)
    assert "Left out" not in printed(page)


async def test_the_same_facts_can_be_read_aloud(desk: Site) -> None:
    page = printed(await desk.page(f"{PAGE}/aloud"))
    for words in (
        "This is for Denise R.", "You said you would do this: Sleep over with Lila.", "It is here: Your home.",
        "Saturday, March 6, 8:00 PM to 8:00 AM on Sunday.", "Call each evening. at seven.", "Do you have any questions?",
    ):  # fmt: skip
        assert words in page, words


async def test_the_notice_that_the_law_wants_is_on_the_page_and_read_aloud(desk: Site) -> None:
    notice = {"text": "Federal law prohibits further disclosure.", "source": "42 CFR 2.32"}
    desk.world.more[f"GET /v1/plans/{PLAN}/sheet"] = a_sheet(notice=notice)
    assert "Federal law prohibits further disclosure. (42 CFR 2.32)" in printed(await desk.page(PAGE))
    assert "Federal law prohibits further disclosure." in printed(await desk.page(f"{PAGE}/aloud"))


async def test_what_was_only_asked_is_not_called_a_promise(desk: Site) -> None:
    desk.world.more[f"GET /v1/plans/{PLAN}/sheet"] = a_sheet(promises=[a_promise(state="offered")])
    assert "What I was asked Sleep over with Lila" in printed(await desk.page(PAGE))
    assert "We ask you to do this:" in printed(await desk.page(f"{PAGE}/aloud"))


async def test_only_who_gets_texts_is_told_to_answer_one(desk: Site) -> None:
    assert "answer our text" not in await desk.page(PAGE)
    texts = {"contact_point_id": "cp_2", "channel": "sms", "consent": "granted", "preferred": True}
    desk.world.more[f"GET /v1/cases/{CASE}/members"] = {
        "items": [desk.world.member() | {"person": person(MOTHER, channels=[texts])}],
        "next": None,
    }
    assert "You can answer our text, too." in await desk.page(PAGE)


async def test_words_that_network_keeps_back_leave_the_times(desk: Site) -> None:
    desk.world.more[f"GET /v1/plans/{PLAN}/sheet"] = a_sheet(promises=[a_promise(action="", place="")])
    page = await desk.page(PAGE)
    assert "Ask us what this is." in printed(page)
    assert "Where:" not in printed(page)
    assert LEFT_OUT["promise_words"] in page


async def test_the_list_says_for_whom_and_what_is_left_out(desk: Site) -> None:
    page = await desk.page(LIST)
    assert f'href="{PAGE}"' in page
    assert f'href="{PAGE}/aloud"' in page
    assert "Who has a part in it" in page
    assert "What each page leaves out" in page
    assert not [one for one in desk.world.asked if one.path.endswith("/sheet")], "a list reads no sheet"


async def test_a_language_without_our_words_is_to_be_interpreted(desk: Site) -> None:
    desk.world.more[f"GET /v1/cases/{CASE}/members"] = {
        "items": [desk.world.member() | {"person": person(MOTHER, written_language="vi")}],
        "next": None,
    }
    assert "They read Vietnamese: have it interpreted." in visible(await desk.page(LIST))


@pytest.mark.parametrize("path", [f"{LIST}/{OTHER}", f"{LIST}/{OTHER}/aloud", f"{LIST}/x"])
async def test_nobody_is_printed_who_is_not_of_the_family(desk: Site, path: str) -> None:
    async with desk.browser.get(path) as answer:
        assert answer.status == 404
    assert not [one for one in desk.world.asked if one.path.endswith("/sheet")]


async def test_a_plan_of_another_family_is_not_found(desk: Site) -> None:
    desk.world.more[f"GET /v1/plans/{PLAN}"] = a_plan(case_id="case_" + "2" * 32)
    for path in (LIST, PAGE, f"{PAGE}/aloud"):
        async with desk.browser.get(path) as answer:
            assert answer.status == 404


async def test_a_sheet_that_network_refuses_is_not_shown(desk: Site) -> None:
    desk.world.refuse[f"GET /v1/plans/{PLAN}/sheet"] = (404, {"code": "not_found", "status": 404})
    async with desk.browser.get(PAGE) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("sheet", "shared", "expected"),
    [
        ({}, True, {"others"}),
        ({"rules": []}, True, {"others", "rules"}),
        ({"rules": [], "triggers": []}, False, {"others", "rules_not_shared"}),
        ({"statements": []}, True, {"others", "worry_not_told"}),
        ({"promises": [a_promise(turns=[night(day) for day in range(1, 13)])]}, True, {"others", "later_dates"}),
    ],
)
def test_what_is_left_out(sheet: dict[str, Any], shared: bool, expected: set[str]) -> None:
    plan = a_plan()
    plan["words"]["shared_with_network"] = shared
    others = (read(Commitment, a_commitment(OTHER)),)
    assert set(left_out(read(Sheet, a_sheet(**sheet)), read(Plan, plan), others, ())) == expected


@pytest.mark.parametrize(
    ("repeats", "english", "spanish"),
    [
        ("FREQ=DAILY", "Every day, 8:00 PM to 8:00 AM.", "Cada día, de 8:00 PM a 8:00 AM."),
        (
            "FREQ=WEEKLY;BYDAY=FR,SA",
            "Every Friday and Saturday, 8:00 PM to 8:00 AM.",
            "Cada viernes y sábado, de 8:00 PM a 8:00 AM.",
        ),
        ("FREQ=WEEKLY;INTERVAL=2", "", ""),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "", ""),
        ("", "", ""),
    ],
)
def test_what_comes_again_is_said_where_it_is_simple(repeats: str, english: str, spanish: str) -> None:
    promise = read(Sheet, a_sheet(promises=[a_promise(repeats=repeats)])).promises[0]
    assert (PrintSay("en").repeats(promise), PrintSay("es-MX").repeats(promise)) == (english, spanish)


def test_both_languages_say_everything() -> None:
    assert set(ENGLISH) == set(SPANISH)
    for name, words in ENGLISH.items():
        assert set(re.findall(r"\$\w+", words)) == set(re.findall(r"\$\w+", SPANISH[name])), name


@pytest.mark.parametrize("words", [*ENGLISH.values(), *SPANISH.values()])
def test_no_word_would_harm_on_a_kitchen_table(words: str) -> None:
    said = set(re.findall(r"\w+", words.lower()))
    assert not said & {
        "cps",
        "cft",
        "abuse",
        "court",
        "dependency",
        "safety",
        "child",
        "case",
        "seguridad",
        "corte",
        "niño",
        "plan",
    }
