"""A plan's cover day by day: what is said of each hour is true of each minute in it, clock changes included."""

from datetime import UTC, date, datetime, timedelta

from services.portal.domain.cover_days import Held, days_of
from services.portal.domain.plans import Coverage, Gap, Required, Turn
from shared.kernel.wall import resolve

ZONE = "America/Los_Angeles"
LONG_AGO = datetime(2027, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """Return the instant of a wall time of the family."""
    return resolve(datetime.fromisoformat(text), ZONE).instant


def needed(starts: str, ends: str, adults: int = 1) -> Required:
    return Required(window_id="win", starts_at=at(starts), ends_at=at(ends), adults=adults)


def turn(member: str, starts: str, ends: str, *, protects: bool = True, excused: bool = False) -> Turn:
    return Turn(
        commitment_id=f"com-{member}",
        member_id=member,
        starts_local=datetime.fromisoformat(starts),
        ends_local=datetime.fromisoformat(ends),
        starts_at=at(starts),
        ends_at=at(ends),
        shown_local=datetime.fromisoformat(starts),
        protects=protects,
        excused=excused,
    )


def coverage(required: list[Required], turns: list[Turn], gaps: tuple[Gap, ...] = ()) -> Coverage:
    return Coverage(
        plan_id="plan",
        time_zone=ZONE,
        begin=date(2027, 3, 12),
        end=date(2027, 3, 14),
        required=tuple(required),
        turns=tuple(turns),
        gaps=gaps,
    )


def said(found: Coverage, *, now: datetime = LONG_AGO) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return each piece as its hours, how it stands, and who is there."""
    return [
        (one.starts_local.isoformat(timespec="minutes"), one.ends_local.isoformat(timespec="minutes"), one.held, one.members)
        for day in days_of(found, now=now)
        for one in day.pieces
    ]


def test_a_weekend_is_told_day_by_day_with_its_open_night() -> None:
    found = coverage(
        [needed("2027-03-12T18:00", "2027-03-14T18:00")],
        [turn("luis", "2027-03-12T18:00", "2027-03-13T20:00"), turn("abara", "2027-03-14T08:00", "2027-03-14T18:00")],
    )
    assert said(found) == [
        ("2027-03-12T18:00", "2027-03-13T00:00", "covered", ("luis",)),
        ("2027-03-13T00:00", "2027-03-13T20:00", "covered", ("luis",)),
        ("2027-03-13T20:00", "2027-03-14T00:00", "short", ()),
        ("2027-03-14T00:00", "2027-03-14T08:00", "short", ()),
        ("2027-03-14T08:00", "2027-03-14T18:00", "covered", ("abara",)),
    ]
    assert [day.is_covered for day in days_of(found, now=LONG_AGO)] == [True, False, False]


def test_the_night_of_the_clock_change_leaves_no_gap_and_fills_its_day() -> None:
    found = coverage(
        [needed("2027-03-13T22:00", "2027-03-14T10:00")],
        [turn("otis", "2027-03-13T22:00", "2027-03-14T06:00"), turn("gwen", "2027-03-14T06:00", "2027-03-14T10:00")],
    )
    assert {held for _, _, held, _ in said(found)} == {"covered"}
    pieces = days_of(found, now=LONG_AGO)[1].pieces
    assert [(one.x, one.x + one.width) for one in pieces] == [(0, 217), (217, 391)]


def test_an_excused_turn_and_one_that_does_not_protect_are_no_cover() -> None:
    found = coverage(
        [needed("2027-03-13T20:00", "2027-03-13T23:00")],
        [
            turn("kim", "2027-03-13T20:00", "2027-03-13T23:00", excused=True),
            turn("beth", "2027-03-13T20:00", "2027-03-13T23:00", protects=False),
        ],
    )
    assert [(held, members) for _, _, held, members in said(found)] == [("short", ())]


def test_where_two_are_needed_one_alone_is_short_and_still_named() -> None:
    found = coverage([needed("2027-03-13T20:00", "2027-03-13T23:00", 2)], [turn("kim", "2027-03-13T20:00", "2027-03-13T23:00")])
    assert [(held, members) for _, _, held, members in said(found)] == [("short", ("kim",))]


def test_time_that_went_by_uncovered_is_not_called_open() -> None:
    found = coverage([needed("2027-03-13T20:00", "2027-03-13T23:00")], [])
    assert [held for _, _, held, _ in said(found, now=at("2027-03-13T21:00"))] == ["missed", "short"]


def test_time_that_a_worker_left_open_says_so() -> None:
    span = (at("2027-03-13T20:00"), at("2027-03-13T21:00"))
    left = Gap(
        id="gap",
        case_id="case",
        plan_id="plan",
        state="accepted_by_worker",
        starts_at=span[0],
        ends_at=span[1],
        time_zone=ZONE,
        opened_at=LONG_AGO,
    )
    found = coverage([needed("2027-03-13T20:00", "2027-03-13T23:00")], [], (left,))
    assert [held for _, _, held, _ in said(found)] == [Held.ACCEPTED, Held.SHORT]


def test_every_minute_of_random_looking_worlds_is_told_truly() -> None:
    begin = at("2027-03-12T00:00")
    for world in range(40):
        starts = [begin + timedelta(minutes=(world * 137 + each * 411) % 3600) for each in range(4)]
        turns = [
            Turn(
                commitment_id=f"com{each}",
                member_id=f"m{each}",
                starts_local=datetime.fromisoformat("2027-03-12T00:00"),
                ends_local=datetime.fromisoformat("2027-03-12T00:00"),
                starts_at=start,
                ends_at=start + timedelta(minutes=90 + world * 7 + each * 60),
                shown_local=datetime.fromisoformat("2027-03-12T00:00"),
                protects=True,
            )
            for each, start in enumerate(starts)
        ]
        found = coverage([needed("2027-03-12T06:00", "2027-03-14T20:00", 1 + world % 2)], turns)
        for day in days_of(found, now=LONG_AGO):
            for one in day.pieces:
                middle = (
                    resolve(one.starts_local, ZONE).instant
                    + (resolve(one.ends_local, ZONE).instant - resolve(one.starts_local, ZONE).instant) / 2
                )
                there = {each.member_id for each in turns if each.starts_at <= middle < each.ends_at}
                assert set(one.members) == there
                assert (one.held is Held.COVERED) == (len(there) >= 1 + world % 2)
