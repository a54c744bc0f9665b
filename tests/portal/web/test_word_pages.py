"""Shared words, relatives and releases, and what makes a member part of the network: what pages show, ask for and send on."""

import re

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import AUNT, DANGER, FATHER, listed, member
from tests.portal.standins import CASE, CHILD, MEMBER, MOTHER
from tests.portal.web.test_plan_pages import at_nine, read

FAMILY = f"/families/{CASE}"
HERE = f"/v1/cases/{CASE}"
KEY = "k" * 20
NOTICE = "kin_" + "1" * 32
VOICE = "voi_" + "1" * 32
RELEASE = "rel_" + "1" * 32
STATEMENT = {
    "id": DANGER,
    "kind": "danger",
    "text": "Rick drinks and falls asleep.",
    "impact": "Lila could get hurt.",
    "number": 2,
    "written_at": "2027-03-01T16:00:00Z",
    "hints": [{"code": "too_long", "detail": "This is long."}],
    "etag": '"2"',
}
SCORES = [
    {"id": f"scl_{each * 32}", "score": score, "said_on": on}
    for each, score, on in (("1", 3, "2027-02-01"), ("2", 6, "2027-02-20"))
]


@pytest.fixture
async def words(amy: Site) -> Site:
    """A family with a worry that two must be told again, answers on the scale, and an act of protection."""
    amy.world.more |= {
        f"GET {HERE}/members": listed(member(MEMBER), member(AUNT), member(FATHER)),
        f"GET {HERE}/map": {"columns": [{"kind": "danger", "items": [STATEMENT]}, {"kind": "bottom_line", "items": []}]},
        f"GET {HERE}/statements": listed(STATEMENT),
        f"GET {HERE}/statements/{DANGER}": STATEMENT,
        f"GET {HERE}/statements/{DANGER}/told": {
            "statement_id": DANGER,
            "number": 2,
            "told": [{"member_id": AUNT, "number": 1, "told_on": "2027-02-01"}],
            "still_to_tell": [AUNT, MEMBER],
        },
        f"GET {HERE}/scaling": {"series": [{"person_id": MOTHER, "danger_id": DANGER, "question": "", "answers": SCORES}]},
        f"GET {HERE}/acts-of-protection": listed(
            {
                "id": "act_" + "1" * 32,
                "actor_id": MEMBER,
                "observer_id": AUNT,
                "danger_id": DANGER,
                "acted_on": "2027-02-25",
                "text": "Took Lila to Kim before he came home.",
            }
        ),
        f"GET {HERE}/child-voice": listed(),
        f"GET {HERE}/threats": listed(),
        f"POST {HERE}/statements": STATEMENT,
        f"PATCH {HERE}/statements/{DANGER}": STATEMENT,
        f"POST {HERE}/statements/{DANGER}:move": STATEMENT,
        f"POST {HERE}/scaling-answers": {},
        f"POST {HERE}/child-voice": {},
        f"POST {HERE}/threats": {},
    }
    return await at_nine(amy)


async def test_the_map_says_who_is_to_be_told_and_every_chart_has_its_table(words: Site) -> None:
    page = await words.page(f"{FAMILY}/words")
    said = read(page)
    assert "To be told: Denise D. and Kim D." in said
    assert "Took Lila to Kim before he came home." in said
    assert '<polyline class="multiple__line" points="10,66 190,42 "' in page
    assert '<th scope="row">Sat, Feb 20</th><td>6</td>' in page
    assert "4.5" not in said


async def test_a_statement_shows_its_hints_and_versions(words: Site) -> None:
    said = read(await words.page(f"{FAMILY}/words/{DANGER}"))
    for one in ("Version 2, today, 8:00 AM", "This is long.", "Kim D.: version 1 on Mon, Feb 1", "to be told the new words"):
        assert one in said


