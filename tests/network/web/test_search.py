"""Looking for somebody who may already be registered, across families, without seeing across them."""

from tests.network.bodies import FAMILY, GRANDMOTHER
from tests.network.conftest import Api, BehindTheWall, Counties


async def test_a_person_is_found_by_name_phone_and_email(amy: Api) -> None:
    points = [*GRANDMOTHER["contact_points"], {"channel": "email", "value": "Carmen@example.org"}]
    made = await amy.post("/v1/people", {**GRANDMOTHER, "contact_points": points, "external_id": "77"})
    for query in (
        {"name": "luna, CÁRMEN"},
        {"phone": "916.555.0131"},
        {"email": "carmen@EXAMPLE.org"},
        {"external_id": "77"},
    ):
        found = await amy.post("/v1/people:search", query)
        assert found.status == 200, found.json
        assert [(each["id"], each["matched"]) for each in found.json["items"]] == [(made.json["id"], list(query))]


async def test_the_one_with_most_in_common_comes_first(amy: Api) -> None:
    await amy.post("/v1/people", {**GRANDMOTHER, "given_name": "Lucía"})
    carmen = await amy.post("/v1/people", GRANDMOTHER)
    found = await amy.post("/v1/people:search", {"name": "Carmen Luna", "phone": "+19165550131"})
    assert [each["matched"] for each in found.json["items"]] == [["name", "phone"], ["phone"]]
    assert found.json["items"][0]["id"] == carmen.json["id"]


async def test_somebody_out_of_sight_is_found_without_a_word_about_them(counties: Counties) -> None:
    sam = counties.staff("sam", units=("south",))
    carmen = await sam.post("/v1/people", GRANDMOTHER)
    amy = counties.staff("amy")
    found = await amy.post("/v1/people:search", {"phone": "+19165550131"})
    assert found.json["items"] == [
        {
            "id": carmen.json["id"],
            "matched": ["phone"],
            "visible": False,
            "given_name": None,
            "family_name": None,
            "preferred_name": None,
            "is_minor": None,
        }
    ]
    assert (await amy.get(f"/v1/people/{carmen.json['id']}")).status == 404


async def test_only_who_was_found_may_be_added_from_out_of_sight(counties: Counties) -> None:
    carmen = await counties.staff("sam", units=("south",)).post("/v1/people", GRANDMOTHER)
    amy = counties.staff("amy")
    family = await amy.post("/v1/cases", FAMILY)
    path = f"/v1/cases/{family.json['id']}/members"
    body = {"person_id": carmen.json["id"], "relationship": "neighbor"}
    assert (await amy.post(path, body)).status == 404
    await amy.post("/v1/people:search", {"phone": "+19165550131"})
    assert (await amy.post(path, body)).status == 201
    assert (await amy.get(f"/v1/people/{carmen.json['id']}")).status == 200


async def test_each_one_found_is_on_record(amy: Api, behind_the_wall: BehindTheWall) -> None:
    await amy.post("/v1/people", GRANDMOTHER)
    await amy.post("/v1/people", {**GRANDMOTHER, "given_name": "Lucía"})
    before = len(behind_the_wall.audit())
    await amy.post("/v1/people:search", {"phone": "+19165550131"})
    assert [action for action, _, _ in behind_the_wall.audit()[before:]] == ["person.found"] * 2


async def test_a_search_for_nothing_is_refused(amy: Api) -> None:
    assert (await amy.post("/v1/people:search", {})).codes == [("needed_here", "#")]


async def test_a_number_that_cannot_be_is_refused_at_its_place(amy: Api) -> None:
    assert (await amy.post("/v1/people:search", {"phone": "+1 911"})).codes == [("phone_invalid", "#/phone")]
