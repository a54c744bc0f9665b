"""V5: a withdrawal leaves Saturday night uncovered, and the night is covered without anybody touching a keyboard."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from services.network.domain.commitments import AnswerSource, Commitment, CommitmentId, CommitmentState, Promise
from services.network.domain.gaps import Gap, GapState
from services.network.domain.members import MemberState, Quality, SetAside
from services.network.domain.plan_errors import AlreadyCovered, CommitmentHasEnded, MemberCannotProtect, PlanNotReady, RestIsCovered
from services.network.domain.plans import PlanKind
from services.network.storage import gaps, members, people
from services.network.use_cases.accept_gap import accept_gap
from services.network.use_cases.change_member import change_member
from services.network.use_cases.change_person import change_person
from services.network.use_cases.commands import ChangePerson, StandingChanges
from services.network.use_cases.look_again import look_again
from services.network.use_cases.offer_commitment import offer_commitment
from services.network.use_cases.plan_commands import OfferCommitment, Said
from services.network.use_cases.record_quality import lose_quality
from shared.db.unit import Units
from shared.events.network import CommitmentClass
from shared.kernel.errors import Invalid
from tests.network.conftest import BehindTheWall
from tests.network.use_cases.promised import Promised, a_network_county, at, times
from tests.support.factories import a_caller

SATURDAY_NIGHT = (at("2027-09-11 20:00"), at("2027-09-12 08:00"))


@pytest.fixture
async def zoe(units: Units, county_id: UUID) -> Promised:
    """Zoe's family on Wednesday: three who cover the weekend, a friend who helps, and the caregiver of concern."""
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={}, abara={}, luis={}, beth={}, rick={"caregiver_of_concern": True})
    weekend = times("2027-09-03 18:00", "2027-09-05 18:00", "FREQ=WEEKLY")
    await family.plan(weekend, starts_on=date(2027, 9, 1), ends_on=date(2027, 10, 1), kind=PlanKind.SDM_SAFETY_PLAN)
    await family.promise("luis", times("2027-09-03 18:00", "2027-09-04 20:00", "FREQ=WEEKLY"))
    await family.promise("kim", times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY"), backups=("abara", "luis"))
    await family.promise("abara", times("2027-09-05 08:00", "2027-09-05 18:00", "FREQ=WEEKLY"))
    await family.promise("beth", times("2027-09-04 12:00", "2027-09-04 13:00", "FREQ=WEEKLY"), supportive=True)
    await family.activate()
    return family


async def kim_cannot(zoe: Promised) -> None:
    zoe.now = at("2027-09-09 16:40")
    await zoe.say("kim", Said.TURN_EXCUSED, turn_starts_at=SATURDAY_NIGHT[0])


async def left(zoe: Promised) -> list[tuple[object, object]]:
    return [(span.start, span.end) for gap in await zoe.standing_gaps() for span in gap.left]


async def test_the_whole_evening(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])

    await kim_cannot(zoe)
    [gap] = await zoe.standing_gaps()
    assert (gap.span.start, gap.span.end, gap.state) == (*SATURDAY_NIGHT, GapState.ASKING_BACKUPS)
    assert gap.span.length == timedelta(hours=12)
    assert (await zoe.state(), await zoe.asks()) == ("at_risk", [("abara", "sent")])

    zoe.now = at("2027-09-09 17:05")
    await zoe.say(await zoe.ask_of("abara"), Said.PARTIAL, until=at("2027-09-11 23:00"))
    assert await left(zoe) == [(at("2027-09-11 23:00"), SATURDAY_NIGHT[1])]
    assert await zoe.asks() == [("abara", "accepted_partial"), ("luis", "sent")]

    zoe.now = at("2027-09-09 17:36")
    await zoe.go_on()
    assert await zoe.asks() == [("abara", "accepted_partial"), ("luis", "expired")]
    assert (await zoe.state(), (await zoe.standing_gaps())[0].told) == ("at_risk", "unfilled")

    zoe.now = at("2027-09-10 10:10")
    await zoe.say(await zoe.ask_of("luis"), Said.ACCEPTED)
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])
    told = [fact for fact in behind_the_wall.facts() if fact.type == "network.staff_needed.v1"]
    assert [(fact.data["reason"], fact.data["staff_ids"]) for fact in told] == [
        ("coverage_gap", ["omar"]),
        ("coverage_unfilled", ["omar"]),
    ]
    sequences = [
        fact.data["entry"]["sequence"]
        for fact in behind_the_wall.facts()
        if fact.type == "network.commitment_changed.v1" and fact.data["gap_id"]
    ]
    assert sequences == [1, 1], "the calendars of both backups move on by one"
    assert "network.plan_restored.v1" in [fact.type for fact in behind_the_wall.facts()]


