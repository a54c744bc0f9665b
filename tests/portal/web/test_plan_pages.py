"""Making a safety plan and keeping it covered: what the pages offer, refuse and send on."""

import html
import re

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import (
    AUNT,
    DANGER,
    FATHER,
    GAP,
    PLAN,
    PROMISE,
    answers,
    commitment,
    listed,
    member,
    plan,
    window,
)
from tests.portal.standins import CASE, MEMBER

FAMILY = f"/families/{CASE}"
HERE = f"{FAMILY}/plans/{PLAN}"
KEY = "k" * 20
WHEN = {"kind": "immediate", "starts_on": "2027-03-01", "ends_on": "2027-03-08", "cover": "weekend", "adults": "1", "key": KEY}


def read(page: str) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


async def at_nine(site: Site) -> Site:
    """Let the services' clock say Monday morning, and the portal hear it."""
    site.world.date = "Mon, 01 Mar 2027 17:00:00 GMT"
    await site.page("/")
    site.world.asked.clear()
    return site


@pytest.fixture
async def planning(amy: Site) -> Site:
    """A draft of a weekend that lacks its Sunday."""
    amy.world.more |= answers()
    return await at_nine(amy)


@pytest.fixture
async def in_force(amy: Site) -> Site:
    """The same plan in force, with a gap."""
    amy.world.more |= answers("at_risk")
    return await at_nine(amy)


# -- what must be covered


async def test_the_usual_times_are_proposed_in_words(planning: Site) -> None:
    said = read(await planning.page(f"{FAMILY}/plans/new"))
    for words in (
        "Fri, Mar 5, 6 PM to Sun, Mar 7, 6 PM",
        "8 PM to 7 AM, from today on",
        "Times are Pacific Time.",
        "7 days at most",
    ):
        assert words in said


async def test_a_plan_begins_with_its_window_and_goes_on_to_people(planning: Site) -> None:
    answer = await planning.send(f"{FAMILY}/plans", **WHEN)
    assert (answer.status, answer.headers["Location"]) == (303, f"{HERE}/who")
    (asked,) = planning.world.calls("POST", f"/v1/cases/{CASE}/plans")
    assert asked.headers["Idempotency-Key"] == KEY
    assert asked.body["windows"] == [
        {
            "starts_local": "2027-03-05T18:00",
            "ends_local": "2027-03-07T18:00",
            "time_zone": "America/Los_Angeles",
            "repeats": "",
            "label": "This weekend",
            "adults": 1,
        }
    ]


@pytest.mark.parametrize(
    ("cover", "repeats"),
    [("nights", "FREQ=DAILY;UNTIL=20270307"), ("weekends", "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270308")],
)
async def test_usual_times_recur_until_the_plan_ends(planning: Site, cover: str, repeats: str) -> None:
    await planning.send(f"{FAMILY}/plans", **{**WHEN, "cover": cover})
    (asked,) = planning.world.calls("POST", f"/v1/cases/{CASE}/plans")
    assert asked.body["windows"][0]["repeats"] == repeats


async def test_times_of_ones_own_that_end_before_they_begin_are_kept_and_refused(planning: Site) -> None:
    typed = {"own_from_day": "2027-03-06", "own_from_time": "20:00", "own_until_day": "2027-03-06", "own_until_time": "08:00"}
    answer = await planning.send(f"{FAMILY}/plans", **{**WHEN, "cover": "own", **typed})
    page = await answer.text()
    assert answer.status == 422
    assert "<title>Error: " in page
    assert "Choose an end after the start." in page
    assert 'value="2027-03-06"' in page
    assert planning.world.calls("POST", f"/v1/cases/{CASE}/plans") == []


