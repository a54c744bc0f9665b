"""Two people who are kept apart: what the rule does, letting it rest for some days, and lifting it."""

from typing import Any

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import AUNT, FATHER, listed, member
from tests.portal.standins import CASE, MEMBER, MOTHER
from tests.portal.web.test_plan_pages import at_nine, read

HERE = f"/v1/cases/{CASE}"
RULE = "sep_" + "1" * 32
OVERRIDES = f"{HERE}/separation-rules/{RULE}/overrides"
FAMILY = f"/families/{CASE}"
PAGE = f"{FAMILY}/separation-rules/{RULE}"
KIM, RICK = f"per_{AUNT[4:]}", f"per_{FATHER[4:]}"
REASON = "Both asked for it, and the facilitator spoke with each alone."
REST = {"reason": REASON, "until": "2027-03-05", "key": "k" * 20}


def rule(**more: Any) -> dict[str, Any]:
    """Return the rule between Denise and Rick."""
    facts = {"active": True, "overridable": True, "until": None, "rests_until": None, "etag": '"2"'}
    return {"id": RULE, "person_a": MOTHER, "person_b": RICK, "reason": "dv_safety", **facts, **more}


@pytest.fixture
async def apart(amy: Site) -> Site:
    """A family in which Denise and Rick are kept apart."""
    amy.world.more |= {
        f"GET {HERE}/members": listed(member(MEMBER), member(AUNT), member(FATHER)),
        f"POST {OVERRIDES}": {},
        f"DELETE {OVERRIDES}": {},
        f"DELETE {HERE}/separation-rules/{RULE}": {},
    }
    amy.world.separations = [rule()]
    return await at_nine(amy)


async def test_it_says_what_resting_does_and_that_meetings_keep_them_apart(apart: Site) -> None:
    said = read(await apart.page(PAGE))
    for one in (
        "Denise D. and Rick D. are kept apart",
        "Safety from violence at home",
        "In force",
        "Only the supervisor of this family’s unit may, and must say why.",
        "What we make for one of them may name the other.",
        "Meetings keep them apart: no meeting, room, video call or place with both.",
        "Seven days at most: Mon, Mar 8.",
    ):
        assert one in said
    assert f'href="{PAGE}"' in await apart.page(FAMILY)


async def test_a_rest_goes_on_with_its_reason_and_its_last_day(apart: Site) -> None:
    answer = await apart.send(f"{PAGE}/rest", **REST)
    assert (answer.status, answer.headers["Location"]) == (303, PAGE)
    (sent,) = apart.world.calls("POST", OVERRIDES)
    assert sent.body == {"reason": REASON, "until": "2027-03-05"}
    assert sent.headers["Idempotency-Key"]


async def test_a_rest_without_reason_or_last_day_is_not_sent(apart: Site) -> None:
    answer = await apart.send(f"{PAGE}/rest", reason=" ", until="", key="k" * 20)
    page = await answer.text()
    assert answer.status == 422
    assert "Say why it is safe, so that others understand it later." in page
    assert "Choose the last day on which it rests." in page
    assert apart.world.calls("POST", OVERRIDES) == []


@pytest.mark.parametrize(
    ("status", "code", "detail", "said"),
    [
        (403, "override_refused", "Ask your supervisor.", "Ask your supervisor."),
        (403, "forbidden", "This needs a scope.", "You may read this, but not change it. Ask your supervisor."),
        (422, "override_too_long", "Choose an earlier last day.", 'id="until-error">Choose an earlier last day.'),
        (409, "protective_order", "A protective order stands elsewhere.", "A protective order stands elsewhere."),
    ],
)
async def test_a_refused_rest_says_what_to_do_and_loses_nothing(
    apart: Site, status: int, code: str, detail: str, said: str
) -> None:
    apart.world.refuse[f"POST {OVERRIDES}"] = (status, {"code": code, "status": status, "detail": detail})
    answer = await apart.send(f"{PAGE}/rest", **REST)
    page = await answer.text()
    assert answer.status == status
    assert said in page
    assert f"{REASON}</textarea>" in page
    assert 'value="2027-03-05"' in page


async def test_nobody_is_offered_to_let_a_protective_order_rest(apart: Site) -> None:
    apart.world.separations = [rule(reason="protective_order", overridable=False)]
    page = await apart.page(PAGE)
    assert "Nobody may let this rest, whatever their role." in page
    assert "lifted only by a supervisor or an administrator" in page
    assert f'action="{PAGE}/rest"' not in page


async def test_a_rule_that_rests_says_so_and_can_be_put_in_force_again(apart: Site) -> None:
    apart.world.separations = [rule(rests_until="2027-03-04")]
    for path in (PAGE, FAMILY):
        assert "Rests through Thu, Mar 4" in read(await apart.page(path))
    page = await apart.page(PAGE)
    assert f'action="{PAGE}/rest"' not in page
    assert "never names the other" not in page
    assert "Meetings keep them apart: no meeting" in read(page)
    answer = await apart.send(f"{PAGE}/again")
    assert (answer.status, answer.headers["Location"]) == (303, PAGE)
    assert len(apart.world.calls("DELETE", OVERRIDES)) == 1


async def test_a_rest_that_is_over_leaves_the_rule_in_force(apart: Site) -> None:
    apart.world.separations = [rule(rests_until="2027-02-28")]
    said = read(await apart.page(PAGE))
    assert "In force" in said
    assert "Rests through" not in said


async def test_a_rule_is_lifted_in_the_version_that_was_read(apart: Site) -> None:
    answer = await apart.send(f"{PAGE}/lift", etag='"2"')
    assert (answer.status, answer.headers["Location"]) == (303, f"{FAMILY}#apart")
    (sent,) = apart.world.calls("DELETE", f"{HERE}/separation-rules/{RULE}")
    assert sent.headers["If-Match"] == '"2"'


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (412, "precondition_failed", "Read it again, and lift it if that is still right."),
        (409, "protective_order", "The order still runs."),
    ],
)
async def test_a_refused_lift_shows_the_rule_again(apart: Site, status: int, code: str, said: str) -> None:
    refusal = {"code": code, "status": status, "detail": "The order still runs."}
    apart.world.refuse[f"DELETE {HERE}/separation-rules/{RULE}"] = (status, refusal)
    answer = await apart.send(f"{PAGE}/lift", etag='"1"')
    page = await answer.text()
    assert answer.status == status
    assert said in page
    assert 'name="etag" value="&#34;2&#34;"' in page


async def test_a_rule_of_another_family_is_not_there(apart: Site) -> None:
    other = f"{FAMILY}/separation-rules/sep_{'9' * 32}"
    async with apart.browser.get(other) as answer:
        assert answer.status == 404
    for step, fields in (("rest", REST), ("again", {}), ("lift", {"etag": '"2"'})):
        assert (await apart.send(f"{other}/{step}", **fields)).status == 404
    assert not [one for one in apart.world.asked if one.method in {"POST", "DELETE"} and "/v1/cases/" in one.path]
