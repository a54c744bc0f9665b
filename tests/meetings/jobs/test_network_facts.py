"""What network announces changes meetings at once: who sees them, who is in them, when they are due."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.meetings.storage import people
from services.meetings.storage.families import FamilyNotHeardOf
from shared.events.network import (
    CaseAccessChanged,
    CaseClosed,
    CaseOpened,
    ChildFactsChanged,
    MemberJoined,
    MemberLeft,
    SeparationLifted,
    SeparationSet,
)
from shared.kernel.ids import spell
from tests.meetings.conftest import TODAY, Counties, Family, Log, World, a_booking
from tests.network.conftest import Api

LONG_AGO = datetime(2026, 3, 2, tzinfo=UTC)


def later() -> datetime:
    """An instant after all that the fixtures say."""
    return datetime.now(UTC) + timedelta(hours=1)


async def test_who_loses_the_family_loses_its_meetings(amy: Api, counties: Counties, world: World, family: Family) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    path = f"/v1/meetings/{booked.json['id']}"
    await world.hear(CaseAccessChanged(case_id=family.case_id, unit="north", assigned=("bo",), shared_with=("cy",), at=later()))
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
    await world.hear(SeparationLifted(rule_id=rule_id, person_a=family.mother, person_b=family.aunt, at=later()))
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
    await world.hear(MemberLeft(case_id=family.case_id, member_id=member_id, person_id=uncle, at=later()))
    assert log.told() == [(uncle, "removed", "CANCEL", 1)]
    people = (await amy.get(f"/v1/meetings/{booked.json['id']}")).json["participants"]
    assert spell("per", uncle) not in {one["person_id"] for one in people}
    assert (await amy.post("/v1/meetings", {**a_booking(family), "participants": [
        {"person_id": spell("per", uncle), "role": "extended_family", "required": False, "mode": "phone"}
    ]})).status == 422  # fmt: skip


async def test_closing_a_family_cancels_what_is_to_come(amy: Api, world: World, family: Family, log: Log) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    await world.hear(CaseClosed(case_id=family.case_id, at=later()))
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
            at=later(),
        )
    )
    found = (await amy.get(path)).json
    assert found["combined"]["due_on"] == (yesterday + timedelta(days=30)).isoformat()
    assert found["combined"]["rule_id"] == "cft.initial_icwa"
    assert [one["rule_id"] for one in found["children"][0]["dues"]] == ["cft.initial_icwa", "cft.initial"]


async def test_a_fact_replayed_late_undoes_nothing_that_was_said_after_it(
    amy: Api, counties: Counties, world: World, family: Family
) -> None:
    """What was set aside and is replayed by an operator comes after its time."""
    after = later()
    before = after - timedelta(days=1)
    eve = counties.staff("eve")
    booked = (await amy.post("/v1/meetings", a_booking(family))).json
    uncle = await world.person()
    joined = MemberJoined(
        case_id=family.case_id, member_id=uuid4(), person_id=uncle, relationship="aunt_uncle", side="maternal", circle="inner",
        support_type="informal", caregiver_of_concern=False, at=before,
    )  # fmt: skip
    await world.hear(MemberLeft(case_id=family.case_id, member_id=joined.member_id, person_id=uncle, at=after))
    rule = SeparationSet(rule_id=uuid4(), person_a=family.mother, person_b=family.aunt, overridable=True, until=None, at=before)
    await world.hear(SeparationLifted(rule_id=rule.rule_id, person_a=family.mother, person_b=family.aunt, at=after))
    await world.person(family.mother, time_zone="America/Denver", at=after)
    due = (await amy.get(f"/v1/cases/{family.id}/mandates")).json["combined"]

    for late in (
        CaseAccessChanged(case_id=family.case_id, unit="north", assigned=("amy", "eve"), shared_with=(), at=before),
        joined,
        rule,
        CaseOpened(case_id=family.case_id, time_zone="America/Denver", at=before),
    ):
        await world.hear(late, position=1)
    await world.person(family.mother, position=1, time_zone="America/Chicago", at=before)
    await world.child(family.case_id, family.child, position=1, entered_care_on=TODAY - timedelta(days=30), at=before)

    assert (await eve.get(f"/v1/meetings/{booked['id']}")).status == 404
    assert "separated" not in (await amy.get(f"/v1/meetings/{booked['id']}")).json["flags"]
    assert (await amy.get(f"/v1/cases/{family.id}/mandates")).json["combined"] == due
    invited = await amy.post(
        f"/v1/meetings/{booked['id']}/participants", {"person_id": spell("per", uncle), "role": "extended_family"}
    )
    assert invited.status == 422
    async with world.unit() as unit:
        mother = await people.find(unit, family.mother)
    assert mother is not None
    assert mother.time_zone == "America/Denver"


@pytest.mark.parametrize("fact", [
    CaseAccessChanged(case_id=uuid4(), unit="north", assigned=("amy",), shared_with=(), at=LONG_AGO),
    CaseClosed(case_id=uuid4(), at=LONG_AGO),
])  # fmt: skip
async def test_a_fact_about_a_family_never_heard_of_is_set_aside_and_not_lost(world: World, fact: object) -> None:
    with pytest.raises(FamilyNotHeardOf):
        await world.hear(fact)