async def test_a_refusal_of_the_service_stands_at_its_field(planning: Site) -> None:
    refusal = {
        "code": "validation",
        "status": 422,
        "errors": [{"pointer": "#/ends_on", "detail": "This kind lasts 7 days at most."}],
    }
    planning.world.refuse[f"POST /v1/cases/{CASE}/plans"] = (422, refusal)
    page = await (await planning.send(f"{FAMILY}/plans", **{**WHEN, "ends_on": "2027-04-30"})).text()
    assert 'href="#ends_on"' in page
    assert "This kind lasts 7 days at most." in page
    assert 'value="2027-04-30"' in page


# -- who can be there


async def test_who_cannot_protect_stands_apart_with_the_reason(planning: Site) -> None:
    page = await planning.page(f"{HERE}/who")
    before, _, after = page.partition("Cannot count as cover")
    assert f'value="{AUNT}"' in before
    assert f'value="{FATHER}"' in after
    assert "Caregiver of concern. Can take steps of the plan, but is never the cover." in after


async def test_a_minor_is_welcome_and_never_cover(planning: Site) -> None:
    members = listed(member(MEMBER), member(AUNT, cannot_protect="minor"))
    planning.world.more[f"GET /v1/cases/{CASE}/members"] = members
    assert "Under 18. Welcome to help, but cover needs an adult." in await planning.page(f"{HERE}/who")


async def test_a_clock_change_in_the_window_is_said(planning: Site) -> None:
    night = window(starts_local="2027-03-13T22:00", ends_local="2027-03-14T06:00")
    planning.world.more[f"GET /v1/plans/{PLAN}"] = plan(windows=[night])
    assert "an hour shorter than it looks" in await planning.page(f"{HERE}/who")


async def test_nobody_chosen_is_said_on_top(planning: Site) -> None:
    async with planning.browser.get(f"{HERE}/times") as answer:
        assert answer.status == 422
        assert "Choose at least one person." in await answer.text()


# -- who takes which part


async def test_the_window_is_shared_out_so_that_all_of_it_is_covered(planning: Site) -> None:
    page = await planning.page(f"{HERE}/times?who={AUNT}&who={MEMBER}")
    assert re.findall(r'name="(?:from|until)_day-[^"]+" type="date" value="([^"]+)"', page) == [
        "2027-03-05", "2027-03-06", "2027-03-06", "2027-03-07",
    ]  # fmt: skip
    assert re.findall(r'name="(?:from|until)-[^"]+" type="time" value="([^"]+)"', page) == ["18:00", "20:00", "20:00", "18:00"]
    assert "Stay with Lila" in page


def part(member_id: str, said: str = "yes", **more: str) -> dict[str, str]:
    """Return one member's part as the form sends it."""
    fields = {
        "from_day": "2027-03-05",
        "from": "18:00",
        "until_day": "2027-03-07",
        "until": "08:00",
        "action": "Stay with Lila",
        "said": said,
        "backup1": MEMBER,
        **more,
    }
    return {f"{name}-{member_id}": value for name, value in fields.items()}


async def test_a_yes_that_was_said_here_is_offered_and_recorded_with_its_witness(planning: Site) -> None:
    answer = await planning.send(f"{HERE}/times", who=AUNT, witness="Amy Stone", key=KEY, **part(AUNT))
    assert answer.status == 303
    (offered,) = planning.world.calls("POST", f"/v1/plans/{PLAN}/commitments")
    assert offered.body == {
        "member_id": AUNT,
        "action": "Stay with Lila",
        "place": "",
        "commitment_class": "protective",
        "backups": [MEMBER],
        "starts_local": "2027-03-05T18:00",
        "ends_local": "2027-03-07T08:00",
        "time_zone": "America/Los_Angeles",
        "repeats": "",
        "witness": "Amy Stone",
    }
    assert offered.headers["Idempotency-Key"].startswith(KEY)


async def test_who_is_only_asked_is_not_answered_for(planning: Site) -> None:
    await planning.send(f"{HERE}/times", who=AUNT, key=KEY, **part(AUNT, "ask"))
    (offered,) = planning.world.calls("POST", f"/v1/plans/{PLAN}/commitments")
    assert "witness" not in offered.body


