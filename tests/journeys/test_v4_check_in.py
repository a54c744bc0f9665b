"""Doña Carmen minds Mateo in the afternoons; a text asks how it went, and when she needs help a person calls her (V4)."""

from datetime import datetime, time, timedelta

import pytest

from tests.support.journey import Journey
from tests.support.outside import ZONE, Item, until
from tests.support.planned import Planned, texted_that, times

pytestmark = pytest.mark.stack


async def test_she_is_asked_after_each_time_and_help_is_a_call(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    carmen = await family.member("Carmen", "grandparent_maternal", text="requested", language="es")
    mateo = await family.child("Mateo")
    await journey.opts_in(carmen)
    planned = Planned(family)
    await planned.knows(carmen=carmen)
    today = (await outside.daytime()).date()
    first = today + timedelta(days=1)
    afternoon = times(datetime.combine(first, time(15)), datetime.combine(first, time(18, 30)), "FREQ=DAILY")
    await planned.draft(
        kind="immediate",
        starts_on=today.isoformat(),
        ends_on=(today + timedelta(days=6)).isoformat(),
        windows=[afternoon],
    )
    await planned.offer("carmen", afternoon, action=f"Mind {mateo.given} at her home")
    await texted_that(outside, carmen, "3:00 PM")
    await outside.text(carmen.phone, "1")
    await planned.begin()

    # A quarter of an hour after the first time: all went well.
    await outside.move_to(at(first, 18, 45))
    question = await texted_that(outside, carmen, "como le fue")
    assert question["body"].partition(" http")[0].endswith("Responda 1 todo bien, 2 necesito ayuda.")
    await outside.text(carmen.phone, "1")
    await until(lambda: planned.turns(at(first)), lambda states: states == ["kept"])

    # After the second she needs help: a person calls her, in her language, within a quarter of an hour.
    second = first + timedelta(days=1)
    await outside.move_to(at(second, 18, 45))
    await texted_that(outside, carmen, "como le fue", count=2)
    asked = await outside.now()
    await outside.text(carmen.phone, "2")

    async def calls() -> list[Item]:
        return [call for call in await family.county.open_calls(carmen) if call["reason"] == "needs_help"]

    [call] = await until(calls, lambda found: len(found) == 1)
    assert (call["number"], call["language"][:2]) == (carmen.phone, "es")
    assert datetime.fromisoformat(call["due_at"]) - asked <= timedelta(minutes=15, seconds=30)
    assert await planned.state() == "active"


def at(day: object, hour: int = 12, minute: int = 0) -> datetime:
    """A time of a day where the family lives."""
    return datetime.fromisoformat(f"{day}T{hour:02d}:{minute:02d}").replace(tzinfo=ZONE)
