"""A child's safe word or object: who writes it down and for whom, and that it stands on its own page alone."""

from typing import Any

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import AUNT, FATHER, listed, member
from tests.portal.standins import CASE, CHILD, MEMBER, MOTHER
from tests.portal.web.test_plan_pages import at_nine, read

HERE = f"/v1/cases/{CASE}"
FAMILY = f"/families/{CASE}"
PAGE = f"{FAMILY}/people/{CHILD}/safe-word"
SIGNAL = "voi_" + "1" * 32
BEAR = "My blue bear stands in the window."
KEPT = {"signal": BEAR, "said_on": "2027-02-28", "knows": [AUNT], "colleagues": ["omar", "eve"], "key": "k" * 20}


def signal(**more: Any) -> dict[str, Any]:
    """Return Lila's signal, which Kim and her mother may know; a parent needs a second step."""
    return {
        "id": SIGNAL,
        "child_id": CHILD,
        "kind": "safe_signal",
        "said_on": "2027-02-28",
        "sayings": [{"room": "signal", "words": BEAR}],
        "visibility": "restricted_persons",
        "recorded_by": "amy",
        "member_ids": [AUNT, MEMBER],
        "staff_ids": ["amy", "omar"],
        "released_to": [],
        "etag": '"1"',
        **more,
    }


@pytest.fixture
async def lila(amy: Site) -> Site:
    """A family with a colleague, Omar, in which nobody has written a signal down."""
    amy.world.more |= {
        f"GET {HERE}": {**amy.world.family(), "assigned": ["amy", "omar"]},
        f"GET {HERE}/members": listed(member(MEMBER), member(AUNT), member(FATHER)),
        f"GET {HERE}/child-voice": listed(),
        f"POST {HERE}/child-voice": {},
        f"DELETE {HERE}/child-voice/{SIGNAL}": {},
        f"PUT {HERE}/child-voice/{SIGNAL}/released/{MEMBER}": {},
        "POST /v1/people:search": listed(),
    }
    return await at_nine(amy)


def with_a_signal(site: Site, **more: Any) -> None:
    site.world.more[f"GET {HERE}/child-voice"] = listed(signal(**more))


async def test_it_is_kept_for_whom_the_worker_chose_and_for_nobody_else(lila: Site) -> None:
    answer = await lila.send(PAGE, **KEPT)
    assert (answer.status, answer.headers["Location"]) == (303, PAGE)
    (sent,) = lila.world.calls("POST", f"{HERE}/child-voice")
    assert sent.body == {
        "child_id": CHILD,
        "kind": "safe_signal",
        "sayings": [{"room": "signal", "words": BEAR}],
        "language": "en",
        "said_on": "2027-02-28",
        "visibility": "restricted_persons",
        "member_ids": [AUNT],
        "staff_ids": ["amy", "omar"],
    }


async def test_a_caregiver_of_concern_is_not_offered(lila: Site) -> None:
    page = await lila.page(PAGE)
    assert f'value="{AUNT}"' in page
    assert f'value="{FATHER}"' not in page
    assert "A parent: knows it only after you let them" in page


async def test_it_says_who_knows_it_and_a_parent_not_before_a_second_step(lila: Site) -> None:
    with_a_signal(lila)
    said = read(await lila.page(PAGE))
    assert BEAR in said
    assert "Denise D.: not before you let themKim D.Amy Stone (colleague)omar (colleague)" in said
    answer = await lila.send(PAGE, action="let", signal_id=SIGNAL, member=MEMBER)
    assert answer.status == 303
    assert len(lila.world.calls("PUT", f"{HERE}/child-voice/{SIGNAL}/released/{MEMBER}")) == 1
    with_a_signal(lila, released_to=[{"member_id": MEMBER}])
    assert "not before you let them" not in read(await lila.page(PAGE))


async def test_it_stands_in_no_list_and_no_title(lila: Site) -> None:
    with_a_signal(lila)
    lila.world.more |= {f"GET {HERE}/map": {"columns": []}, f"GET {HERE}/scaling": {"series": []}}
    lila.world.more |= {f"GET {HERE}/members/{MEMBER}/words": {"child_voice": [signal()]}}
    for path in ("/", FAMILY, f"{FAMILY}/words", f"{FAMILY}/people/{MOTHER}/safe-contact", f"{FAMILY}/members/{MEMBER}/sight"):
        assert "bear" not in await lila.page(path)
    assert "<title>A safe word or object · Surround</title>" in await lila.page(PAGE)


async def test_one_that_is_used_no_longer_is_taken_off(lila: Site) -> None:
    with_a_signal(lila)
    answer = await lila.send(PAGE, action="end", signal_id=SIGNAL, etag='"1"')
    assert answer.status == 303
    (sent,) = lila.world.calls("DELETE", f"{HERE}/child-voice/{SIGNAL}")
    assert sent.headers["If-Match"] == '"1"'


async def test_a_stale_end_and_empty_words_are_refused_and_nothing_is_lost(lila: Site) -> None:
    with_a_signal(lila)
    lila.world.refuse[f"DELETE {HERE}/child-voice/{SIGNAL}"] = (412, {"code": "precondition_failed", "status": 412})
    answer = await lila.send(PAGE, action="end", signal_id=SIGNAL, etag='"0"')
    assert answer.status == 422
    assert "Somebody changed this in the meantime." in await answer.text()
    answer = await lila.send(PAGE, **{**KEPT, "signal": ""})
    page = await answer.text()
    assert answer.status == 422
    assert "Write the word, or what the object is and where it stands." in page
    assert f'value="{AUNT}" checked' in page
    assert lila.world.calls("POST", f"{HERE}/child-voice") == []


async def test_somebody_who_is_no_child_of_the_family_has_no_such_page(lila: Site) -> None:
    for person_id in (MOTHER, "per_" + "9" * 32):
        async with lila.browser.get(f"{FAMILY}/people/{person_id}/safe-word") as answer:
            assert answer.status == 404


async def test_a_signal_that_this_page_did_not_show_is_not_ended(lila: Site) -> None:
    answer = await lila.send(PAGE, action="end", signal_id=SIGNAL, etag='"1"')
    assert answer.status == 404
    assert lila.world.calls("DELETE", f"{HERE}/child-voice/{SIGNAL}") == []