async def test_a_new_statement_names_only_what_its_kind_has(words: Site) -> None:
    fields = {"text": "Drinks", "impact": "Hurt", "tense": "past", "actor_id": MEMBER, "links": [DANGER], "key": KEY}
    wanted = {
        "danger": {"text": "Drinks", "impact": "Hurt", "kind": "danger"},
        "harm": {"text": "Drinks", "impact": "Hurt", "tense": "past", "kind": "harm"},
        "safety_goal": {"text": "Drinks", "actor_id": MEMBER, "links": [DANGER], "kind": "safety_goal"},
        "bottom_line": {"text": "Drinks", "kind": "bottom_line"},
    }
    for kind, body in wanted.items():
        answer = await words.send(f"{FAMILY}/words/new", kind=kind, **fields)
        assert answer.headers["Location"] == f"{FAMILY}/words/{DANGER}"
        assert words.world.calls("POST", f"{HERE}/statements")[-1].body == body


async def test_a_statement_without_words_is_refused_and_a_stale_one_is_kept(words: Site) -> None:
    answer = await words.send(f"{FAMILY}/words/new", kind="danger", text="", key=KEY)
    assert answer.status == 422
    assert "Write it in a sentence or two." in await answer.text()
    refusal = {"code": "precondition_failed", "status": 412, "detail": "Somebody changed this in the meantime."}
    words.world.refuse[f"PATCH {HERE}/statements/{DANGER}"] = (412, refusal)
    answer = await words.send(f"{FAMILY}/words/{DANGER}", text="Rick drinks on Fridays.", etag='"1"')
    page = await answer.text()
    assert answer.status == 422
    assert "Somebody changed this in the meantime." in page
    assert "It now says: Rick drinks and falls asleep." in page
    assert "Rick drinks on Fridays.</textarea>" in page
    assert 'name="etag" value="&#34;2&#34;"' in page


async def test_a_move_on_the_map_says_why(words: Site) -> None:
    path = f"{FAMILY}/words/{DANGER}"
    answer = await words.send(path, action="move", kind="complicating_factor", why="", etag='"2"')
    assert answer.status == 422
    await words.send(path, action="move", kind="complicating_factor", why="No harm follows from it.", etag='"2"')
    (sent,) = words.world.calls("POST", f"{HERE}/statements/{DANGER}:move")
    assert sent.body == {"kind": "complicating_factor", "why": "No harm follows from it."}


@pytest.mark.parametrize("score", ["", "11", "-1", "six"])
async def test_an_answer_beyond_the_scale_is_refused(words: Site, score: str) -> None:
    answer = await words.send(f"{FAMILY}/words/scale", person_id=MOTHER, danger_id=DANGER, score=score, key=KEY)
    assert answer.status == 422
    assert "Choose a number from 0 to 10." in await answer.text()
    assert words.world.calls("POST", f"{HERE}/scaling-answers") == []


async def test_a_childs_words_are_kept_room_by_room(words: Site) -> None:
    rooms = {"room-worries": "When they shout.", "room-dreams": "", "room-inside": "Nobody"}
    await words.send(f"{FAMILY}/words/voices", kind="three_houses", child_id=CHILD, key=KEY, **rooms)
    (sent,) = words.world.calls("POST", f"{HERE}/child-voice")
    assert sent.body["sayings"] == [{"room": "worries", "words": "When they shout."}]


async def test_a_child_is_heard_by_a_parent_only_once_a_worker_lets_them(words: Site) -> None:
    voice = {
        "id": VOICE,
        "child_id": CHILD,
        "kind": "three_houses",
        "said_on": "2027-02-20",
        "sayings": [{"room": "worries", "words": "When they shout."}],
        "etag": '"1"',
    }
    words.world.more |= {f"GET {HERE}/child-voice": listed(voice), f"PUT {HERE}/child-voice/{VOICE}/released/{MEMBER}": voice}
    said = read(await words.page(f"{FAMILY}/words"))
    assert "Let Denise D. see it" in said
    assert "Let Kim D. see it" not in said
    answer = await words.send(f"{FAMILY}/words/voices/{VOICE}", member=MEMBER, action="release", etag='"1"')
    assert answer.headers["Location"] == f"{FAMILY}/words#voices"
    assert len(words.world.calls("PUT", f"{HERE}/child-voice/{VOICE}/released/{MEMBER}")) == 1


