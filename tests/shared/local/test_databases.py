"""The databases that tests get: migrated, apart from one another, and behind the county wall."""

import pytest
from sqlalchemy import text

from shared.db.engine import make_engine
from tests.support.databases import DatabaseOf


def test_a_worker_shares_one_database_a_service(database_of: DatabaseOf) -> None:
    assert database_of("network") is database_of("network")


def test_a_fresh_database_is_nobody_elses(database_of: DatabaseOf, fresh_database_of: DatabaseOf) -> None:
    names = [database_of("network").name, fresh_database_of("network").name, fresh_database_of("network").name]
    assert len(set(names)) == 3


@pytest.mark.parametrize("kind", ["database_of", "fresh_database_of"])
async def test_the_running_role_owns_nothing_and_sees_no_county_unasked(kind: str, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue(kind)("network")
    engine = make_engine(database.app_url)
    async with engine.connect() as connection:
        role = (
            await connection.execute(text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"))
        ).one()
        seen = await connection.scalar(text("SELECT count(*) FROM log"))
    await engine.dispose()
    assert tuple(role) == ("network_app", False, False)
    assert seen == 0