async def test_saying_it_twice_opens_no_second_gap(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    await kim_cannot(zoe)
    await kim_cannot(zoe)
    assert behind_the_wall.types().count("coverage_gap_opened") == 1
    assert len(await zoe.asks()) == 1


async def test_withdrawing_wholly_opens_every_weekend_that_is_left(zoe: Promised) -> None:
    zoe.now = at("2027-09-09 16:40")
    await zoe.say("kim", Said.WITHDRAWN)
    assert [gap.span.start for gap in await zoe.standing_gaps()] == [
        at("2027-09-11 20:00"),
        at("2027-09-18 20:00"),
        at("2027-09-25 20:00"),
    ]


async def test_who_helps_and_who_caused_the_harm_are_no_cover(zoe: Promised) -> None:
    night = times("2027-09-11 20:00", "2027-09-12 08:00")
    with pytest.raises(MemberCannotProtect):
        await zoe.promise("rick", night)
    await kim_cannot(zoe)
    await zoe.promise("beth", night, called="beth again", supportive=True)
    assert await left(zoe) == [SATURDAY_NIGHT], "a supportive promise covers nothing"


async def test_nobody_answers_and_it_is_told_ever_more_loudly(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    await kim_cannot(zoe)
    for moment in (
        "2027-09-09 17:11",
        "2027-09-09 17:42",
        "2027-09-09 18:13",
        "2027-09-11 12:00",
        "2027-09-11 17:00",
        "2027-09-11 20:00",
    ):
        zoe.now = at(moment)
        await zoe.go_on()
    told = [
        (fact.data["reason"], fact.data["staff_ids"]) for fact in behind_the_wall.facts() if fact.type == "network.staff_needed.v1"
    ]
    everybody = ["omar", "sue", "olga"]
    assert told == [
        ("coverage_gap", ["omar"]),
        ("coverage_unfilled", ["omar"]),
        ("coverage_urgent", everybody),
        ("coverage_urgent", everybody),
        ("coverage_uncovered", everybody),
    ]
    async with zoe.unit() as unit:
        [gap] = await gaps.list_of_plan(unit, zoe.this_plan, ending_after=unit.now)
    assert (gap.state, gap.closed_at) == (GapState.ELAPSED_UNCOVERED, at("2027-09-11 20:00"))
    assert await zoe.state() == "at_risk"
    assert [name for name, _ in await zoe.asks()] == ["abara", "luis"], "each once, and nobody who does not protect"


async def test_of_two_who_say_yes_one_is_thanked(zoe: Promised) -> None:
    await kim_cannot(zoe)
    zoe.now = at("2027-09-09 17:11")
    await zoe.go_on()
    await zoe.say(await zoe.ask_of("luis"), Said.ACCEPTED)
    with pytest.raises(AlreadyCovered):
        await zoe.say(await zoe.ask_of("abara"), Said.ACCEPTED)
    assert await zoe.asks() == [("abara", "covered"), ("luis", "accepted")]


async def test_who_said_yes_and_later_keeps_a_part_leaves_the_rest_open_and_the_next_is_asked(
    zoe: Promised, behind_the_wall: BehindTheWall
) -> None:
    await kim_cannot(zoe)
    ask = await zoe.ask_of("abara")
    await a_minute_later(zoe, ask, Said.ACCEPTED)
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])

    part = await a_minute_later(zoe, ask, Said.PARTIAL, until=at("2027-09-11 23:00"))
    assert await left(zoe) == [(at("2027-09-11 23:00"), SATURDAY_NIGHT[1])]
    assert await zoe.asks() == [("abara", "accepted_partial"), ("luis", "sent")]
    assert (part.sequence, await zoe.state()) == (2, "at_risk")
    assert calendar_of(behind_the_wall, ask) == [
        (1, "confirmed", SATURDAY_NIGHT[1]),
        (2, "confirmed", at("2027-09-11 23:00")),
    ]

    again = await a_minute_later(zoe, ask, Said.PARTIAL, until=at("2027-09-11 23:00"))
    assert (again.version, len(await zoe.asks())) == (part.version, 2), "once is enough"
    less = await a_minute_later(zoe, ask, Said.PARTIAL, until=at("2027-09-11 22:00"))
    assert (less.sequence, await zoe.asks()) == (3, [("abara", "accepted_partial"), ("luis", "sent"), ("luis", "sent")])
    assert await left(zoe) == [
        (at("2027-09-11 22:00"), at("2027-09-11 23:00")),
        (at("2027-09-11 23:00"), SATURDAY_NIGHT[1]),
    ]


