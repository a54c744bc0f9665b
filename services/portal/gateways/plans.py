"""network's plans, asked for a person: what they require, who promised what, how they are covered, what lies open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.portal.domain.plans import Agreement, Commitment, Coverage, Gap, Plan, Readiness, Review, Step, Threat
from services.portal.gateways.calling import Caller, read
from shared.web.client import Answer

PAGE = 200


@dataclass(frozen=True, slots=True)
class Plans:
    """Every call carries one person's token."""

    caller: Caller

    async def of_family(self, case_id: str) -> tuple[Plan, ...]:
        """Return a family's plans, newest first."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/plans", Plan)

    async def plan(self, plan_id: str) -> Plan:
        """Return one plan."""
        return _plan(await self.caller.get(f"/v1/plans/{plan_id}"))

    async def make(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> Plan:
        """Begin a plan as a draft."""
        return _plan(await self.caller.post(f"/v1/cases/{case_id}/plans", facts, key=key))

    async def change(self, plan_id: str, facts: Mapping[str, Any], *, etag: str) -> Plan:
        """Change a draft."""
        return _plan(await self.caller.patch(f"/v1/plans/{plan_id}", facts, etag=etag))

    async def readiness(self, plan_id: str) -> Readiness:
        """Return what keeps a plan from coming into force."""
        return read(Readiness, (await self.caller.get(f"/v1/plans/{plan_id}/readiness")).json)

    async def activate(self, plan_id: str, *, etag: str) -> Plan:
        """Bring a plan into force; refused with all that is missing."""
        return _plan(await self.caller.post(f"/v1/plans/{plan_id}:activate", {}, etag=etag))

    async def end(self, plan_id: str, outcome: str, *, etag: str) -> Plan:
        """End a plan in the way that people decided."""
        return _plan(await self.caller.post(f"/v1/plans/{plan_id}:end", {"outcome": outcome}, etag=etag))

    async def coverage(self, plan_id: str, begin: date, end: date) -> Coverage:
        """Return how a plan is covered on some days."""
        params = {"begin": begin.isoformat(), "end": end.isoformat()}
        return read(Coverage, (await self.caller.get(f"/v1/plans/{plan_id}/coverage", params)).json)

    async def commitments(self, plan_id: str) -> tuple[Commitment, ...]:
        """Return all promises of a plan, asks to backups among them."""
        return await self.caller.get_all(f"/v1/plans/{plan_id}/commitments", Commitment)

    async def offer(self, plan_id: str, facts: Mapping[str, Any], *, key: str) -> Commitment:
        """Ask a member to take on a commitment."""
        return read(Commitment, (await self.caller.post(f"/v1/plans/{plan_id}/commitments", facts, key=key)).json)

    async def answer(self, plan_id: str, commitment_id: str, facts: Mapping[str, Any], *, key: str) -> Commitment:
        """Record what a member said."""
        path = f"/v1/plans/{plan_id}/commitments/{commitment_id}/answers"
        return read(Commitment, (await self.caller.post(path, facts, key=key)).json)

    async def gaps(self, case_id: str = "") -> tuple[Gap, ...]:
        """Return the gaps that stand now, of one family or of all in sight, the first to come first."""
        return await self.caller.get_all("/v1/gaps", Gap, {"case_id": case_id} if case_id else None)

    async def accept_gap(self, plan_id: str, gap_id: str, reason: str, *, etag: str) -> Gap:
        """Let a time stay uncovered, with a reason."""
        path = f"/v1/plans/{plan_id}/gaps/{gap_id}:accept"
        return read(Gap, (await self.caller.post(path, {"reason": reason}, etag=etag)).json)

    async def steps(self, plan_id: str) -> tuple[Step, ...]:
        """Return the steps of a plan."""
        return await self.caller.get_all(f"/v1/plans/{plan_id}/steps", Step)

    async def add_step(self, plan_id: str, facts: Mapping[str, Any], *, key: str) -> Step:
        """Add a step to a plan that is not in force."""
        return read(Step, (await self.caller.post(f"/v1/plans/{plan_id}/steps", facts, key=key)).json)

    async def agree_to_step(self, plan_id: str, step_id: str, witness: str) -> None:
        """Record that the owner of a step said yes."""
        await self.caller.post(f"/v1/plans/{plan_id}/steps/{step_id}:agree", {"source": "recorded", "witness": witness})

    async def drop_step(self, plan_id: str, step_id: str, *, etag: str) -> None:
        """Take a step out."""
        await self.caller.delete(f"/v1/plans/{plan_id}/steps/{step_id}", etag=etag)

    async def agreements(self, plan_id: str) -> tuple[Agreement, ...]:
        """Return who agreed to a plan."""
        return await self.caller.get_all(f"/v1/plans/{plan_id}/agreements", Agreement)

    async def agree(self, plan_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Record that somebody agreed to the plan."""
        await self.caller.post(f"/v1/plans/{plan_id}/agreements", facts, key=key)

    async def take_back(self, plan_id: str, agreement_id: str) -> None:
        """Record that whoever agreed does so no longer; the plan must be agreed to anew, and cover goes on meanwhile."""
        await self.caller.delete(f"/v1/plans/{plan_id}/agreements/{agreement_id}")

    async def reviews(self, plan_id: str) -> tuple[Review, ...]:
        """Return the reviews that were held."""
        return await self.caller.get_all(f"/v1/plans/{plan_id}/reviews", Review)

    async def hold_review(self, plan_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Record a review."""
        await self.caller.post(f"/v1/plans/{plan_id}/reviews", facts, key=key)

    async def move_on(self, plan_id: str, verb: str, facts: Mapping[str, Any], *, etag: str) -> Plan:
        """Lay a plan before the supervisor (`submit`), or do the supervisor's part (`approve`, `return`)."""
        return _plan(await self.caller.post(f"/v1/plans/{plan_id}:{verb}", facts, etag=etag))

    async def revise(self, plan_id: str, *, key: str) -> Plan:
        """Make a new version of a plan in force."""
        return _plan(await self.caller.post(f"/v1/plans/{plan_id}:revise", {}, key=key))

    async def threats(self, case_id: str) -> tuple[Threat, ...]:
        """Return what safety assessments of a family came to."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/threats", Threat)

    async def record_threat(self, case_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Keep a threat as the county's form names it."""
        await self.caller.post(f"/v1/cases/{case_id}/threats", facts, key=key)

    async def change_threat(self, case_id: str, threat_id: str, facts: Mapping[str, Any], *, etag: str) -> None:
        """Change a threat, or say what resolved it."""
        await self.caller.patch(f"/v1/cases/{case_id}/threats/{threat_id}", facts, etag=etag)


def _plan(answer: Answer) -> Plan:
    return read(Plan, {**answer.json, **({"etag": answer.etag} if answer.etag else {})})
