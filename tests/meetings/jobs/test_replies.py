"""What came back becomes an answer: by mail, text or link, in any order, judged once, and shown to staff with its end."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, SubjectKind
from shared.kernel.ids import spell
from tests.meetings.conftest import Counties, Family, Log, World, a_booking, at, uuid_of
from tests.network.conftest import Api


@dataclass(frozen=True, slots=True)
class Booked:
    """A meeting of the family, and the mother's entry in it."""

    path: str
    meeting_id: UUID
    participant_id: UUID
    person_id: UUID
    uid: str
    etag: str
    api: Api

    async def now(self) -> dict[str, Any]:
        """The meeting as it is now."""
        found: dict[str, Any] = (await self.api.get(self.path)).json
        return found

    async def mother(self) -> dict[str, Any]:
        """The mother's line in it."""
        mine = spell("par", self.participant_id)
        found: dict[str, Any] = next(one for one in (await self.now())["participants"] if one["id"] == mine)
        return found

    async def outcomes(self) -> dict[str, str]:
        """The end of each reply by its PARTSTAT."""
        return {one["partstat"]: one["outcome"] for one in (await self.api.get(f"{self.path}/replies")).json["items"]}

    def reply(self, partstat: str = "accepted", **facts: Any) -> ReplyReceived:
        """A mail reply of the mother's, proved by her token."""
        ordinary = ReplyReceived(
            reply_id=f"mail-{uuid4().hex}",
            subject_kind=SubjectKind.MEETING,
            subject_id=self.meeting_id,
            person_id=self.person_id,
            participant_id=None,
            uid=self.uid,
            recurrence_id=None,
            sequence=0,
            stamp=datetime.now(UTC),
            received_at=datetime.now(UTC) + timedelta(seconds=1),
            channel=ReplyChannel.MAIL,
            kind=ReplyKind.ANSWER,
            partstat=partstat,
            proof=Proof.TOKEN,
            refused="",
            proposed_starts_at=None,
            proposed_ends_at=None,
        )
        return replace(ordinary, **facts)


@pytest.fixture
async def booked(amy: Api, family: Family, log: Log) -> Booked:
    """A meeting that was just booked."""
    made = await amy.post("/v1/meetings", a_booking(family))
    entry = next(each for each in log.last()["entries"] if each["person_id"] == str(family.mother))
    return Booked(
        path=f"/v1/meetings/{made.json['id']}",
        meeting_id=uuid_of(made.json["id"]),
        participant_id=UUID(entry["participant_id"]),
        person_id=family.mother,
        uid=entry["uid"],
        etag=made.json["etag"],
        api=amy,
    )


async def test_a_reply_by_mail_is_an_answer(booked: Booked, world: World, log: Log) -> None:
    await world.hear(booked.reply())
    assert (await booked.mother())["answer"] == "accepted"
    fact = log.last()
    assert (fact["outcome"], fact["answer"], fact["channel"]) == ("applied", "accepted", "mail")
    assert fact["participant_id"] == str(booked.participant_id)


async def test_the_same_reply_twice_counts_once(booked: Booked, world: World, log: Log) -> None:
    reply = booked.reply()
    await world.hear(reply)
    before = (len(log.facts()), (await booked.now())["etag"])
    await world.hear(reply)
    assert (len(log.facts()), (await booked.now())["etag"]) == before


async def test_any_order_of_arrival_ends_the_same(booked: Booked, world: World, amy: Api, family: Family, log: Log) -> None:
    start = datetime.now(UTC)
    ends = []
    for order in permutations(range(3)):
        made = await amy.post("/v1/meetings", a_booking(family))
        entry = next(each for each in log.last()["entries"] if each["person_id"] == str(family.mother))
        one = replace(booked, path=f"/v1/meetings/{made.json['id']}", meeting_id=uuid_of(made.json["id"]), uid=entry["uid"],
                      participant_id=UUID(entry["participant_id"]))  # fmt: skip
        replies = [
            one.reply(word, stamp=start + timedelta(minutes=n), received_at=start + timedelta(minutes=n + 1))
            for n, word in enumerate(("accepted", "declined", "tentative"))
        ]
        for n in order:
            await world.hear(replies[n])
        ends.append(((await one.mother())["answer"], await one.outcomes()))
    assert ends == [("tentative", {"accepted": "superseded", "declined": "superseded", "tentative": "applied"})] * 6


async def test_a_yes_to_the_old_time_is_no_yes_to_the_new_one(booked: Booked, world: World, amy: Api) -> None:
    moved = await amy.send("POST", f"{booked.path}:move", {"starts_local": at("13:00")}, etag=booked.etag)
    assert moved.status == 200
    await world.hear(booked.reply(sequence=0))
    mother = await booked.mother()
    assert (mother["answer"], mother["stale"]) == ("needs_action", True)
    assert await booked.outcomes() == {"accepted": "answered_old_time"}
    await world.hear(booked.reply("declined", sequence=1))
    assert (await booked.mother())["answer"] == "declined"
    assert "required_declined" in (await booked.now())["flags"]


async def test_an_applied_reply_becomes_an_answer_to_the_old_time_when_the_meeting_moves(
    booked: Booked, world: World, amy: Api
) -> None:
    await world.hear(booked.reply())
    await amy.send("POST", f"{booked.path}:move", {"starts_local": at("13:00")}, etag=(await booked.now())["etag"])
    assert await booked.outcomes() == {"accepted": "answered_old_time"}


