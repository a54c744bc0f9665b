"""Lila's grandmother has a landline, her mother works at a café, and her tribe's seat is not optional (V1)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest

from tests.support.journey import Family, Journey, Person, seat
from tests.support.outside import ZONE, Item, until

pytestmark = pytest.mark.stack

TUESDAY_AND_THURSDAY = (1, 3)


@dataclass(frozen=True, slots=True)
class Team:
    """Lila and the people who must be at her table."""

    family: Family
    today: date
    lila: Person
    denise: Person
    mae: Person
    arlen: Person
    jo: Person
    facilitator: Item

    @property
    def due_on(self) -> date:
        """Thirty days after she entered care, five days ago."""
        return self.today + timedelta(days=25)

    def seats(self, *, without: Person | None = None) -> list[Item]:
        """Everybody's place at the table."""
        places = [
            (self.lila, seat(self.lila, "child")),
            (self.denise, seat(self.denise, "parent")),
            (self.mae, seat(self.mae, "current_caregiver", mode="phone")),
            (self.arlen, seat(self.arlen, "tribal_representative")),
            (self.jo, seat(self.jo, "placing_agency_worker")),
        ]
        return [place for person, place in places if person is not without]


async def lilas_team(journey: Journey) -> Team:
    """Lila entered care five days ago, and there is reason to know that she is an Indian child."""
    family = await journey.family(unit="south", assigned=("jo",))
    today = (await journey.outside.now()).astimezone(ZONE).date()
    lila = await family.child(
        "Lila",
        icwa_status="reason_to_know",
        placement_kind="relative",
        entered_care_on=(today - timedelta(days=5)).isoformat(),
        disposition_on=(today + timedelta(days=44)).isoformat(),
    )
    denise = await family.member("Denise", "mother", mail=True)
    mae = await family.member("Mae", "grandparent_maternal", landline=True)
    arlen = await family.member("Arlen", "tribal_member", mail=True)
    jo = await family.member("Jo", "professional", mail=True)
    facilitator = await journey.pool("facilitator", "A facilitator")
    await journey.outside.heard()
    county = family.county
    (
        await county.call("PUT", "meetings", f"/v1/people/{arlen.id}/usual-hours", weekly(TUESDAY_AND_THURSDAY, "09:00", "15:00"))
    ).ok()
    hours = f"/v1/resources/{facilitator['id']}/usual-hours"
    (await county.call("PUT", "meetings", hours, weekly((0, 1, 2, 3, 4), "08:00", "18:00"))).ok()
    for day in (today + timedelta(days=offset) for offset in range(1, 26)):
        if day.weekday() in {0, 2, 4}:
            work = {"label_code": "work", "hard": True, "time_zone": "America/Los_Angeles"}
            shift = {"starts_local": f"{day}T05:00", "ends_local": f"{day}T13:00", **work}
            (await county.post("meetings", f"/v1/people/{denise.id}/unavailabilities", shift)).ok()
    return Team(family, today, lila, denise, mae, arlen, jo, facilitator)


def weekly(days: tuple[int, ...], start: str, end: str) -> Item:
    """Usual hours on some days of the week."""
    return {"time_zone": "America/Los_Angeles", "weekly": [{"weekday": day, "from": start, "until": end} for day in days]}


async def due_of(team: Team) -> Item:
    """The date by which Lila's team must meet."""
    due: Item = (await team.family.county.get("meetings", f"/v1/cases/{team.family.case_id}/mandates")).ok()["combined"]
    return due


async def test_the_icwa_rule_sets_the_date_and_losing_it_moves_the_date(journey: Journey) -> None:
    team = await lilas_team(journey)
    due = await due_of(team)
    assert (due["rule_id"], due["due_on"]) == ("cft.initial_icwa", team.due_on.isoformat())

    path = f"/v1/cases/{team.family.case_id}/children/{team.lila.id}"
    children = (await team.family.county.get("network", f"/v1/cases/{team.family.case_id}/children")).ok()["items"]
    changed = {"icwa_status": "does_not_apply"}
    (await team.family.county.call("PATCH", "network", path, changed, staff="jo", etag=children[0]["etag"])).ok()
    later = await until(lambda: due_of(team), lambda due: due["rule_id"] == "cft.initial")
    assert later["due_on"] == (team.today + timedelta(days=44)).isoformat()