async def test_a_caregiver_of_concern_never_becomes_cover_whatever_the_form_says(planning: Site) -> None:
    await planning.send(f"{HERE}/times", who=FATHER, witness="Amy", key=KEY, **part(FATHER, **{"class": "protective"}))
    (offered,) = planning.world.calls("POST", f"/v1/plans/{PLAN}/commitments")
    assert offered.body["commitment_class"] == "supportive"


async def test_nothing_is_sent_until_every_part_is_whole_and_all_that_was_typed_is_kept(planning: Site) -> None:
    fields = part(AUNT) | part(MEMBER, "", until="17:00", until_day="2027-03-05", action="Sleep on the couch")
    answer = await planning.send(f"{HERE}/times", who=[AUNT, MEMBER], witness="Amy", key=KEY, **fields)
    page = await answer.text()
    assert answer.status == 422
    assert "Say whether Denise D. said yes here, or shall be asked." in page
    assert "Denise D.: choose an end after the start." in page
    assert 'value="Sleep on the couch"' in page
    assert planning.world.calls("POST", f"/v1/plans/{PLAN}/commitments") == []


async def test_a_spoken_promise_without_a_witness_is_refused(planning: Site) -> None:
    answer = await planning.send(f"{HERE}/times", who=AUNT, witness="", key=KEY, **part(AUNT))
    assert answer.status == 422
    assert "needs a witness" in await answer.text()


async def test_a_part_that_the_service_refuses_stands_with_its_person(planning: Site) -> None:
    refusal = {"code": "kept_apart", "status": 403, "detail": "Two people who must not meet would be close to each other."}
    planning.world.refuse[f"POST /v1/plans/{PLAN}/commitments"] = (403, refusal)
    page = await (await planning.send(f"{HERE}/times", who=AUNT, witness="Amy", key=KEY, **part(AUNT))).text()
    assert "Kim D.: Two people who must not meet would be close to each other." in page


async def test_nights_are_shared_out_by_days_of_the_week(planning: Site) -> None:
    nights = window(starts_local="2027-03-01T20:00", ends_local="2027-03-02T07:00", repeats="FREQ=DAILY;UNTIL=20270307")
    planning.world.more[f"GET /v1/plans/{PLAN}"] = plan(windows=[nights])
    page = await planning.page(f"{HERE}/times?who={AUNT}&who={MEMBER}")
    assert re.findall(rf'name="days-{AUNT}" value="(\w+)" checked', page) == ["MO", "TU", "WE", "TH"]
    assert re.findall(rf'name="days-{MEMBER}" value="(\w+)" checked', page) == ["FR", "SA", "SU"]
    days = {f"days-{AUNT}": ["SA", "SU"]}
    await planning.send(
        f"{HERE}/times", who=AUNT, witness="Amy", key=KEY, **part(AUNT, **{"from": "20:00", "until": "07:00"}), **days
    )
    (offered,) = planning.world.calls("POST", f"/v1/plans/{PLAN}/commitments")
    assert offered.body["starts_local"] == "2027-03-06T20:00"
    assert offered.body["ends_local"] == "2027-03-07T07:00"
    assert offered.body["repeats"] == "FREQ=WEEKLY;BYDAY=SA,SU;UNTIL=20270307"


# -- what everyone agrees on


