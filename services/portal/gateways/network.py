"""network, asked for a person: families, who stands around them, who must never meet."""

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from services.portal.domain.contacts import Contacts
from services.portal.domain.families import Child, Family, Member, Person, Roster, Separation
from services.portal.domain.looking import Holders, Viewer
from services.portal.domain.safe_contact import SafeContact
from services.portal.gateways.calling import Caller, read
from shared.web.client import Problem

PAGE = 200


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who may already be registered. Of people out of sight the names are empty."""

    id: str
    visible: bool
    given_name: str | None = None
    family_name: str | None = None
    preferred_name: str | None = None
    is_minor: bool | None = None

    @property
    def name(self) -> str:
        """What the person is called, as far as it may be shown."""
        return f"{self.preferred_name or self.given_name or ''} {self.family_name or ''}".strip()


@dataclass(frozen=True, slots=True)
class Families:
    """Families that the caller sees; `more` says that there are others beyond these."""

    items: tuple[Family, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Network:
    """Every call carries one person's token."""

    caller: Caller

    async def families(self) -> Families:
        """Return the first page of families."""
        answer = (await self.caller.get("/v1/cases", {"limit": PAGE})).json
        return Families(tuple(read(Family, item) for item in answer["items"]), answer.get("next") is not None)

    async def all_families(self) -> tuple[Family, ...]:
        """Return all families in sight, for a search among their titles."""
        return await self.caller.get_all("/v1/cases", Family, {"limit": PAGE})

    async def note_ended_sign_ins(self, staff_id: str, *, key: str) -> None:
        """Put on record that somebody's sign-ins are ended; only an administrator may."""
        await self.caller.post("/v1/sign-in-endings", {"staff_id": staff_id}, key=key)

    async def family(self, case_id: str) -> Family:
        """Return one family."""
        return read(Family, (await self.caller.get(f"/v1/cases/{case_id}")).json)

    async def roster(self, case_id: str) -> Roster:
        """Return everybody around a family."""
        members, children = await asyncio.gather(self.members(case_id), self.caller.get_all(f"/v1/cases/{case_id}/children", Child))
        return Roster(members, children)

    async def members(self, case_id: str) -> tuple[Member, ...]:
        """Return a family's network, without its children."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/members", Member, {"limit": PAGE})

    async def holders(self, case_id: str) -> Holders:
        """Return who can see a family."""
        return read(Holders, (await self.caller.get(f"/v1/cases/{case_id}/access")).json)

    async def viewers(self, case_id: str) -> tuple[Viewer, ...]:
        """Return who has looked at a family; refused where the sign-in may not read the record."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/viewers", Viewer)

    async def separations(self, case_id: str) -> tuple[Separation, ...]:
        """Return who must never meet."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/separation-rules", Separation)

    async def person(self, person_id: str) -> Person | None:
        """Return a person, with channels as far as they may be seen; None when out of sight."""
        try:
            facts = dict((await self.caller.get(f"/v1/people/{person_id}")).json)
        except Problem as problem:
            if problem.status in {403, 404}:
                return None
            raise
        facts["channels"] = [{"contact_point_id": point["id"], **point} for point in facts.get("contact_points", ())]
        return read(Person, facts)

    async def safe_contact(self, person_id: str) -> SafeContact:
        """Return what is on record about reaching a person."""
        return read(SafeContact, (await self.caller.get(f"/v1/people/{person_id}")).json)

    async def contacts(self, person_id: str) -> Contacts:
        """Return who a person is, and every number and address of theirs."""
        return read(Contacts, (await self.caller.get(f"/v1/people/{person_id}")).json)

    async def change_person(self, person_id: str, facts: Mapping[str, Any], *, etag: str) -> None:
        """Change what is on record about a person."""
        await self.caller.patch(f"/v1/people/{person_id}", facts, etag=etag)

    async def numbers(self, person_id: str) -> tuple[str, ...]:
        """Return the phone numbers of a person that are safe to call; empty when they may not be seen."""
        points = await self._points(person_id, {"voice", "sms"})
        return tuple(point["value"] for point in sorted(points, key=lambda point: point["channel"] != "voice"))

    async def addresses(self, person_id: str) -> tuple[str, ...]:
        """Return the postal addresses to which a letter is safe; empty when they may not be seen."""
        return tuple(point["value"] for point in await self._points(person_id, {"letter"}))

    async def _points(self, person_id: str, channels: AbstractSet[str]) -> list[dict[str, Any]]:
        try:
            facts = (await self.caller.get(f"/v1/people/{person_id}")).json
        except Problem as problem:
            if problem.status in {403, 404}:
                return []
            raise
        safe = channels & set(facts.get("safe_channels") or channels)
        return [point for point in facts.get("contact_points", ()) if point.get("value") and point["channel"] in safe]

    async def staff_person(self, staff_id: str) -> Person | None:
        """Return the person record of a member of staff."""
        answer = (await self.caller.post("/v1/people:search", {"staff_id": staff_id})).json
        found = [item for item in answer["items"] if item.get("visible") and "staff_id" in item.get("matched", ())]
        return await self.person(found[0]["id"]) if found else None

    async def search(self, *, name: str = "", phone: str = "", email: str = "") -> tuple[Match, ...]:
        """Look for somebody who may already be registered."""
        asked = {key: value for key, value in (("name", name), ("phone", phone), ("email", email)) if value}
        if not asked:
            return ()
        return tuple(read(Match, item) for item in (await self.caller.post("/v1/people:search", asked)).json["items"])

    async def register(self, facts: Mapping[str, Any], *, key: str) -> Person:
        """Register a person."""
        return read(Person, (await self.caller.post("/v1/people", facts, key=key)).json)

    async def add_member(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> Member:
        """Bring a person into a family's network."""
        return read(Member, (await self.caller.post(f"/v1/cases/{case_id}/members", facts, key=key)).json)

    async def change_member(self, case_id: str, member_id: str, facts: Mapping[str, Any], *, etag: str) -> None:
        """Change how a member stands."""
        await self.caller.patch(f"/v1/cases/{case_id}/members/{member_id}", facts, etag=etag)

    async def remove_member(self, case_id: str, member_id: str, *, etag: str) -> None:
        """Take a member off the network; nobody else is told."""
        await self.caller.delete(f"/v1/cases/{case_id}/members/{member_id}", etag=etag)

    async def set_separation(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Keep two people apart."""
        await self.caller.post(f"/v1/cases/{case_id}/separation-rules", facts, key=key)

    async def lift_separation(self, case_id: str, rule_id: str, *, etag: str) -> None:
        """End a rule."""
        await self.caller.delete(f"/v1/cases/{case_id}/separation-rules/{rule_id}", etag=etag)

    async def override_separation(self, case_id: str, rule_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Let a rule rest for some days; only a supervisor may."""
        await self.caller.post(f"/v1/cases/{case_id}/separation-rules/{rule_id}/overrides", facts, key=key)

    async def end_overrides(self, case_id: str, rule_id: str) -> None:
        """Let a rule that rests keep the two apart again."""
        await self.caller.delete(f"/v1/cases/{case_id}/separation-rules/{rule_id}/overrides")