async def test_a_yes_after_a_part_is_for_the_whole_again_while_it_is_open(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    await kim_cannot(zoe)
    ask = await zoe.ask_of("abara")
    await a_minute_later(zoe, ask, Said.ACCEPTED)
    await a_minute_later(zoe, ask, Said.PARTIAL, until=at("2027-09-11 23:00"))
    whole = await a_minute_later(zoe, ask, Said.ACCEPTED)
    assert (whole.sequence, whole.asked_until) == (3, None)
    assert await zoe.asks() == [("abara", "accepted"), ("luis", "covered")]
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])

    await a_minute_later(zoe, ask, Said.PARTIAL, until=at("2027-09-11 23:00"))
    await a_minute_later(zoe, await zoe.ask_of("luis"), Said.ACCEPTED)
    with pytest.raises(RestIsCovered):
        await a_minute_later(zoe, ask, Said.ACCEPTED)
    assert (await zoe.asks())[0] == ("abara", "accepted_partial")
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])
    assert calendar_of(behind_the_wall, ask)[-1] == (4, "confirmed", at("2027-09-11 23:00"))


async def test_a_single_time_that_is_no_ask_can_be_done_in_part_too(zoe: Promised) -> None:
    await kim_cannot(zoe)
    await zoe.promise("luis", times("2027-09-11 20:00", "2027-09-12 08:00"), called="luis on saturday", backups=("kim", "abara"))
    assert await zoe.standing_gaps() == []
    await a_minute_later(zoe, "luis on saturday", Said.PARTIAL, until=at("2027-09-12 02:00"))
    assert await left(zoe) == [(at("2027-09-12 02:00"), SATURDAY_NIGHT[1])]
    assert (await zoe.asks())[-1] == ("abara", "sent"), "neither who gave it up nor whose night it was is asked"
    await a_minute_later(zoe, "luis on saturday", Said.WITHDRAWN)
    assert [gap.span.end - gap.span.start for gap in await zoe.standing_gaps()] == [timedelta(hours=6)] * 2


async def test_an_end_outside_of_the_time_or_of_many_times_is_refused(zoe: Promised) -> None:
    await kim_cannot(zoe)
    ask = await zoe.ask_of("abara")
    await a_minute_later(zoe, ask, Said.ACCEPTED)
    with pytest.raises(Invalid):
        await a_minute_later(zoe, ask, Said.PARTIAL, until=SATURDAY_NIGHT[0])
    with pytest.raises(Invalid):
        await zoe.say("luis", Said.PARTIAL, until=at("2027-09-11 19:00"))
    assert (await a_minute_later(zoe, ask, Said.PARTIAL, until=at("2027-09-12 20:00"))).sequence == 1, (
        "beyond its end is the whole of it"
    )


async def test_who_took_a_yes_back_is_not_asked_for_it_again(zoe: Promised) -> None:
    await kim_cannot(zoe)
    ask = await zoe.ask_of("abara")
    await a_minute_later(zoe, ask, Said.ACCEPTED)
    await a_minute_later(zoe, ask, Said.WITHDRAWN)
    assert await zoe.asks() == [("abara", "withdrawn"), ("luis", "sent")]


async def test_a_yes_said_where_they_were_asked_is_promised_at_once_and_told_once(
    zoe: Promised, behind_the_wall: BehindTheWall
) -> None:
    await kim_cannot(zoe)
    before = len(behind_the_wall.facts())
    promise = Promise(
        action="Stay with the child",
        place="At home",
        commitment_class=CommitmentClass.PROTECTIVE,
        pattern=times("2027-09-11 20:00", "2027-09-12 08:00"),
    )
    async with zoe.held() as (unit, case, plan):
        order = OfferCommitment(member_id=zoe.members["luis"], promise=promise, witness="Omar")
        made = await offer_commitment(unit, plan, case, order, zoe.county)
    assert (made.state, made.accepted_by, made.witness) == (CommitmentState.ACTIVE, AnswerSource.RECORDED, "Omar")
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])
    told = [fact for fact in behind_the_wall.facts()[before:] if fact.data.get("commitment_id") == str(made.id)]
    assert [(fact.type, fact.data["entry"]["notice"]) for fact in told] == [("network.commitment_changed.v1", "confirmed")]
    assert await zoe.asks() == [("abara", "covered")]