async def test_an_unproved_reply_waits_and_staff_may_vouch_for_it(
    booked: Booked, world: World, amy: Api, counties: Counties
) -> None:
    await world.hear(booked.reply(proof=Proof.NONE, person_id=None))
    now = await booked.now()
    assert (now["replies_waiting"], now["flags"][-1]) == (1, "replies_waiting")
    assert (await booked.mother())["answer"] == "needs_action"
    reply = (await amy.get(f"{booked.path}/replies")).json["items"][0]
    assert reply["outcome"] == "quarantined"
    stranger = await counties.staff("bo").post(f"{booked.path}/replies/{reply['id']}:apply", {})
    assert stranger.status == 404
    applied = await amy.post(f"{booked.path}/replies/{reply['id']}:apply", {})
    assert applied.status == 200, applied.json
    assert (await booked.mother())["answer"] == "accepted"
    again = await amy.post(f"{booked.path}/replies/{reply['id']}:apply", {})
    assert (again.status, again.code) == (409, "reply_needs_nothing")


async def test_a_stranger_is_quarantined_and_never_added(booked: Booked, world: World, amy: Api) -> None:
    await world.hear(booked.reply(uid="somebody-else@example.org", person_id=None, proof=Proof.ALIGNED))
    assert await booked.outcomes() == {"accepted": "quarantined"}
    assert len((await booked.now())["participants"]) == 4
    reply = (await amy.get(f"{booked.path}/replies")).json["items"][0]
    whose = {"participant_id": spell("par", booked.participant_id)}
    assert (await amy.post(f"{booked.path}/replies/{reply['id']}:apply", {})).status == 422
    assert (await amy.post(f"{booked.path}/replies/{reply['id']}:apply", whose)).status == 200
    assert (await booked.mother())["answer"] == "accepted"


async def test_another_time_is_a_proposal_and_the_meeting_stands(booked: Booked, world: World) -> None:
    other = datetime(2030, 1, 7, 18, tzinfo=UTC)
    await world.hear(
        booked.reply("", kind=ReplyKind.OTHER_TIME, proposed_starts_at=other, proposed_ends_at=other + timedelta(hours=1))
    )
    mother = await booked.mother()
    assert [one["starts_at"] for one in mother["proposals"]] == ["2030-01-07T18:00:00Z"]
    assert (await booked.now())["state"] == "scheduled"


async def test_who_asks_for_the_entry_again_gets_it_and_a_stranger_does_not(booked: Booked, world: World, log: Log) -> None:
    await world.hear(booked.reply("", kind=ReplyKind.REFRESH))
    assert log.told() == [(booked.person_id, "again", "REQUEST", 0)]
    before = len(log.facts())
    await world.hear(booked.reply("", kind=ReplyKind.REFRESH, uid="unknown@example.org", person_id=None))
    assert log.types()[before:] == ["response_recorded"]


async def test_after_a_cancel_a_reply_is_kept_and_changes_nothing(booked: Booked, world: World, amy: Api) -> None:
    await amy.send("POST", f"{booked.path}:cancel", {"reason_code": "other"}, etag=booked.etag)
    await world.hear(booked.reply(received_at=datetime.now(UTC) + timedelta(hours=1)))
    assert await booked.outcomes() == {"accepted": "after_cancel"}


async def test_an_unknown_calendar_identity_is_kept_without_a_meeting(booked: Booked, world: World, log: Log) -> None:
    await world.hear(booked.reply(subject_id=None, uid="unknown@example.org", person_id=None))
    assert log.types() == ["meeting_scheduled"]
    assert [row[0] for row in log.rows("SELECT outcome FROM replies WHERE county_id = :county")] == ["quarantined"]


async def test_a_meeting_is_found_by_its_calendar_identity(booked: Booked, world: World) -> None:
    await world.hear(booked.reply(subject_id=None, person_id=None, uid=booked.uid.upper()))
    assert (await booked.mother())["answer"] == "accepted"


async def test_a_reply_about_a_promise_is_not_ours(booked: Booked, world: World, log: Log) -> None:
    await world.hear(booked.reply(subject_kind=SubjectKind.COMMITMENT))
    assert log.types() == ["meeting_scheduled"]


async def test_an_answer_by_phone_goes_through_the_same_reducer(booked: Booked, world: World, amy: Api) -> None:
    await world.hear(booked.reply("declined", stamp=datetime.now(UTC) - timedelta(hours=1), received_at=datetime.now(UTC)))
    answered = await amy.post(
        f"{booked.path}/participants/{spell('par', booked.participant_id)}/responses",
        {"answer": "accepted", "source": "phone", "comment": "She will bring the baby."},
    )
    assert answered.status == 200, answered.json
    mother = await booked.mother()
    assert (mother["answer"], mother["answered_channel"]) == ("accepted", "staff")
    replies = (await amy.get(f"{booked.path}/replies")).json["items"]
    assert {(one["channel"], one["outcome"], one["comment"]) for one in replies} == {
        ("mail", "superseded", ""),
        ("staff", "applied", "She will bring the baby."),
    }


async def test_what_was_written_is_sealed(booked: Booked, amy: Api, log: Log) -> None:
    path = f"{booked.path}/participants/{spell('par', booked.participant_id)}/responses"
    await amy.post(path, {"answer": "declined", "source": "phone", "comment": "Works at the Zanzibar."})
    assert "Zanzibar" not in log.everything()
