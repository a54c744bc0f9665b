"""A family whose night lies open, in a deployment whose processes may be killed."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.network.domain.plans import PlanKind
from services.network.domain.recurrence import Pattern
from services.network.use_cases.plan_commands import Said
from shared.db.unit import Actor
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, SubjectKind
from shared.kernel.wall import at_wall
from tests.network.use_cases.promised import ZONE, Promised
from tests.support.processes import Deployment, Running

NOTIFY = Actor("service", "notify")


class OpenNight:
    """Kim has the night after tomorrow, and so many backups, in this order."""

    def __init__(self, deployment: Deployment, *, backups: int) -> None:
        """Nothing runs yet."""
        self.deployment = deployment
        self.backups = [f"backup{n}" for n in range(1, backups + 1)]
        self._notify = deployment.units("notify")
        url = make_url(deployment.database("network").owner_url).set(drivername="postgresql+asyncpg")
        self._engine = create_async_engine(url, poolclass=NullPool)
        self.family = Promised(deployment.units("network"), deployment.county, datetime.min.replace(tzinfo=UTC))

    async def begin(self) -> None:
        """Bring the plan into force, as of this moment."""
        family = self.family
        [row] = await self.ask("SELECT now() AS now")
        family.now = row.now
        today = at_wall(family.now, ZONE).date()
        starts = datetime(today.year, today.month, today.day, 20) + timedelta(days=2)  # noqa: DTZ001  a wall time
        night = Pattern(time_zone=ZONE, starts_local=starts, ends_local=starts + timedelta(hours=12))
        await family.begin(kim={}, **{name: {} for name in self.backups})
        await family.plan(night, starts_on=today, ends_on=today + timedelta(days=14), kind=PlanKind.SDM_SAFETY_PLAN)
        await family.promise("kim", night, backups=tuple(self.backups))
        await family.activate()
        await self.ask("UPDATE plans SET looked_at = now()")  # the look of the night is not due, so the asking is on its own

    async def fall_open(self) -> None:
        """Kim takes the night back, and nobody answers the first ask in time."""
        await self.family.say("kim", Said.WITHDRAWN)
        await self.time_passes()

    async def time_passes(self) -> None:
        """Let the time of whoever is asked now be over."""
        await self.ask("UPDATE commitments SET ask_answer_by = now() - interval '1 second' WHERE ask_state = 'sent'")
        await self.ask("UPDATE gaps SET look_at = now() - interval '1 second' WHERE look_at IS NOT NULL")

    async def kim_texts(self) -> None:
        """Notify announces that Kim's text takes the night back; it is on its log."""
        commitment_id = self.family.commitments["kim"]
        async with self._notify.open(self.deployment.county_id, NOTIFY) as unit:
            reply = ReplyReceived(
                reply_id=uuid4().hex,
                subject_kind=SubjectKind.COMMITMENT,
                subject_id=commitment_id,
                person_id=None,
                participant_id=commitment_id,
                uid="",
                recurrence_id=None,
                sequence=0,
                stamp=None,
                received_at=unit.now,
                channel=ReplyChannel.SMS,
                kind=ReplyKind.WITHDRAWAL,
                partstat="declined",
                proof=Proof.PHONE_NUMBER,
                refused="",
                proposed_starts_at=None,
                proposed_ends_at=None,
            )
            unit.announce(reply, subject=commitment_id)

    async def ask(self, query: str) -> Sequence[Any]:
        """Ask network's database, past the wall."""
        async with self._engine.begin() as connection:
            done = await connection.execute(text(query))
            return done.all() if done.returns_rows else ()

    async def asks(self) -> list[tuple[str, str]]:
        """Return who was asked, in order, and how each ask stands."""
        return await self.family.asks()

    async def facts(self, kind: str) -> list[UUID]:
        """Return the subjects of a kind of fact: promises of those about promises, gaps of those about gaps."""
        which = "gap_id" if "gap" in kind else "commitment_id"
        return [
            UUID(row.id)
            for row in await self.ask(f"SELECT data->>'{which}' AS id FROM log WHERE type = 'network.{kind}.v1' ORDER BY seq")  # noqa: S608  our own words
        ]

    async def check(self, *, asked: int) -> None:
        """Each of the first so many was asked once and told once, for one gap that was opened once."""
        names = [name for name, _ in await self.asks()]
        assert names == self.backups[:asked]
        rows = await self.ask("SELECT id FROM commitments WHERE gap_id IS NOT NULL ORDER BY id")
        assert Counter(await self.facts("backup_asked")) == Counter(row.id for row in rows)
        [gap] = await self.ask("SELECT id, state FROM gaps")
        assert (gap.state, await self.facts("coverage_gap_opened")) == ("asking_backups", [gap.id])

    async def ticker(self, fault: str = "") -> Running:
        """Start what goes on with the asking."""
        return await self.deployment.start("network", "tick", fault=fault)
