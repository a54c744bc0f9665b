"""The clock moves in every database at once, or in none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aiohttp
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateTable

from deploy.local.sandbox.app import running
from deploy.local.sandbox.clock import Clock, ClockRefused
from deploy.local.servers import free_port
from shared.db.clock import CLOCK
from tests.shared.sandbox.conftest import World
from tests.support.servers import Servers

POSTGRESQL = create_engine("postgresql+psycopg://").dialect
THE_CLOCK = f"{CreateTable(CLOCK).compile(dialect=POSTGRESQL)}; INSERT INTO clock DEFAULT VALUES"
DAY = timedelta(days=1)


@pytest.fixture
def databases(servers: Servers) -> Iterator[tuple[str, str]]:
    """Two databases that have a clock."""
    names = [f"clock_{uuid4().hex[:12]}" for _ in range(2)]
    admin = servers.admin_url.replace("postgresql+psycopg://", "postgresql://")
    urls = [servers.url(name, driver="psycopg").replace("postgresql+psycopg://", "postgresql://") for name in names]
    with psycopg.connect(admin, autocommit=True) as connection:
        for name, url in zip(names, urls, strict=True):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            with psycopg.connect(url) as own:
                own.execute(THE_CLOCK)
    yield urls[0], urls[1]
    with psycopg.connect(admin, autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def offset_of(url: str) -> timedelta:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT clock_offset FROM clock").fetchone()
    assert row is not None
    offset: timedelta = row[0]
    return offset


async def test_a_day_ahead_is_a_day_ahead_everywhere(databases: tuple[str, str]) -> None:
    clock = Clock(databases)
    await clock.advance(DAY)
    await clock.advance(timedelta(hours=1))
    assert [offset_of(url) for url in databases] == [DAY + timedelta(hours=1)] * 2
    assert clock.now() - datetime.now(UTC) > DAY


async def test_a_restarted_sandbox_learns_where_the_clock_stands(databases: tuple[str, str]) -> None:
    await Clock(databases).advance(DAY)
    later = Clock(databases)
    assert await later.read() == DAY
    await later.reset()
    assert [offset_of(url) for url in databases] == [timedelta(0)] * 2


async def test_the_clock_goes_to_an_instant(databases: tuple[str, str]) -> None:
    clock = Clock(databases)
    there = datetime.now(UTC) + timedelta(days=40)
    await clock.move_to(there)
    assert abs(clock.now() - there) < timedelta(seconds=5)


async def test_where_sending_is_live_no_database_is_moved(databases: tuple[str, str]) -> None:
    with psycopg.connect(databases[1]) as connection:
        connection.execute("UPDATE clock SET live = true")
    clock = Clock(databases)
    with pytest.raises(ClockRefused, match="live sending is on"):
        await clock.advance(DAY)
    assert [offset_of(url) for url in databases] == [timedelta(0)] * 2
    assert clock.offset == timedelta(0)


async def test_the_page_says_plainly_why_the_clock_was_not_moved(databases: tuple[str, str], world: World) -> None:
    with psycopg.connect(databases[0]) as connection:
        connection.execute("UPDATE clock SET live = true")
    settings = replace(world.settings, databases=databases, http_port=free_port(), smtp_port=free_port())
    async with running(settings), aiohttp.ClientSession() as http:
        async with http.post(f"{settings.url}/clock", data={"step": "day"}) as answer:
            assert answer.status == 409
            assert "Refused: live sending is on" in await answer.text()
        async with http.post(f"{settings.url}/api/clock", json={"advance_seconds": 60}) as answer:
            assert answer.status == 409


async def test_databases_out_of_reach_are_named_as_such() -> None:
    with pytest.raises(ClockRefused, match="cannot be reached"):
        await Clock(["postgresql:///nothing?host=/nonexistent"]).advance(DAY)


async def test_mails_and_answers_carry_the_box_s_time(world: World) -> None:
    async with world.http.post(f"{world.url}/api/clock", json={"advance_seconds": 86400}) as answer:
        assert (await answer.json())["offset_seconds"] == 86400
    await world.send()
    (mail,) = world.box.mailboxes.all()
    assert mail.received_at - datetime.now(UTC) > timedelta(hours=23)


@pytest.mark.parametrize("body", [{}, {"advance_seconds": "soon"}, {"to": "tomorrow"}, {"advance_seconds": 1e300}])
async def test_a_nonsensical_move_is_refused(world: World, body: dict[str, object]) -> None:
    async with world.http.post(f"{world.url}/api/clock", json=body) as answer:
        assert answer.status == 400
