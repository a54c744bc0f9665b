"""Statements that the driver sends itself stand in the unit's transaction, behind its wall, as those of the session do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import ARRAY, Engine, Uuid, any_, bindparam, func, insert, select, text

from shared.db.direct import Direct
from shared.db.engine import make_engine
from shared.db.outage import is_outage
from shared.db.unit import Units
from tests.shared.db.conftest import STAFF, WRAPPING_KEY, Open
from tests.shared.db.sample.storage.tables import NoteRow

ADD = Direct(insert(NoteRow))
ADD_NOW = Direct(insert(NoteRow).values(at=func.surround_now(), words=None), "id", "county_id", "title")
TITLES = Direct(select(NoteRow.title).where(NoteRow.id == any_(bindparam("ids", type_=ARRAY(Uuid())))).order_by(NoteRow.title))
PID = Direct(text("SELECT pg_backend_pid() AS pid"))


async def test_what_the_session_has_not_yet_written_is_written_first(opened: Open) -> None:
    async with opened() as unit:
        row = NoteRow(id=unit.new_id(), county_id=unit.county_id, title="pending", words=None, at=unit.now)
        unit.session.add(row)
        assert [found["title"] for found in await unit.fetch(TITLES, ids=[row.id])] == ["pending"]
        row.title = "changed"
        assert [found["title"] for found in await unit.fetch(TITLES, ids=[row.id])] == ["changed"]


async def test_the_session_sees_what_the_driver_wrote_and_both_go_with_the_transaction(opened: Open) -> None:
    one, other = uuid4(), uuid4()

    async def undone() -> None:
        async with opened() as unit:
            shared = {"county_id": unit.county_id, "words": None, "at": unit.now}
            await unit.each(ADD, [{"id": one, "title": "a", **shared}, {"id": other, "title": "b", **shared}])
            assert (await unit.session.get_one(NoteRow, one)).title == "a"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    async with opened() as unit:
        assert await unit.fetch(TITLES, ids=[one, other]) == []


async def test_values_that_a_statement_brings_itself_need_not_be_given(opened: Open) -> None:
    async with opened() as unit:
        made = unit.new_id()
        await unit.fetch(ADD_NOW, id=made, county_id=unit.county_id, title="now")
        assert (await unit.session.get_one(NoteRow, made)).at == unit.now


async def test_the_wall_stands_before_the_driver_too(opened: Open, units: Units) -> None:
    async with opened() as unit:
        made = unit.new_id()
        await unit.fetch(ADD_NOW, id=made, county_id=unit.county_id, title="ours")
    async with units.open(uuid4(), STAFF) as unit:
        assert await unit.fetch(TITLES, ids=[made]) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with opened() as unit:
            await unit.fetch(ADD_NOW, id=uuid4(), county_id=uuid4(), title="elsewhere")


async def test_a_connection_that_is_ended_is_an_outage_and_is_not_used_again(opened: Open, admin: Engine) -> None:
    pids: list[Mapping[str, Any]] = []

    async def cut_off() -> None:
        async with opened() as unit:
            pids.extend(await unit.fetch(PID))
            end(admin, pids[0]["pid"])
            await unit.fetch(PID)

    with pytest.raises(Exception) as ended:  # noqa: PT011 - whichever of asyncpg's it is, it has to count as an outage
        await cut_off()
    assert is_outage(ended.value)
    async with opened() as unit:
        assert await unit.fetch(PID) != pids


async def test_a_connection_that_was_ended_in_the_pool_is_an_outage_once(units: Units, county: UUID, admin: Engine) -> None:
    alone = make_engine(units.engine.url.render_as_string(hide_password=False), pool_size=1)
    of_one = Units(alone, service="network", wrapping_key=WRAPPING_KEY)
    async with of_one.open(county, STAFF) as unit:
        (found,) = await unit.fetch(PID)
    end(admin, found["pid"])
    with pytest.raises(Exception) as ended:  # noqa: PT011 - whatever the pool says, it has to count as an outage
        async with of_one.open(county, STAFF) as unit:
            await unit.fetch(PID)
    assert is_outage(ended.value)
    async with of_one.open(county, STAFF) as unit:
        assert await unit.fetch(PID)
    await alone.dispose()


async def test_what_cannot_be_sent_is_no_outage(opened: Open) -> None:
    with pytest.raises(asyncpg.DataError) as refused:
        async with opened() as unit:
            await unit.fetch(TITLES, ids=["no id"])
    assert not is_outage(refused.value)


def end(admin: Engine, pid: int) -> None:
    """End a connection and wait until it is gone."""
    with admin.connect() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
