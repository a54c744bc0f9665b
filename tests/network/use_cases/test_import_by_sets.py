"""Lines of a file are applied by sets, and it comes to the same as one after the other: counts, report, records, history, facts."""

import random
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.network.domain.cases import CaseId, InHands, Share, ShareId, ShareReason
from services.network.domain.imports import (
    CaseLine,
    Import,
    ImportId,
    ImportKind,
    ImportMode,
    ImportStatus,
    Line,
    MemberLine,
    PersonLine,
    Tally,
)
from services.network.domain.members import Circle, MemberId, Side, SupportType
from services.network.storage import cases, circle_moves, imports, members
from services.network.use_cases.close_case import close_case
from services.network.use_cases.import_cases import import_cases
from services.network.use_cases.import_lines import Applied
from services.network.use_cases.import_members import import_members
from services.network.use_cases.import_people import import_people
from services.network.use_cases.reassign_case import store_hands
from services.network.use_cases.remove_member import remove_member
from shared.db import history
from shared.db.unit import Actor, Unit, Units
from shared.kernel.access import Caller, Role
from shared.kernel.sealed import KeyKind, KeyOf
from tests.network.conftest import WRAPPING_KEY
from tests.network.use_cases.promised import a_network_county
from tests.network.use_cases.row_by_row import import_by_rows

ZONE = "America/Los_Angeles"
CWS = Actor("staff", "alder-cws", "system")
FAMILIES = [f"F{n}" for n in range(8)]
PEOPLE = [f"P{n}" for n in range(10)]
Apply = Callable[..., Awaitable[Applied]]


async def by_sets(unit: Unit, order: Import, lines: Any, *, caller: Caller, today: Any, now: datetime) -> Applied:
    if order.kind is ImportKind.CASES:
        return await import_cases(unit, order, lines, caller=caller, now=now)
    return await import_members(unit, order, lines, caller=caller, today=today, now=now)