async def test_the_worry_is_told_understood_and_agreed_to_in_one_form(planning: Site) -> None:
    world = planning.world
    here = f"/v1/cases/{CASE}"
    statement = {"id": DANGER, "kind": "danger", "text": "Drinks", "number": 1, "etag": '"1"'}
    world.more |= {f"POST {here}/statements": statement, f"POST /v1/plans/{PLAN}/agreements": {}}
    world.more |= {f"PUT {here}/statements/{DANGER}/told/{AUNT}": {}}
    qualities = ("cares", "willing_to_meet", "understands_concern")
    world.more |= {f"PUT {here}/members/{AUNT}/qualities/{quality}": {} for quality in qualities}
    answer = await planning.send(
        f"{HERE}/agreed",
        danger="new",
        danger_text="Drinks",
        danger_impact="Nobody is awake",
        told=AUNT,
        agree_member=MEMBER,
        method="recorded",
        witness="Amy Stone",
        key=KEY,
    )
    assert answer.headers["Location"] == HERE
    (understood,) = world.calls("PUT", f"{here}/members/{AUNT}/qualities/understands_concern")
    assert understood.body == {"seen_on": "2027-03-01", "statement_id": DANGER, "statement_version": 1}
    (agreed,) = world.calls("POST", f"/v1/plans/{PLAN}/agreements")
    assert agreed.body == {"member_id": MEMBER, "method": "recorded", "signed_on": "2027-03-01", "witness": "Amy Stone"}


async def test_what_three_people_agree_on_is_written_in_fourteen_calls(planning: Site) -> None:
    world, third = planning.world, "mem_" + "9" * 32
    danger = {"id": DANGER, "kind": "danger", "number": 2, "text": "He may drink.", "impact": "Lila may be alone.", "etag": '"2"'}
    seen = [{"quality": each, "seen_on": "2027-02-01"} for each in ("cares", "willing_to_meet")]
    network = (member(AUNT), member(MEMBER, qualities=seen), {**member(AUNT), "id": third})
    world.more[f"GET /v1/cases/{CASE}/members"] = listed(*network)
    world.more[f"GET /v1/cases/{CASE}/statements"] = listed(danger)
    for one in (AUNT, MEMBER, third):
        world.more[f"PUT /v1/cases/{CASE}/statements/{DANGER}/told/{one}"] = {}
        for quality in ("cares", "willing_to_meet", "understands_concern"):
            world.more[f"PUT /v1/cases/{CASE}/members/{one}/qualities/{quality}"] = member(AUNT)
    await planning.page(f"{HERE}/agreed")
    assert len(world.asked) == 9
    world.asked.clear()
    answer = await planning.send(f"{HERE}/agreed", danger=DANGER, told=[AUNT, MEMBER, third], key=KEY)
    assert answer.status == 303
    made = [one.method for one in world.asked if CASE in one.path or PLAN in one.path]
    assert (made.count("GET"), made.count("PUT"), len(made)) == (4, 3 * 4 - 2, 14)


async def test_a_worry_without_words_is_refused_and_the_rest_kept(planning: Site) -> None:
    answer = await planning.send(f"{HERE}/agreed", danger="new", danger_text="", danger_impact="Hurt", key=KEY)
    page = await answer.text()
    assert answer.status == 422
    assert "Say what you are worried the caregiver may do." in page
    assert 'value="Hurt"' in page


# -- a last look, and beginning


async def test_everything_that_is_missing_leads_to_where_it_is_mended(planning: Site) -> None:
    page = await planning.page(HERE)
    assert "Nobody has promised to be there at this time." in page
    assert f'href="{HERE}/who?from=2027-03-07T08:00&amp;until=2027-03-07T18:00"' in page
    assert "Begin this plan" not in page


async def test_a_plan_that_lacks_nothing_can_begin(amy: Site) -> None:
    amy.world.more |= answers(ready=True, covered=True)
    assert "Begin this plan" in await amy.page(HERE)
    answer = await amy.send(f"{HERE}/activate", etag='"5"')
    assert answer.headers["Location"] == HERE
    (asked,) = amy.world.calls("POST", f"/v1/plans/{PLAN}:activate")
    assert asked.headers["If-Match"] == '"5"'