async def a_minute_later(zoe: Promised, called: str | CommitmentId, said: Said, **facts: datetime) -> Commitment:
    zoe.now += timedelta(minutes=1)
    return await zoe.say(called, said, **facts)


def calendar_of(behind_the_wall: BehindTheWall, commitment_id: object) -> list[tuple[object, object, object]]:
    """SEQUENCE, notice and end of each revision that reached somebody's calendar after they were asked."""
    return [
        (fact.data["entry"]["sequence"], fact.data["entry"]["notice"], datetime.fromisoformat(fact.data["entry"]["ends_at"]))
        for fact in behind_the_wall.facts()
        if fact.type == "network.commitment_changed.v1" and fact.data["commitment_id"] == str(commitment_id)
    ]


async def test_a_worker_may_accept_a_gap_with_a_reason(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    await kim_cannot(zoe)
    [gap] = await zoe.standing_gaps()
    async with zoe.held() as (unit, case, plan):
        await accept_gap(unit, plan, case, gap.id, "Zoe is with her father that night", zoe.county)
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])
    last = [fact.data for fact in behind_the_wall.facts() if fact.type == "network.staff_needed.v1"][-1]
    assert (last["reason"], last["staff_ids"]) == ("coverage_accepted", ["omar", "sue", "olga"])
    assert "father" not in behind_the_wall.everything()


async def test_a_plan_with_an_open_hour_does_not_begin(units: Units, county_id: UUID) -> None:
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={})
    await family.plan(times("2027-09-04 20:00", "2027-09-05 08:00"), starts_on=date(2027, 9, 1), ends_on=date(2027, 9, 7))
    await family.promise("kim", times("2027-09-04 20:00", "2027-09-05 07:00"))
    with pytest.raises(PlanNotReady) as refused:
        await family.activate()
    [reason] = refused.value.reasons
    assert (reason.code, reason.starts_at, reason.ends_at) == ("not_covered", at("2027-09-05 07:00"), at("2027-09-05 08:00"))


async def test_a_promise_may_end_in_the_middle_of_a_turn(zoe: Promised) -> None:
    zoe.now = at("2027-09-11 22:00")
    await zoe.say("kim", Said.WITHDRAWN)
    gap = (await zoe.standing_gaps() or await all_gaps(zoe))[0]
    assert gap.span.start == at("2027-09-11 22:00")
    assert ("abara", "sent") in await zoe.asks(), "somebody is asked although the time has begun"


@pytest.mark.parametrize("looked", [False, True], ids=["before the next look", "after it"])
async def test_what_went_by_uncovered_stays_on_record_when_somebody_comes_late(
    zoe: Promised, behind_the_wall: BehindTheWall, looked: bool
) -> None:
    await kim_cannot(zoe)
    zoe.now = at("2027-09-09 17:11")
    await zoe.go_on()
    zoe.now = at("2027-09-11 20:00")
    await {False: zoe.standing_gaps, True: zoe.go_on}[looked]()
    zoe.now = at("2027-09-11 20:40") + timedelta(seconds=17)
    luis = await zoe.say(await zoe.ask_of("luis"), Said.ACCEPTED)
    assert sorted((gap.span.start, gap.span.end, gap.state) for gap in await all_gaps(zoe, since=SATURDAY_NIGHT[0])) == [
        (SATURDAY_NIGHT[0], zoe.now, GapState.ELAPSED_UNCOVERED),
        (zoe.now, SATURDAY_NIGHT[1], GapState.FILLED),
    ]
    assert luis.promise.pattern.starts_local.isoformat() == "2027-09-11T20:40:00", "nobody was there before"
    assert dict(await zoe.asks()) == {"abara": "covered", "luis": "accepted"}
    reasons = [fact.data["reason"] for fact in behind_the_wall.facts() if fact.type == "network.staff_needed.v1"]
    assert reasons.count("coverage_uncovered") == 1
    closed = [fact.data["state"] for fact in behind_the_wall.facts() if fact.type == "network.coverage_gap_closed.v1"]
    assert sorted(closed) == ["elapsed_uncovered", "filled"]
    assert await zoe.state() == "active"