async def test_only_the_tribes_own_hours_are_offered(journey: Journey) -> None:
    team = await lilas_team(journey)
    asked = {
        "case_id": team.family.case_id,
        "children": [team.lila.id],
        "participants": team.seats(),
        "minutes": 90,
        "earliest_on": (team.today + timedelta(days=1)).isoformat(),
        "latest_on": (team.today + timedelta(days=40)).isoformat(),
        "time_zone": "America/Los_Angeles",
        "facilitator": {"resource_id": team.facilitator["id"]},
        "room": {"needed": False},
        "interpreters": [],
        "limit": 40,
    }
    found = (await team.family.county.post("meetings", "/v1/times:search", asked, staff="jo")).ok()
    assert found["due"]["due_on"] == team.due_on.isoformat()
    starts = [datetime.fromisoformat(one["starts_local"]) for one in found["times"]]
    ends = [datetime.fromisoformat(one["ends_local"]) for one in found["times"]]
    assert starts
    assert {start.weekday() for start in starts} <= set(TUESDAY_AND_THURSDAY)
    assert min(start.time() for start in starts) >= time(9)
    assert max(end.time() for end in ends) <= time(15)
    assert max(start.date() for start in starts) <= team.due_on
    # Every other day is rejected with its reason, which is Arlen unless the county itself is closed.
    days = [team.today + timedelta(days=offset) for offset in range(1, 26)]
    closed = set(team.family.county.facts["holidays"])
    not_theirs = {day.isoformat() for day in days if day.weekday() not in TUESDAY_AND_THURSDAY}
    assert not_theirs <= {one["date"] for one in found["blocked"] if one["cause"]}
    assert not_theirs - closed <= {one["date"] for one in found["blocked"] if one["person_id"] == team.arlen.id}


async def test_grandmother_is_phoned_and_the_tribe_is_invited(journey: Journey) -> None:
    team = await lilas_team(journey)
    day = team.family.county.workday(team.today, days=9, weekdays=TUESDAY_AND_THURSDAY)
    meeting = await team.family.book(
        datetime.combine(day, time(10), ZONE),
        *team.seats(),
        children=(team.lila,),
        facilitator_id=team.facilitator["id"],
        place={"name": "Tribal office", "address": "1 Cedar Road", "dial_in": "+1 707 555 0190"},
    )
    assert [call["kind"] for call in await meeting.calls(team.mae, count=1)] == ["invitation"]
    invitation = (await journey.outside.mails(team.arlen.mailbox, count=1))[0]
    assert "1 Cedar Road" in invitation["calendar"]["location"]
    assert {item["channel"] for item in await meeting.messages(team.mae)} == {"call"}
    assert await journey.outside.texts(team.mae.landline) == []


async def test_a_day_after_the_due_date_is_refused_with_the_rule(journey: Journey) -> None:
    team = await lilas_team(journey)
    late = team.family.county.workday(team.due_on, days=1)
    reply = await team.family.try_to_book(datetime.combine(late, time(10), ZONE), *team.seats(), children=(team.lila,), staff="jo")
    problem = reply.refused("after_due_date")
    assert (problem["rule_id"], problem["due_on"]) == ("cft.initial_icwa", team.due_on.isoformat())


async def test_without_the_tribe_it_cannot_be_confirmed(journey: Journey) -> None:
    team = await lilas_team(journey)
    day = team.family.county.workday(team.today, days=9, weekdays=TUESDAY_AND_THURSDAY)
    meeting = await team.family.book(
        datetime.combine(day, time(10), ZONE),
        *team.seats(),
        children=(team.lila,),
        facilitator_id=team.facilitator["id"],
    )
    arlens = await meeting.seat(team.arlen)
    path = f"{meeting.path}/participants/{arlens['id']}"
    (await team.family.county.call("DELETE", "meetings", path, staff="jo", etag=(await meeting.read())["etag"])).ok()
    problem = (await meeting.do("confirm", staff="jo")).refused("required_role_missing")
    assert problem["roles"] == ["tribal_representative"]