async def test_a_plan_that_the_gate_refuses_says_why(planning: Site) -> None:
    refusal = {"code": "plan_not_ready", "status": 409, "detail": "This plan cannot begin yet."}
    planning.world.refuse[f"POST /v1/plans/{PLAN}:activate"] = (409, refusal)
    answer = await planning.send(f"{HERE}/activate", etag='"5"')
    assert answer.status == 409
    assert "This plan cannot begin yet." in await answer.text()


# -- a plan in force


async def test_cover_is_a_picture_and_a_table_that_say_the_same(in_force: Site) -> None:
    page = await in_force.page(HERE)
    said = read(page)
    for words in ("Fri, Mar 5", "6 PM to midnight: Kim D.", "Midnight to 8 AM: Kim D.", "8 AM to 6 PM: Nobody yet"):
        assert words in said
    assert page.count('class="bar"') == 3
    assert page.count('<th scope="row">') == 3
    assert "style=" not in page


async def test_gaps_stand_first_on_the_board_and_on_the_familys_page(in_force: Site) -> None:
    for path in ("/", FAMILY):
        said = read(await in_force.page(path))
        assert "Sun, Mar 7, 8 AM to 6 PM" in said
        assert said.index("What lies open") < said.index("Meetings" if path == FAMILY else "This week")


async def test_a_gap_says_who_was_asked_and_can_be_left_open_with_a_reason(in_force: Site) -> None:
    asked = {"gap_id": GAP, "state": "sent", "answer_by": "2027-03-01T17:30:00Z"}
    backup = commitment("offered", id="com_" + "2" * 32, member_id=MEMBER, ask=asked, accepted_by=None)
    in_force.world.more[f"GET /v1/plans/{PLAN}/commitments"] = listed(commitment(), backup)
    said = read(await in_force.page(f"{HERE}/gaps/{GAP}"))
    assert "Denise D. Asked, no answer yet" in said
    assert "waits until today, 9:30 AM" in said
    answer = await in_force.send(f"{HERE}/gaps/{GAP}", reason="", etag='"4"')
    assert answer.status == 422
    answer = await in_force.send(f"{HERE}/gaps/{GAP}", reason="They are at the lake, away from him.", etag='"4"')
    assert answer.headers["Location"] == HERE
    (sent,) = in_force.world.calls("POST", f"/v1/plans/{PLAN}/gaps/{GAP}:accept")
    assert sent.body == {"reason": "They are at the lake, away from him."}


async def test_cannot_this_time_names_the_time(in_force: Site) -> None:
    path = f"{HERE}/promises/{PROMISE}"
    assert "Fri, Mar 5, 6 PM to Sun, Mar 7, 8 AM" in await in_force.page(path)
    answer = await in_force.send(path, said="turn_excused", turn="", key=KEY)
    assert answer.status == 422
    assert "Choose which time it is about." in await answer.text()
    answer = await in_force.send(path, said="turn_excused", turn="2027-03-06T02:00:00+00:00", key=KEY)
    assert answer.headers["Location"] == HERE
    (sent,) = in_force.world.calls("POST", f"/v1/plans/{PLAN}/commitments/{PROMISE}/answers")
    assert sent.body["turn_starts_at"] == "2027-03-06T02:00:00+00:00"


async def test_a_link_of_a_promise_is_shown_once_to_be_handed_over(in_force: Site) -> None:
    assert "Make a link for" in await in_force.page(f"{HERE}/promises/{PROMISE}")
    links = f"/v1/people/{commitment()['person_id']}/links"
    in_force.world.more[f"POST {links}"] = {"url": "https://portal.example.org/m/a-secret-of-twenty"}
    answer = await in_force.send(f"{HERE}/promises/{PROMISE}/link", key=KEY)
    page = await answer.text()
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert 'readonly rows="2">https://portal.example.org/m/a-secret-of-twenty<' in page
    assert "A link for Kim D." in read(page)
    (asked,) = in_force.world.calls("POST", links)
    assert asked.body == {"commitment_id": PROMISE}


