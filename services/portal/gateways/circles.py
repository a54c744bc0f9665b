"""network's circles, asked for a person: the four qualities, vetting, how the network stands, prompts, relatives' notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.domain.circles import Changed, CircleMove, KinNotice, Network, Prompt, Release
from services.portal.domain.sight import Sight
from services.portal.gateways.calling import Caller, read

LATEST = 50
"""So many changes of a family are read: what changed last, and who was moved lately."""


@dataclass(frozen=True, slots=True)
class Circles:
    """Every call carries one person's token."""

    caller: Caller

    async def standing(self, case_id: str) -> Network:
        """Return how a family's network stands."""
        return read(Network, (await self.caller.get(f"/v1/cases/{case_id}/network")).json)

    async def see_quality(self, case_id: str, member_id: str, quality: str, facts: Mapping[str, Any]) -> None:
        """Record that a quality was seen."""
        await self.caller.put(f"/v1/cases/{case_id}/members/{member_id}/qualities/{quality}", facts)

    async def lose_quality(self, case_id: str, member_id: str, quality: str, *, etag: str) -> None:
        """Record that a quality holds no longer."""
        await self.caller.delete(f"/v1/cases/{case_id}/members/{member_id}/qualities/{quality}", etag=etag)

    async def vet(self, case_id: str, member_id: str, facts: Mapping[str, Any]) -> None:
        """Record what looking into a member came to."""
        await self.caller.put(f"/v1/cases/{case_id}/members/{member_id}/vetting", facts)

    async def sight(self, case_id: str, member_id: str) -> Sight:
        """Return what a member may see today; the look is on record."""
        return read(Sight, (await self.caller.get(f"/v1/cases/{case_id}/members/{member_id}/sight")).json)

    async def moves(self, case_id: str, member_id: str) -> tuple[CircleMove, ...]:
        """Return how a member moved between circles and came to know more, newest first."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/members/{member_id}/circle-moves", CircleMove)

    async def prompts(self, case_id: str) -> tuple[Prompt, ...]:
        """Return the list that finds forgotten people."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/prompts", Prompt)

    async def looked_into(self, case_id: str, prompt: str, note: str) -> None:
        """Record that somebody looked and found nobody."""
        await self.caller.put(f"/v1/cases/{case_id}/prompts/{prompt}", {"note": note})

    async def kin_notices(self, case_id: str) -> tuple[KinNotice, ...]:
        """Return the notices to a family's relatives."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/kin-notices", KinNotice)

    async def track_notice(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Begin to track a notice."""
        await self.caller.post(f"/v1/cases/{case_id}/kin-notices", facts, key=key)

    async def change_notice(self, case_id: str, notice_id: str, facts: Mapping[str, Any], *, etag: str) -> None:
        """Say how far a notice has come."""
        await self.caller.patch(f"/v1/cases/{case_id}/kin-notices/{notice_id}", facts, etag=etag)

    async def latest_changes(self, case_id: str) -> tuple[Changed, ...]:
        """Return the latest changes of a family's record."""
        answer = (await self.caller.get(f"/v1/cases/{case_id}/history", {"limit": LATEST})).json
        return tuple(read(Changed, each) for each in answer["items"])

    async def releases(self, case_id: str) -> tuple[Release, ...]:
        """Return the written releases of a family."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/releases", Release)

    async def sign_release(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Record a release as it was signed."""
        await self.caller.post(f"/v1/cases/{case_id}/releases", facts, key=key)

    async def revoke_release(self, case_id: str, release_id: str, revoked_on: str, *, etag: str) -> None:
        """Record that the signer took a release back."""
        await self.caller.post(f"/v1/cases/{case_id}/releases/{release_id}:revoke", {"revoked_on": revoked_on}, etag=etag)
