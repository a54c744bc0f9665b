"""Up to 500 things in one request: each for itself, or all of them together."""

from tests.network.bodies import CHILD, FAMILY, person
from tests.network.conftest import Api, BehindTheWall, Counties
from tests.network.web.test_access_log import refusals_of

MIXED = [person("Ana"), {"given_name": "Eve"}, person("Luis", staff_id="luis"), person("Rosa", contact_points=[
    {"channel": "sms", "value": "12"}, {"channel": "email", "value": "rosa@example.org"},
])]  # fmt: skip


async def test_each_item_is_answered_in_its_place_as_its_own_route_would(amy: Api, behind_the_wall: BehindTheWall) -> None:
    answer = await amy.post("/v1/people:batch", {"items": MIXED})
    assert answer.status == 207
    items = answer.json["items"]
    assert [(each["index"], each["status"]) for each in items] == [(0, 201), (1, 422), (2, 403), (3, 422)]
    assert [each["pointer"] for each in items[1]["problem"]["errors"]] == ["#/spoken_language", "#/written_language"]
    assert items[2]["problem"]["code"] == "colleague_record"
    assert items[3]["problem"]["errors"][0]["pointer"] == "#/contact_points/0/value"
    assert (await amy.get(f"/v1/people/{items[0]['id']}")).json["given_name"] == "Ana"
    assert behind_the_wall.types() == ["person_registered"]


async def test_all_or_nothing_keeps_nothing_and_still_names_what_was_wrong(amy: Api, behind_the_wall: BehindTheWall) -> None:
    answer = await amy.post("/v1/people:batch?atomic=true", {"items": [*MIXED[:2], CHILD]})
    assert [each["status"] for each in answer.json["items"]] == [409, 422, 409]
    assert answer.json["items"][0]["problem"]["code"] == "batch_undone"
    assert answer.json["items"][0]["id"] is None
    assert behind_the_wall.types() == []
    assert [each for each in behind_the_wall.audit() if each[0] == "person.registered"] == []
    whole = await amy.post("/v1/people:batch?atomic=true", {"items": [MIXED[0], CHILD]})
    assert [each["status"] for each in whole.json["items"]] == [201, 201]


async def test_a_batch_sent_again_is_answered_again(amy: Api, behind_the_wall: BehindTheWall) -> None:
    first = await amy.post("/v1/people:batch", {"items": MIXED}, key="batch-2026-11-22")
    second = await amy.post("/v1/people:batch", {"items": MIXED}, key="batch-2026-11-22")
    assert (second.status, second.json, second.headers["Idempotency-Replayed"]) == (207, first.json, "true")
    assert behind_the_wall.types() == ["person_registered"]


async def test_a_batch_holds_one_to_five_hundred_objects(amy: Api) -> None:
    most = await amy.post("/v1/people:batch", {"items": [{}] * 500})
    assert (most.status, {each["status"] for each in most.json["items"]}) == (207, {422})
    assert (await amy.post("/v1/people:batch", {"items": []})).codes == [("too_few_items", "#/items")]
    assert (await amy.post("/v1/people:batch", {"items": [{}] * 501})).codes == [("too_many_items", "#/items")]
    assert (await amy.post("/v1/people:batch", {"items": ["Ana"]})).codes == [("wrong_type", "#/items/0")]


async def test_members_join_together_and_one_who_is_there_is_refused_alone(amy: Api) -> None:
    case = (await amy.post("/v1/cases", FAMILY)).json
    ids = [each["id"] for each in (await amy.post("/v1/people:batch", {"items": [MIXED[0], CHILD]})).json["items"]]
    path = f"/v1/cases/{case['id']}/members"
    wanted = [{"person_id": each, "relationship": "neighbor"} for each in (*ids, ids[0], f"per_{0:032x}")]
    items = (await amy.post(f"{path}:batch", {"items": wanted})).json["items"]
    assert [each["status"] for each in items] == [201, 201, 409, 404]
    roster = {each["id"] for each in (await amy.get(path)).json["items"]}
    assert roster == {items[0]["id"], items[1]["id"]}


async def test_a_batch_into_a_family_out_of_sight_finds_no_family(amy: Api, counties: Counties) -> None:
    case = (await amy.post("/v1/cases", FAMILY)).json
    answer = await counties.staff("eve", units=("south",)).post(f"/v1/cases/{case['id']}/members:batch", {"items": [{}]})
    assert answer.status == 404


async def test_another_countys_person_is_an_item_about_nobody(amy: Api, counties: Counties) -> None:
    theirs = (await counties.staff("bea", "county_admin", birch=True).post("/v1/people", person("Bo"))).json["id"]
    case = (await amy.post("/v1/cases", FAMILY)).json
    wanted = [{"person_id": each, "relationship": "coach"} for each in (theirs, f"per_{0:032x}")]
    items = (await amy.post(f"/v1/cases/{case['id']}/members:batch", {"items": wanted})).json["items"]
    assert [each["status"] for each in items] == [404, 404]
    assert {**items[0], "index": 1} == items[1]


async def test_an_item_that_was_turned_away_is_on_record(amy: Api, counties: Counties, behind_the_wall: BehindTheWall) -> None:
    eve = counties.staff("eve", units=("south",))
    theirs = (await eve.post("/v1/people", person("Bo"))).json["id"]
    case = (await amy.post("/v1/cases", FAMILY)).json
    await amy.post(f"/v1/cases/{case['id']}/members:batch", {"items": [{"person_id": theirs, "relationship": "coach"}]})
    (refused,) = await refusals_of(behind_the_wall, 1)
    assert (refused[0], refused[1], f"per_{refused[2].hex}") == ("amy", "person", theirs)