async def test_a_promise_that_has_no_page_says_so_instead_of_giving_a_link(in_force: Site) -> None:
    answer = await in_force.send(f"{HERE}/promises/{PROMISE}/link", key=KEY)
    assert answer.status == 409
    assert "There is no page for this" in await answer.text()


async def test_an_answer_that_comes_too_late_is_said_kindly(in_force: Site) -> None:
    path = f"/v1/plans/{PLAN}/commitments/{PROMISE}/answers"
    in_force.world.refuse[f"POST {path}"] = (
        409,
        {"code": "already_covered", "status": 409, "detail": "Somebody else already covers."},
    )
    answer = await in_force.send(f"{HERE}/promises/{PROMISE}", said="withdrawn", key=KEY)
    assert answer.status == 422
    assert "Somebody else already covers." in await answer.text()


async def test_a_backup_that_can_stay_until_a_time_says_until_when(in_force: Site) -> None:
    asked = {"gap_id": GAP, "state": "sent", "answer_by": "2027-03-01T17:30:00Z"}
    backup = commitment("offered", ask=asked, starts_local="2027-03-07T08:00", ends_local="2027-03-07T18:00")
    in_force.world.more[f"GET /v1/plans/{PLAN}/commitments"] = listed(backup)
    fields = {"said": "partial", "witness": "Amy", "until_day": "2027-03-07", "until": "12:00", "key": KEY}
    await in_force.send(f"{HERE}/promises/{PROMISE}", **fields)
    (sent,) = in_force.world.calls("POST", f"/v1/plans/{PLAN}/commitments/{PROMISE}/answers")
    assert sent.body["until"] == "2027-03-07T20:00:00+00:00"


async def test_a_yes_to_a_plan_can_be_taken_back(in_force: Site) -> None:
    agreement = "agr_" + "1" * 32
    yes = {"id": agreement, "capacity": "parent", "method": "recorded", "signed_on": "2027-03-01", "member_id": MEMBER}
    in_force.world.more[f"GET /v1/plans/{PLAN}/agreements"] = listed(yes)
    in_force.world.more[f"DELETE /v1/plans/{PLAN}/agreements/{agreement}"] = {}
    assert "The plan stays in force and covered" in read(await in_force.page(HERE))
    answer = await in_force.send(f"{HERE}/agreements/{agreement}/take-back")
    assert (answer.status, answer.headers["Location"]) == (303, f"{HERE}#agreed")
    assert len(in_force.world.calls("DELETE", f"/v1/plans/{PLAN}/agreements/{agreement}")) == 1


async def test_ending_a_plan_asks_how(in_force: Site) -> None:
    answer = await in_force.send(f"{HERE}/end", outcome="", etag='"5"')
    assert answer.status == 422
    answer = await in_force.send(f"{HERE}/end", outcome="ended_resolved", etag='"5"')
    assert answer.headers["Location"] == HERE
    (sent,) = in_force.world.calls("POST", f"/v1/plans/{PLAN}:end")
    assert sent.body == {"outcome": "ended_resolved"}


async def test_a_plan_of_another_family_is_not_there(amy: Site) -> None:
    amy.world.more |= answers()
    amy.world.more[f"GET /v1/plans/{PLAN}"] = plan(case_id="case_" + "9" * 32)
    async with amy.browser.get(HERE) as answer:
        assert answer.status == 404


async def test_no_page_of_a_plan_blames_or_files(in_force: Site) -> None:
    for path in (
        HERE,
        f"{HERE}/who",
        f"{HERE}/end",
        f"{HERE}/review",
        f"{HERE}/promises/{PROMISE}",
        f"{HERE}/gaps/{GAP}",
        f"{FAMILY}/plans",
    ):
        words = set(re.findall(r"[a-z]+", read(await in_force.page(path)).lower()))
        assert not words & {"case", "cases", "perpetrator", "resistant", "removal", "noncompliant"}
