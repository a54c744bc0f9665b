"""The path of every family: register, open, add child and member, keep apart; and what is told of it."""

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Api, BehindTheWall


async def test_a_family_is_opened_and_its_people_gather(amy: Api, behind_the_wall: BehindTheWall) -> None:
    carmen = await amy.post("/v1/people", GRANDMOTHER)
    assert carmen.status == 201, carmen.json
    assert carmen.json["contact_points"][0]["value"] == "+19165550131"
    mateo = await amy.post("/v1/people", CHILD)
    assert mateo.json["is_minor"] is True
    father = await amy.post("/v1/people", person("Rick"))

    case = await amy.post("/v1/cases", FAMILY)
    assert case.status == 201, case.json
    path = f"/v1/cases/{case.json['id']}"
    child = await amy.post(
        f"{path}/children",
        {
            "person_id": mateo.json["id"],
            "entered_care_on": "2026-02-03",
            "disposition_on": "2026-03-24",
            "icwa_status": "reason_to_know",
            "placement_kind": "relative",
            "intensive_services": False,
        },
    )
    assert child.status == 201, child.json
    member = await amy.post(
        f"{path}/members",
        {
            "person_id": carmen.json["id"],
            "relationship": "grandparent_maternal",
            "side": "maternal",
            "circle": "inner",
            "support_type": "informal",
            "caregiver_of_concern": False,
        },
    )
    assert member.status == 201, member.json
    rule = await amy.post(
        f"{path}/separation-rules",
        {"person_a": carmen.json["id"], "person_b": father.json["id"], "reason": "protective_order"},
    )
    assert rule.status == 201, rule.json

    roster = await amy.get(f"{path}/members")
    assert [each["person"]["given_name"] for each in roster.json["items"]] == ["Carmen"]
    assert roster.json["next"] is None
    assert behind_the_wall.types() == [
        "person_registered",
        "person_registered",
        "person_registered",
        "case_opened",
        "case_access_changed",
        "child_added",
        "member_joined",
        "separation_set",
    ]