class World:
    """A county of its own, in which files are applied in one of the two ways."""

    def __init__(self, engine: AsyncEngine, apply: Apply) -> None:
        self._apply = apply
        self.county_id = uuid4()
        counties = (a_network_county(self.county_id),)
        self._units = Units(engine, service="network", wrapping_key=WRAPPING_KEY, counties=counties)
        self.caller = Caller(self.county_id, CWS.id, frozenset({Role.SYSTEM}))

    def open(self) -> AbstractAsyncContextManager[Unit]:
        return self._units.open(self.county_id, CWS)

    async def order(self, unit: Unit, kind: ImportKind) -> Import:
        order = Import(
            id=ImportId(unit.new_id()), kind=kind, mode=ImportMode.UPSERT, dry_run=False, all_or_nothing=False, source="cws",
            as_of=unit.now, confirm_remove=None, actor_kind=CWS.kind, actor_id=CWS.id, roles=CWS.roles, zone=ZONE,
            status=ImportStatus.SUCCEEDED, code="", rows=0, blocks=0, next_block=0, would_remove=0, tally=Tally(),
            received_at=unit.now, finished_at=unit.now,
        )  # fmt: skip
        await imports.add(unit, order)
        return order

    async def register(self) -> None:
        """Everybody is there, in no family."""
        async with self.open() as unit:
            lines = [PersonLine(line=n, external_id=each, given_name=each, spoken_language="es") for n, each in enumerate(PEOPLE)]
            today = unit.now.date()
            await import_people(unit, lines, caller=self.caller, zone=ZONE, today=today, now=unit.now)

    async def take(self, kind: ImportKind, lines: Sequence[Line]) -> tuple[Any, ...]:
        """Apply lines, and return what is reported of them."""
        async with self.open() as unit:
            order = await self.order(unit, kind)
            applied = await self._apply(unit, order, lines, caller=self.caller, today=unit.now.date(), now=unit.now)
            await imports.mark(unit, order, applied.marks)
            return applied.tally, applied.faults

    async def staff_act(self, deed: str, family: str, which: int) -> None:
        """Let staff do something about a family, if it is there, open and readable."""
        async with self.open() as unit:
            found = await imports.find_cases(unit, [cases.external_lookup(unit, family)])
            held = await cases.list_by_id_for_update(unit, [CaseId(each) for each in found.values()])
            for case in [each for each in held.values() if not each.is_closed]:
                present = await members.list_present(unit, case.id)
                match deed:
                    case "close":
                        await close_case(unit, case, now=unit.now)
                    case "destroy":
                        await close_case(unit, case, now=unit.now)
                        await unit.keys.destroy(KeyOf(KeyKind.CASE, case.id))
                    case "share":
                        named = replace(case, access=replace(case.access, shared_with=frozenset({"cy"})), version=case.version + 1)
                        shares = (_share(unit, "di", days=-1), _share(unit, "ed", days=9))
                        await store_hands(unit, InHands(case, ()), InHands(named, shares))
                    case _ if present:
                        await remove_member(unit, present[which % len(present)], now=unit.now)

    async def told(self) -> str:
        """Return all that is on record and all that was announced, in order; ids and hashes by number, as they come."""
        async with self.open() as unit:
            said: list[Any] = []
            for query in (
                "SELECT type, subject, data FROM log ORDER BY seq",
                "SELECT action, subject_kind, subject_id, details FROM audit ORDER BY seq",
                "SELECT id, time_zone, external_lookup, unit, assigned, shared_with, version, closed_at FROM cases ORDER BY id",
                "SELECT case_id, staff_id, reason, until, given_by FROM case_shares ORDER BY case_id, staff_id",
                "SELECT id, case_id, person_id, left_at IS NULL, state, version FROM members ORDER BY id",
                "SELECT kind, thing_id FROM import_marks ORDER BY kind, thing_id",
            ):
                said += [query, *(tuple(row) for row in await unit.session.execute(text(query)))]
            found = await cases.list_by_id_for_update(
                unit, [row[0] for row in await unit.session.execute(text("SELECT id FROM cases ORDER BY id"))]
            )
            for case in found.values():
                key = KeyOf(KeyKind.CASE, case.id)
                present = await members.list_present(unit, case.id)
                said += [case, present]
                said += [await circle_moves.list_of(unit, MemberId(each.id), before=None, limit=99) for each in present]
                changes = await history.list_of(unit.session, unit.keys, unit.county_id, key, before=None, limit=500)
                said += [(each.kind, each.thing_id, each.differences) for each in reversed(changes)]
        return canonical(said)