async def all_gaps(zoe: Promised, *, since: datetime | None = None) -> list[Gap]:
    async with zoe.unit() as unit:
        return list(await gaps.list_of_plan(unit, zoe.this_plan, ending_after=since or unit.now))


async def test_who_turns_out_to_be_a_minor_covers_nothing_any_more(zoe: Promised) -> None:
    async with zoe.unit() as unit:
        member = await members.get(unit, zoe.case_id, zoe.members["kim"])
        kim = await people.get_for_update(unit, member.person_id)
        corrected = ChangePerson(profile={"born_on": date(2012, 1, 1)}, contact_points=None)
        caller = a_caller("omar", county_id=zoe.county.id)
        await change_person(unit, kim, corrected, caller=caller, today=date(2027, 9, 1), now=unit.now)
    assert await zoe.state() == "at_risk"
    assert (await zoe.standing_gaps())[0].span.start == at("2027-09-04 20:00")


NOT_ANY_MORE: dict[str, StandingChanges] = {
    "a caregiver of concern": {"caregiver_of_concern": True},
    "away": {"set_aside": SetAside.PAUSED},
    "excluded": {"set_aside": SetAside.EXCLUDED, "set_aside_reason": "for a reason"},
}


async def stands(zoe: Promised, name: str, changes: StandingChanges) -> None:
    """Change how a member stands around the family, as the pages do."""
    async with zoe.held() as (unit, case, _):
        member = await members.get_for_update(unit, case.id, zoe.members[name])
        await change_member(unit, member, changes, today=date(2027, 9, 9), now=unit.now)


@pytest.mark.parametrize("changes", NOT_ANY_MORE.values(), ids=NOT_ANY_MORE)
async def test_the_calendar_of_who_may_protect_no_longer_follows_at_once_and_says_no_reason(
    zoe: Promised, behind_the_wall: BehindTheWall, changes: StandingChanges
) -> None:
    zoe.now = at("2027-09-09 16:40")
    await stands(zoe, "kim", changes)
    [ended] = [fact for fact in behind_the_wall.facts() if fact.type == "network.commitment_ended.v1"]
    entry = ended.data["entry"]
    assert (ended.data["commitment_id"], entry["method"], entry["notice"]) == (str(zoe.commitments["kim"]), "CANCEL", "ended")
    assert (entry["sequence"], ended.words, "reason" in str(ended.data)) == (2, None, False)
    assert [gap.span.start for gap in await zoe.standing_gaps()] == [at(f"2027-09-{day} 20:00") for day in (11, 18, 25)]
    assert (await zoe.state(), await zoe.asks()) == ("at_risk", [("abara", "sent")])


async def test_nothing_comes_back_by_itself_when_somebody_may_protect_again(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    zoe.now = at("2027-09-09 16:40")
    await stands(zoe, "kim", {"caregiver_of_concern": True})
    told = len(behind_the_wall.facts())
    await stands(zoe, "kim", {"caregiver_of_concern": False})
    assert {fact.type for fact in behind_the_wall.facts()[told:]} == {"network.member_changed.v1"}
    assert (await zoe.state(), len(await zoe.standing_gaps())) == ("at_risk", 3)
    night = times("2027-09-11 20:00", "2027-09-12 08:00", "FREQ=WEEKLY")
    await zoe.promise("kim", night, called="kim anew")
    assert (await zoe.state(), await zoe.standing_gaps()) == ("active", [])


async def test_who_helps_goes_on_helping_and_who_only_lapsed_still_covers(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    await stands(zoe, "beth", {"caregiver_of_concern": True})
    async with zoe.held() as (unit, case, _):
        kim = await members.get_for_update(unit, case.id, zoe.members["kim"])
        lapsed = await lose_quality(unit, kim, Quality.WILLING_TO_MEET, now=unit.now)
        await look_again(unit, case.id)
    assert (lapsed.state, await zoe.state()) == (MemberState.LAPSED, "active")
    assert "commitment_ended" not in behind_the_wall.types()


async def test_a_plan_that_is_not_in_force_yet_loses_the_promise_too(units: Units, county_id: UUID) -> None:
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={})
    night = times("2027-09-04 20:00", "2027-09-05 08:00")
    await family.plan(night, starts_on=date(2027, 9, 1), ends_on=date(2027, 9, 7))
    await family.promise("kim", night)
    await stands(family, "kim", {"caregiver_of_concern": True})
    await stands(family, "kim", {"caregiver_of_concern": False})
    with pytest.raises(CommitmentHasEnded):
        await family.say("kim", Said.ACCEPTED)
