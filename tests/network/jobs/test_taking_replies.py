"""What notify understood of a text, a tap or a mail about a promise, and what it means here."""

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from services.network.domain.plans import PlanKind
from services.network.use_cases.plan_commands import Said
from services.network.use_cases.take_reply import take_reply
from shared.db.unit import Units
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, SubjectKind
from tests.network.conftest import BehindTheWall
from tests.network.use_cases.promised import Promised, a_network_county, at, times

ELEVEN = at("2027-09-11 23:00")


@pytest.fixture
async def zoe(units: Units, county_id: UUID) -> Promised:
    """Kim's Saturday night is open, and Abara, who is asked first, has said yes to all of it (SEQUENCE 1)."""
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={}, abara={}, luis={})
    night = times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")
    await family.plan(night, starts_on=date(2027, 9, 1), ends_on=date(2027, 10, 1), kind=PlanKind.SDM_SAFETY_PLAN)
    await family.promise("kim", night, backups=("abara", "luis"))
    await family.activate()
    family.now = at("2027-09-09 16:40")
    await family.say("kim", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-11 20:00"))
    family.commitments["abara"] = await family.ask_of("abara")
    await hear(family, "2027-09-09 16:45", channel=ReplyChannel.SMS)
    return family


async def hear(
    family: Promised,
    moment: str,
    *,
    channel: ReplyChannel,
    until: datetime | None = None,
    sequence: int = 0,
    received: str = "",
) -> None:
    """A yes of Abara's arrives; it was received then, or earlier."""
    family.now = at(moment)
    commitment_id = family.commitments["abara"]
    reply = ReplyReceived(
        reply_id=uuid4().hex,
        subject_kind=SubjectKind.COMMITMENT,
        subject_id=commitment_id,
        person_id=None,
        participant_id=commitment_id,
        uid="",
        recurrence_id=None,
        sequence=sequence,
        stamp=None,
        received_at=at(received or moment),
        channel=channel,
        kind=ReplyKind.ANSWER,
        partstat="accepted",
        proof=Proof.PHONE_NUMBER,
        refused="",
        proposed_starts_at=None,
        proposed_ends_at=until,
    )
    async with family.unit() as unit:
        await take_reply(unit, reply, family.county)


def answers(behind_the_wall: BehindTheWall) -> list[tuple[str, str]]:
    """What was said of Abara's night, and what came of it; Kim's own no is passed over."""
    told = [fact.data for fact in behind_the_wall.facts() if fact.type == "network.commitment_answered.v1"]
    return [(each["said"], each["outcome"]) for each in told if each["reply_id"]]


@pytest.mark.parametrize(("channel", "sequence"), [(ReplyChannel.SMS, 1), (ReplyChannel.LINK, 1), (ReplyChannel.LINK, 0)])
async def test_a_part_is_taken_from_a_text_and_from_a_tap_even_on_an_old_page(
    zoe: Promised, behind_the_wall: BehindTheWall, channel: ReplyChannel, sequence: int
) -> None:
    await hear(zoe, "2027-09-09 17:00", channel=channel, until=ELEVEN, sequence=sequence)
    assert await zoe.asks() == [("abara", "accepted_partial"), ("luis", "sent")]
    assert answers(behind_the_wall) == [("accepted", "applied"), ("partial", "applied")]


async def test_a_later_one_by_text_is_for_the_whole_again_and_is_refused_once_somebody_has_the_rest(
    zoe: Promised, behind_the_wall: BehindTheWall
) -> None:
    await hear(zoe, "2027-09-09 17:00", channel=ReplyChannel.SMS, until=ELEVEN, sequence=1)
    await hear(zoe, "2027-09-09 17:05", channel=ReplyChannel.SMS)
    assert (await zoe.asks(), await zoe.standing_gaps()) == ([("abara", "accepted"), ("luis", "covered")], [])
    await hear(zoe, "2027-09-09 17:10", channel=ReplyChannel.SMS, until=ELEVEN, sequence=3)
    zoe.now = at("2027-09-09 17:11")
    await zoe.say(await zoe.ask_of("luis"), Said.ACCEPTED)
    await hear(zoe, "2027-09-09 17:15", channel=ReplyChannel.SMS)
    assert dict(await zoe.asks()) == {"abara": "accepted_partial", "luis": "accepted"}
    assert answers(behind_the_wall)[-1] == ("accepted", "rest_covered")


async def test_a_text_from_before_the_part_does_not_overrule_it(zoe: Promised, behind_the_wall: BehindTheWall) -> None:
    await hear(zoe, "2027-09-09 17:00", channel=ReplyChannel.SMS, until=ELEVEN, sequence=1)
    await hear(zoe, "2027-09-09 17:01", channel=ReplyChannel.SMS, received="2027-09-09 16:59")
    assert (await zoe.asks())[0] == ("abara", "accepted_partial")
    assert answers(behind_the_wall)[-1] == ("accepted", "old_time")


async def test_what_staff_heard_is_not_taken_from_a_reply_for_it_names_no_witness(
    zoe: Promised, behind_the_wall: BehindTheWall
) -> None:
    before = len(behind_the_wall.facts())
    await hear(zoe, "2027-09-09 17:00", channel=ReplyChannel.STAFF, until=ELEVEN, sequence=1)
    assert (await zoe.asks(), len(behind_the_wall.facts())) == ([("abara", "accepted")], before)


@pytest.mark.parametrize("channel", [ReplyChannel.MAIL, ReplyChannel.LINK])
async def test_a_calendar_that_takes_note_of_the_part_asks_for_nothing_more(zoe: Promised, channel: ReplyChannel) -> None:
    await hear(zoe, "2027-09-09 17:00", channel=ReplyChannel.SMS, until=ELEVEN, sequence=1)
    await hear(zoe, "2027-09-09 17:02", channel=channel, sequence=2)
    assert await zoe.asks() == [("abara", "accepted_partial"), ("luis", "sent")]