async def test_a_step_of_the_familys_own_plan_says_who_and_what(words: Site) -> None:
    words.world.more |= {f"POST {HERE}/case-steps": {}}
    answer = await words.send(f"{FAMILY}/words/steps", owner_id=MEMBER, step_text="", key=KEY)
    assert answer.status == 422
    await words.send(f"{FAMILY}/words/steps", owner_id=MEMBER, step_text="Calls Kim before he drinks", links=DANGER, key=KEY)
    (sent,) = words.world.calls("POST", f"{HERE}/case-steps")
    assert sent.body == {"owner_id": MEMBER, "text": "Calls Kim before he drinks", "links": [DANGER]}


async def test_a_threat_is_kept_as_typed(words: Site) -> None:
    answer = await words.send(f"{FAMILY}/words/threats", code="", threat_text="", key=KEY)
    assert answer.status == 422
    await words.send(f"{FAMILY}/words/threats", code="st_3", threat_text="Nobody awake at night", key=KEY)
    (sent,) = words.world.calls("POST", f"{HERE}/threats")
    assert sent.body == {"code": "st_3", "text": "Nobody awake at night", "identified_on": "2027-03-01"}


# -- relatives


@pytest.fixture
async def kin(words: Site) -> Site:
    """The same, with a relative who must be told by Friday."""
    words.world.more |= {
        f"GET {HERE}/prompts": listed(
            {"prompt": "paternal_side", "status": "open", "member_ids": []},
            {"prompt": "maternal_side", "status": "found", "member_ids": [AUNT]},
            {"prompt": "tribe", "status": "not_asked", "member_ids": []},
        ),
        f"PUT {HERE}/prompts/paternal_side": {},
        f"GET {HERE}/kin-notices": listed(
            {
                "id": NOTICE,
                "child_id": CHILD,
                "person": {"id": "per_" + "8" * 32, "given_name": "Ona", "family_name": "D."},
                "relationship": "aunt_uncle",
                "state": "located",
                "due_on": "2027-03-05",
                "owed": True,
                "etag": '"1"',
            }
        ),
        f"PATCH {HERE}/kin-notices/{NOTICE}": {},
    }
    return words


async def test_forgotten_people_are_asked_for_by_side_and_what_was_looked_into_is_kept(kin: Site) -> None:
    said = read(await kin.page(f"{FAMILY}/relatives"))
    assert "Father's side Nobody has looked yet" in said
    assert "Mother's side Somebody is thereKim D." in said
    assert "Tribe" not in said
    answer = await kin.send(f"{FAMILY}/relatives/looked", prompt="paternal_side", note="")
    assert answer.status == 422
    answer = await kin.send(f"{FAMILY}/relatives/looked", prompt="paternal_side", note="Asked Denise and the court file.")
    assert answer.status == 303
    (sent,) = kin.world.calls("PUT", f"{HERE}/prompts/paternal_side")
    assert sent.body == {"note": "Asked Denise and the court file."}


async def test_a_relative_who_must_be_told_stands_among_what_is_due(kin: Site) -> None:
    said = read(await kin.page(FAMILY))
    assert "Tell 1 relative in writing by Fri, Mar 5" in said
    fields = {"state": "notified", "notified_on": "2027-03-01", "method": "letter", "located_on": "2027-03-01", "etag": '"1"'}
    answer = await kin.send(f"{FAMILY}/relatives/{NOTICE}", **fields)
    assert answer.headers["Location"] == f"{FAMILY}/relatives"
    (sent,) = kin.world.calls("PATCH", f"{HERE}/kin-notices/{NOTICE}")
    assert sent.body == {"state": "notified", "notified_on": "2027-03-01", "method": "letter"}
    assert sent.headers["If-Match"] == '"1"'


# -- releases


async def test_a_release_names_people_and_records_and_can_be_taken_back(words: Site) -> None:
    release = {
        "id": RELEASE,
        "signer_person_id": MOTHER,
        "signer_capacity": "parent",
        "signed_on": "2027-02-10",
        "method": "wet",
        "covers": [{"member_id": AUNT}],
        "record_classes": ["education"],
        "active": True,
        "etag": '"1"',
    }
    words.world.more |= {
        f"GET {HERE}/releases": listed(release),
        f"POST {HERE}/releases": release,
        f"POST {HERE}/releases/{RELEASE}:revoke": release,
    }
    page = f"{FAMILY}/releases"
    assert "Education Holds" in read(await words.page(page))
    answer = await words.send(page, signer_person_id=MOTHER, signed_on="2027-03-01", key=KEY)
    assert answer.status == 422
    assert "Choose at least one person whom the release names." in await answer.text()
    fields = {"signer_person_id": MOTHER, "signer_capacity": "parent", "covers": AUNT, "record_classes": "education"}
    answer = await words.send(page, signed_on="2027-03-01", method="wet", key=KEY, **fields)
    assert answer.headers["Location"] == page
    await words.send(f"{page}/{RELEASE}/revoke", etag='"1"')
    (sent,) = words.world.calls("POST", f"{HERE}/releases/{RELEASE}:revoke")
    assert sent.body == {"revoked_on": "2027-03-01"}


