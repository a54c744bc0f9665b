"""What network announces changes meetings at once: who sees them, who is in them, when they are due."""

from datetime import UTC, datetime, timedelta

from shared.events.network import CaseAccessChanged, CaseClosed, ChildFactsChanged, MemberLeft, SeparationLifted
from shared.kernel.ids import spell
from tests.meetings.conftest import TODAY, Counties, Family, Log, World, a_booking
from tests.network.conftest import Api

NOW = datetime.now(UTC)


async def test_who_loses_the_family_loses_its_meetings(amy: Api, counties: Counties, world: World, family: Family) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    path = f"/v1/meetings/{booked.json['id']}"
    await world.hear(CaseAccessChanged(case_id=family.case_id, unit="north", assigned=("bo",), shared_with=("cy",), at=NOW))
    sight = {who: (await counties.staff(who).get(path)).status for who in ("amy", "bo", "cy")}
    assert sight == {"amy": 404, "bo": 200, "cy": 200}
    assert (await counties.staff("sue", "supervisor").get(path)).status == 200
    assert (await counties.staff("sue", "supervisor", units=("south",)).get(path)).status == 404


async def test_a_separation_set_later_flags_the_meeting_and_tells_nobody(amy: Api, world: World, family: Family, log: Log) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    path = f"/v1/meetings/{booked.json['id']}"
    before = log.types()
    rule_id = await world.keep_apart(family.mother, family.aunt)
    assert (await amy.get(path)).json["flags"][0] == "separated"
    assert log.types() == before
    await world.hear(SeparationLifted(rule_id=rule_id, person_a=family.mother, person_b=family.aunt, at=NOW))
    assert "separated" not in (await amy.get(path)).json["flags"]


async def test_a_separation_that_ends_before_the_meeting_does_not_bind_it(amy: Api, world: World, family: Family) -> None:
    await world.keep_apart(family.mother, family.aunt, until=TODAY)
    assert (await amy.post("/v1/meetings", a_booking(family))).status == 201


async def test_who_leaves_the_network_is_taken_off_meetings_to_come(amy: Api, world: World, family: Family, log: Log) -> None:
    member_id = await world.member(family.case_id, uncle := await world.person())
    booked = await amy.post(
        "/v1/meetings",
        {
            **a_booking(family),
            "participants": [
                *a_booking(family)["participants"],
                {"person_id": spell("per", uncle), "role": "extended_family", "required": False, "mode": "phone"},
            ],
        },
    )
    await world.hear(MemberLeft(case_id=family.case_id, member_id=member_id, person_id=uncle, at=NOW))
    assert log.told() == [(uncle, "removed", "CANCEL", 1)]
    people = (await amy.get(f"/v1/meetings/{booked.json['id']}")).json["participants"]
    assert spell("per", uncle) not in {one["person_id"] for one in people}
    assert (await amy.post("/v1/meetings", {**a_booking(family), "participants": [
        {"person_id": spell("per", uncle), "role": "extended_family", "required": False, "mode": "phone"}
    ]})).status == 422  # fmt: skip


async def test_closing_a_family_cancels_what_is_to_come(amy: Api, world: World, family: Family, log: Log) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    await world.hear(CaseClosed(case_id=family.case_id, at=NOW))
    assert log.types()[-1] == "meeting_cancelled"
    assert (await amy.get(f"/v1/meetings/{booked.json['id']}")).json["cancel_reason"] == "family_closed"
    refused = await amy.post("/v1/meetings", a_booking(family))
    assert (refused.status, refused.code) == (409, "family_closed")


async def test_a_changed_fact_changes_the_due_date_at_once(amy: Api, world: World, family: Family) -> None:
    path = f"/v1/cases/{family.id}/mandates"
    yesterday = TODAY - timedelta(days=1)
    assert (await amy.get(path)).json["combined"]["due_on"] == (yesterday + timedelta(days=60)).isoformat()
    await world.hear(
        ChildFactsChanged(
            case_id=family.case_id,
            child_id=family.child,
            entered_care_on=yesterday,
            disposition_on=None,
            icwa_status="reason_to_know",
            placement_kind="relative",
            intensive_services=False,
            at=NOW,
        )
    )
    found = (await amy.get(path)).json
    assert found["combined"]["due_on"] == (yesterday + timedelta(days=30)).isoformat()
    assert found["combined"]["rule_id"] == "cft.initial_icwa"
    assert [one["rule_id"] for one in found["children"][0]["dues"]] == ["cft.initial_icwa", "cft.initial"]
