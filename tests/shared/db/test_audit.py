"""The audit chain: every deed once, in order, and any tampering named by its first broken entry."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, select, text

from shared.db.audit import AUDIT
from shared.db.unit import Trace, Units
from tests.shared.db.conftest import STAFF, Open


async def write(opened: Open, entries: int) -> None:
    """Record deeds, one transaction each."""
    for number in range(entries):
        async with opened() as unit:
            await unit.audit(
                "case.read", subject_kind="case", subject_id=uuid4(), details={"members": number, "route": "/v1/cases"}
            )


def harm(connection: Connection, statement: str, county: UUID, **values: object) -> None:
    """Do what only a superuser can."""
    connection.execute(text(statement), {"county": county, **values})
    connection.commit()


async def test_an_untouched_chain_holds(opened: Open, units: Units, county: UUID) -> None:
    await write(opened, 3)
    verdict = await units.verify_audit(county)
    assert verdict.holds
    assert (verdict.checked, verdict.head.seq) == (3, 3)


async def test_a_county_without_deeds_holds(units: Units, county: UUID) -> None:
    verdict = await units.verify_audit(county)
    assert verdict.holds
    assert verdict.checked == 0


async def test_an_entry_says_who_did_what_to_whom(units: Units, county: UUID, behind_the_wall: Connection) -> None:
    subject = uuid4()
    async with units.open(county, STAFF, Trace("request-12345", "")) as unit:
        await unit.audit("person.changed", subject_kind="person", subject_id=subject)
        at = unit.now
    row = behind_the_wall.execute(select(AUDIT).where(AUDIT.c.county_id == county)).one()
    assert (row.actor_kind, row.actor_id, row.action) == ("staff", "staff-7", "person.changed")
    assert (row.subject_kind, row.subject_id, row.request_id, row.at) == ("person", subject, "request-12345", at)


async def test_deeds_of_one_unit_keep_their_order(opened: Open, units: Units, county: UUID, behind_the_wall: Connection) -> None:
    async with opened() as unit:
        for action in ("first", "second", "third"):
            await unit.audit(action, subject_kind="case", subject_id=uuid4())
    found = behind_the_wall.scalars(select(AUDIT.c.action).where(AUDIT.c.county_id == county).order_by(AUDIT.c.seq))
    assert list(found) == ["first", "second", "third"]
    assert (await units.verify_audit(county)).holds


async def test_many_at_once_make_one_chain_without_gaps(opened: Open, units: Units, county: UUID) -> None:
    await asyncio.gather(*(write(opened, 4) for _ in range(8)))
    verdict = await units.verify_audit(county)
    assert verdict.holds
    assert verdict.checked == 32


async def test_counties_do_not_wait_for_one_another(opened: Open, units: Units) -> None:
    async with opened() as unit:
        await unit.audit("case.read", subject_kind="case", subject_id=uuid4())
        await unit.finish()
        async with asyncio.timeout(8), units.open(uuid4(), STAFF) as elsewhere:
            await elsewhere.audit("case.read", subject_kind="case", subject_id=uuid4())


@pytest.mark.parametrize(
    "change",
    [
        "action = 'case.closed'",
        "actor_id = 'staff-8'",
        "actor_kind = 'system'",
        "at = at + interval '1 microsecond'",
        "subject_kind = 'person'",
        "subject_id = gen_random_uuid()",
        "request_id = 'another'",
        """details = details || '{"members": 99}'""",
        "details = '{}'",
        "hash = prev_hash",
        "prev_hash = hash",
    ],
)
async def test_a_changed_entry_is_named(opened: Open, units: Units, county: UUID, behind_the_wall: Connection, change: str) -> None:
    await write(opened, 4)
    harm(behind_the_wall, f"UPDATE audit SET {change} WHERE county_id = :county AND seq = 3", county)  # noqa: S608
    verdict = await units.verify_audit(county)
    assert verdict.broken_seq == 3
    assert verdict.checked == 2


async def test_a_removed_entry_is_named(opened: Open, units: Units, county: UUID, behind_the_wall: Connection) -> None:
    await write(opened, 4)
    harm(behind_the_wall, "DELETE FROM audit WHERE county_id = :county AND seq = 2", county)
    assert (await units.verify_audit(county)).broken_seq == 2


async def test_a_removed_entry_is_named_even_if_the_rest_is_renumbered(
    opened: Open, units: Units, county: UUID, behind_the_wall: Connection
) -> None:
    await write(opened, 4)
    harm(behind_the_wall, "DELETE FROM audit WHERE county_id = :county AND seq = 2", county)
    harm(behind_the_wall, "UPDATE audit SET seq = 2 WHERE county_id = :county AND seq = 3", county)
    harm(behind_the_wall, "UPDATE audit SET seq = 3 WHERE county_id = :county AND seq = 4", county)
    assert (await units.verify_audit(county)).broken_seq == 2


async def test_an_added_entry_is_named(opened: Open, units: Units, county: UUID, behind_the_wall: Connection) -> None:
    await write(opened, 3)
    harm(
        behind_the_wall,
        "INSERT INTO audit SELECT county_id, 4, at, actor_kind, actor_id, action, subject_kind, subject_id, request_id, details,"
        " hash, sha256(hash) FROM audit WHERE county_id = :county AND seq = 3",
        county,
    )
    assert (await units.verify_audit(county)).broken_seq == 4


async def test_entries_that_changed_places_are_named(opened: Open, units: Units, county: UUID, behind_the_wall: Connection) -> None:
    await write(opened, 4)
    for seq, to in ((2, 100), (3, 2), (100, 3)):
        harm(behind_the_wall, "UPDATE audit SET seq = :to WHERE county_id = :county AND seq = :seq", county, seq=seq, to=to)
    assert (await units.verify_audit(county)).broken_seq == 2


async def test_an_entry_of_another_county_is_no_entry_here(
    opened: Open, units: Units, county: UUID, behind_the_wall: Connection
) -> None:
    elsewhere = uuid4()
    await write(opened, 1)
    harm(behind_the_wall, "UPDATE audit SET county_id = :elsewhere WHERE county_id = :county", county, elsewhere=elsewhere)
    assert (await units.verify_audit(elsewhere)).broken_seq == 1


async def test_a_cut_off_end_is_found_with_a_head_kept_elsewhere(
    opened: Open, units: Units, county: UUID, behind_the_wall: Connection
) -> None:
    await write(opened, 4)
    kept = (await units.verify_audit(county)).head
    assert (await units.verify_audit(county, known=kept)).holds
    harm(behind_the_wall, "DELETE FROM audit WHERE county_id = :county AND seq > 2", county)
    assert (await units.verify_audit(county)).holds
    assert (await units.verify_audit(county, known=kept)).broken_seq == 3


async def test_a_head_kept_elsewhere_stays_good_as_the_chain_grows(opened: Open, units: Units, county: UUID) -> None:
    await write(opened, 2)
    kept = (await units.verify_audit(county)).head
    await write(opened, 2)
    assert (await units.verify_audit(county, known=kept)).checked == 4