def canonical(said: Sequence[Any]) -> str:
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found.group().replace("-", ""), f"#{len(numbers)}")

    text_ = re.sub(r"datetime\.datetime\([^)]*\)+|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)", "@", "\n".join(map(repr, said)))
    return re.sub(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", number, text_)


def _share(unit: Unit, staff_id: str, *, days: int) -> Share:
    ends_at = unit.now + timedelta(days=days)
    return Share(
        id=ShareId(unit.new_id()),
        staff_id=staff_id,
        reason=ShareReason.COVERING,
        until=ends_at.date(),
        ends_at=ends_at,
        given_by="amy",
        given_at=unit.now,
    )


def lines_of(chance: random.Random, kind: ImportKind) -> list[Line]:
    """Return lines as a county might send them, of which each names its record once and some make no sense."""

    def maybe(*values: Any) -> Any:
        return chance.choice((None, None, *values))

    if kind is ImportKind.CASES:
        return [
            CaseLine(
                line=n,
                external_id=family,
                title=maybe(f"The {family} family", "Another name", "Ünïcode ‹x›"),
                unit=maybe("north", "south"),
                assigned=maybe((), ("amy",), ("bo", "amy")),
                time_zone=maybe("America/New_York"),
            )
            for n, family in enumerate(chance.sample(FAMILIES, 6), 2)
        ]
    pairs = [(family, person) for family in [*FAMILIES, "F?"] for person in [*PEOPLE, "P?"]]
    return [
        MemberLine(
            line=n,
            case_external_id=family,
            person_external_id=person,
            relationship=maybe("coach", "neighbor", "the man next door"),
            side=maybe(*Side),
            circle=maybe(*Circle),
            support_type=maybe(*SupportType),
            caregiver_of_concern=maybe(True, False),
        )
        for n, (family, person) in enumerate(chance.sample(pairs, 40), 2)
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_files_by_sets_come_to_what_they_come_to_row_by_row(engine: AsyncEngine, seed: int) -> None:
    chance = random.Random(seed)
    sets, rows = World(engine, by_sets), World(engine, import_by_rows)
    for world in (sets, rows):
        await world.register()
    outcomes = Tally()
    for turn in range(7):
        kind = ImportKind.CASES if turn % 2 == 0 else ImportKind.MEMBERS
        lines = lines_of(chance, kind)
        reported = await sets.take(kind, lines)
        assert reported == await rows.take(kind, lines)
        outcomes += reported[0]
        for deed in chance.sample(["close", "destroy", "share", "share", "remove", "remove"], 3):
            family, which = chance.choice(FAMILIES), chance.randrange(9)
            await sets.staff_act(deed, family, which)
            await rows.staff_act(deed, family, which)
    assert (await sets.told()).splitlines() == (await rows.told()).splitlines()
    assert min(outcomes.created, outcomes.updated, outcomes.unchanged, outcomes.rejected) > 0, "the files say all sorts of things"


@pytest.mark.parametrize("kind", ImportKind)
async def test_a_chunk_takes_as_many_messages_whatever_its_size(engine: AsyncEngine, kind: ImportKind) -> None:
    assert await messages(engine, kind, 12) == await messages(engine, kind, 60)


async def messages(engine: AsyncEngine, kind: ImportKind, size: int) -> int:
    """Return how many messages a chunk takes in which half of so many lines are new and half change something."""
    world, sent = World(engine, by_sets), list[str]()
    people = [PersonLine(line=n, external_id=f"P{n}", given_name="Ana", spoken_language="es") for n in range(size)]
    families = [CaseLine(line=n, external_id=f"F{n}", title="The L. family", unit="north") for n in range(size)]
    around = [
        MemberLine(line=n, case_external_id=f"F{n}", person_external_id=f"P{n}", relationship="coach", circle=Circle.INNER)
        for n in range(size)
    ]
    half = size // 2
    before: dict[ImportKind, Sequence[Line]] = {
        ImportKind.PEOPLE: (),
        ImportKind.CASES: families[:half],
        ImportKind.MEMBERS: around[:half],
    }
    changed: dict[ImportKind, Sequence[Line]] = {
        ImportKind.PEOPLE: people,
        ImportKind.CASES: [replace(each, title="Another", unit="south") for each in families],
        ImportKind.MEMBERS: [replace(each, relationship="the man next door", circle=Circle.OUTER) for each in around],
    }
    if kind is ImportKind.MEMBERS:
        async with world.open() as unit:
            await import_people(unit, people, caller=world.caller, zone=ZONE, today=unit.now.date(), now=unit.now)
        await world.take(ImportKind.CASES, families)
    await world.take(ImportKind.CASES if kind is ImportKind.PEOPLE else kind, before[kind])
    async with world.open() as unit:
        order = await world.order(unit, kind)
        with unit.driver.query_logger(lambda each: sent.append(each.query)):  # type: ignore[attr-defined]  # asyncpg's
            applied = await _applied(unit, world, order, changed[kind])
            await imports.mark(unit, order, applied.marks)
            await unit.finish()
    assert applied.tally.rejected == 0
    return len(sent)


async def _applied(unit: Unit, world: World, order: Import, lines: Any) -> Applied:
    today = unit.now.date()
    if order.kind is ImportKind.PEOPLE:
        return await import_people(unit, lines, caller=world.caller, zone=ZONE, today=today, now=unit.now)
    return await by_sets(unit, order, lines, caller=world.caller, today=today, now=unit.now)