async def test_what_can_never_be_released_is_refused_in_the_services_own_words(words: Site) -> None:
    words.world.more |= {f"GET {HERE}/releases": listed()}
    refusal = {"code": "part2_stands_alone", "status": 409, "detail": "Substance use records need a release of their own."}
    words.world.refuse[f"POST {HERE}/releases"] = (409, refusal)
    fields = {"signer_person_id": MOTHER, "covers": AUNT, "record_classes": ["sud_part2", "medical"], "signed_on": "2027-03-01"}
    page = await (await words.send(f"{FAMILY}/releases", method="wet", key=KEY, **fields)).text()
    assert "Substance use records need a release of their own." in page
    assert re.findall(r'value="(\w+)" checked', page) == [AUNT, "medical", "sud_part2"]


# -- what makes somebody part of the network


async def test_the_roster_says_state_and_qualities_in_words(words: Site) -> None:
    seen = {"seen_on": "2027-02-01", "quality": "cares"}
    again = {"seen_on": "2027-02-01", "quality": "understands_concern", "needs_refresh": True}
    words.world.more[f"GET {HERE}/members"] = listed(member(AUNT, state="lapsed", qualities=[seen, again], will_do_something=True))
    page = await words.page(FAMILY)
    said = read(page)
    for one in (
        "Was active; something is missing now",
        "Cares and will do something",
        "To be told the new words",
        "Not yet: willing to meet",
    ):
        assert one in said
    assert 'role="img" aria-label="The circles around the child' in page
    assert "Tell 1 member the new words" in said


async def test_a_quality_that_was_seen_and_a_vetting_are_sent_on(words: Site) -> None:
    path = f"{FAMILY}/members/{AUNT}"
    words.world.more |= {f"PUT {HERE}/members/{AUNT}/qualities/cares": {}, f"PUT {HERE}/members/{AUNT}/vetting": {}}
    answer = await words.send(path, action="seen", quality="cares")
    assert answer.headers["Location"] == f"{path}#qualities"
    (sent,) = words.world.calls("PUT", f"{HERE}/members/{AUNT}/qualities/cares")
    assert sent.body == {"seen_on": "2027-03-01"}
    await words.send(
        path, action="vet", outcome="suitable_with_limits", limits=["not_overnight", "made_up"], vetting_words="Shift work"
    )
    (vetted,) = words.world.calls("PUT", f"{HERE}/members/{AUNT}/vetting")
    assert vetted.body == {"outcome": "suitable_with_limits", "limits": ["not_overnight"], "words": "Shift work"}


async def test_who_understands_the_worry_was_told_this_version(words: Site) -> None:
    told, understands = f"{HERE}/statements/{DANGER}/told/{AUNT}", f"{HERE}/members/{AUNT}/qualities/understands_concern"
    words.world.more |= {f"PUT {told}": {}, f"PUT {understands}": {}}
    await words.send(f"{FAMILY}/members/{AUNT}", action="seen", quality="understands_concern", danger=DANGER)
    assert words.world.calls("PUT", told)[0].body == {"number": 2, "told_on": "2027-03-01"}
    assert words.world.calls("PUT", understands)[0].body["statement_version"] == 2


async def test_no_page_of_words_blames_or_files(kin: Site) -> None:
    kin.world.more |= {f"GET {HERE}/releases": listed()}
    for path in ("words", "words/new", f"words/{DANGER}", "relatives", "releases", f"members/{AUNT}"):
        words = set(re.findall(r"[a-z]+", read(await kin.page(f"{FAMILY}/{path}")).lower()))
        assert not words & {"case", "cases", "perpetrator", "resistant", "removal", "noncompliant"}
