"""network's shared words, asked for a person: statements and who was told, the map, a child's words, the scale, acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.portal.domain.shared_words import Act, CaseStep, Column, Series, Statement, Told, Voice, joined_columns, joined_lines
from services.portal.domain.sight import WordsOfMember
from services.portal.gateways.calling import Caller, read

MOST = {"limit": 200}
"""What a page of a long list may hold."""


@dataclass(frozen=True, slots=True)
class SharedWords:
    """Every call carries one person's token."""

    caller: Caller

    async def statements(self, case_id: str, kind: str = "") -> tuple[Statement, ...]:
        """Return a family's statements, of one kind or of all."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/statements", Statement, {"kind": kind} if kind else None)

    async def map(self, case_id: str) -> tuple[Column, ...]:
        """Return the map, page after page: every kind has its column."""
        return joined_columns(await self.caller.get_all(f"/v1/cases/{case_id}/map", Column, MOST, within="columns"))

    async def statement(self, case_id: str, statement_id: str) -> Statement:
        """Return one statement."""
        return read(Statement, (await self.caller.get(f"/v1/cases/{case_id}/statements/{statement_id}")).json)

    async def write(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> Statement:
        """Write a statement."""
        return read(Statement, (await self.caller.post(f"/v1/cases/{case_id}/statements", facts, key=key)).json)

    async def rewrite(self, case_id: str, statement_id: str, facts: Mapping[str, Any], *, etag: str) -> Statement:
        """Change a statement: new words are its next version."""
        path = f"/v1/cases/{case_id}/statements/{statement_id}"
        return read(Statement, (await self.caller.patch(path, facts, etag=etag)).json)

    async def move(self, case_id: str, statement_id: str, facts: Mapping[str, Any], *, etag: str) -> Statement:
        """Give a statement another kind, and say why."""
        path = f"/v1/cases/{case_id}/statements/{statement_id}:move"
        return read(Statement, (await self.caller.post(path, facts, etag=etag)).json)

    async def told(self, case_id: str, statement_id: str) -> Told:
        """Return who was told a statement, and who is still to be told."""
        return read(Told, (await self.caller.get(f"/v1/cases/{case_id}/statements/{statement_id}/told")).json)

    async def tell(self, case_id: str, statement_id: str, member_id: str, *, number: int, told_on: date) -> None:
        """Record that a member was told a version."""
        path = f"/v1/cases/{case_id}/statements/{statement_id}/told/{member_id}"
        await self.caller.put(path, {"number": number, "told_on": told_on.isoformat()})

    async def of_member(self, case_id: str, member_id: str) -> WordsOfMember:
        """Return all that one member may read of the family's words."""
        return read(WordsOfMember, (await self.caller.get(f"/v1/cases/{case_id}/members/{member_id}/words")).json)

    async def voices(self, case_id: str) -> tuple[Voice, ...]:
        """Return what the children said, as far as this person may see it."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/child-voice", Voice)

    async def record_voice(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Keep what a child said, in the child's own words."""
        await self.caller.post(f"/v1/cases/{case_id}/child-voice", facts, key=key)

    async def end_voice(self, case_id: str, voice_id: str, *, etag: str) -> None:
        """Take a child's words off the record that pages show."""
        await self.caller.delete(f"/v1/cases/{case_id}/child-voice/{voice_id}", etag=etag)

    async def scaling(self, case_id: str) -> tuple[Series, ...]:
        """Return each person's line for each question, page after page."""
        return joined_lines(await self.caller.get_all(f"/v1/cases/{case_id}/scaling", Series, MOST, within="series"))

    async def record_score(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Keep one person's answer from 0 to 10."""
        await self.caller.post(f"/v1/cases/{case_id}/scaling-answers", facts, key=key)

    async def acts(self, case_id: str) -> tuple[Act, ...]:
        """Return the acts of protection."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/acts-of-protection", Act)

    async def record_act(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Keep an act of protection."""
        await self.caller.post(f"/v1/cases/{case_id}/acts-of-protection", facts, key=key)

    async def release_voice(self, case_id: str, voice_id: str, member_id: str) -> None:
        """Let a parent see a child's words."""
        await self.caller.put(f"/v1/cases/{case_id}/child-voice/{voice_id}/released/{member_id}", {})

    async def take_voice_back(self, case_id: str, voice_id: str, member_id: str, *, etag: str) -> None:
        """End what a parent may see of a child's words."""
        await self.caller.delete(f"/v1/cases/{case_id}/child-voice/{voice_id}/released/{member_id}", etag=etag)

    async def case_steps(self, case_id: str) -> tuple[CaseStep, ...]:
        """Return the steps of the family's own plan."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/case-steps", CaseStep)

    async def add_case_step(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Add a step to the family's own plan."""
        await self.caller.post(f"/v1/cases/{case_id}/case-steps", facts, key=key)

    async def change_case_step(self, case_id: str, step_id: str, state: str, *, etag: str) -> None:
        """Say how far a step has come."""
        await self.caller.patch(f"/v1/cases/{case_id}/case-steps/{step_id}", {"state": state}, etag=etag)
