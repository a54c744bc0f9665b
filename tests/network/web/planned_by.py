"""A family whose weekend is being planned over HTTP: what tests of plans begin with."""

from dataclasses import dataclass, field
from typing import Any

from tests.network.conftest import Answer, Api
from tests.network.web.attempts.plans import in_days, night
from tests.network.web.words_of import Household, a_household


@dataclass
class Weekend:
    """A draft for the night after tomorrow, with its danger and its threat."""

    home: Household
    danger: dict[str, Any]
    threat: dict[str, Any]
    plan: dict[str, Any]
    promises: list[dict[str, Any]] = field(default_factory=list)

    @property
    def api(self) -> Api:
        """Amy's, who holds the family."""
        return self.home.api

    @property
    def path(self) -> str:
        """The address of the plan."""
        return f"/v1/plans/{self.plan['id']}"

    @property
    def step(self) -> dict[str, Any]:
        """A step of the mother's that answers the threat."""
        return {
            "owner_member_id": self.home.mother["id"],
            "text": "Dana takes Mateo to Carmen before friends come over.",
            "danger_ids": [self.danger["id"]],
            "threat_ids": [self.threat["id"]],
        }

    async def all_four_qualities(self, member: dict[str, Any]) -> None:
        """Record what makes a member active, as far as people record it."""
        path = f"{self.home.path}/members/{member['id']}/qualities"
        for quality in ("cares", "willing_to_meet"):
            await self.api.put(f"{path}/{quality}", {})
        told = {"statement_id": self.danger["id"], "statement_version": 1}
        assert (await self.api.put(f"{path}/understands_concern", told)).status == 200

    async def promised(self, member: dict[str, Any], **facts: Any) -> dict[str, Any]:
        """Record a promise to be there in the night, and the yes."""
        body = {"member_id": member["id"], "action": "Stay the night", "commitment_class": "protective", **night(2), **facts}
        offered = await self.api.post(f"{self.path}/commitments", body)
        assert offered.status == 201, offered.json
        answers = f"{self.path}/commitments/{offered.json['id']}/answers"
        answered = await self.api.post(answers, {"said": "accepted", "witness": "Omar"})
        assert answered.status == 200, answered.json
        self.promises.append(answered.json)
        made: dict[str, Any] = answered.json
        return made

    async def stepped(self, **facts: Any) -> dict[str, Any]:
        """Add a step with its owner's yes."""
        added = await self.api.post(f"{self.path}/steps", {**self.step, **facts})
        assert added.status == 201, added.json
        agreed = await self.api.post(f"{self.path}/steps/{added.json['id']}:agree", {"witness": "Omar"})
        made: dict[str, Any] = agreed.json
        return made

    async def agreed(self) -> Answer:
        """Record the mother's agreement on paper."""
        body = {"member_id": self.home.mother["id"], "method": "wet", "signed_on": in_days(-1)}
        return await self.api.post(f"{self.path}/agreements", body)

    async def activated(self) -> dict[str, Any]:
        """Do all that the gate wants, and bring the plan into force."""
        await self.all_four_qualities(self.home.grandmother)
        await self.promised(self.home.grandmother)
        await self.stepped()
        await self.agreed()
        active = await self.api.post(f"{self.path}:activate")
        assert active.status == 200, active.json
        made: dict[str, Any] = active.json
        return made

    async def readiness(self) -> tuple[list[str], list[str]]:
        """Return the codes of what is missing, and of what is only a warning."""
        found = (await self.api.get(f"{self.path}/readiness")).json
        return [each["code"] for each in found["reasons"]], [each["code"] for each in found["warnings"]]


async def a_weekend(api: Api, **facts: Any) -> Weekend:
    """Open a family with a danger, a threat, and a draft of seven days."""
    home = await a_household(api)
    danger = await home.write()
    threat = {"code": "caregiver_violence", "text": "Rick hit Dana.", "identified_on": in_days(-1), "child_ids": [home.child_id]}
    recorded = await api.post(f"{home.path}/threats", threat)
    assert recorded.status == 201, recorded.json
    body = {"kind": "sdm_safety_plan", "starts_on": in_days(0), "ends_on": in_days(7), "windows": [night(2)], "words": WORDS}
    drafted = await api.post(f"{home.path}/plans", {**body, **facts})
    assert drafted.status == 201, drafted.json
    return Weekend(home, danger, recorded.json, drafted.json)


WORDS = {
    "title": "The weekend",
    "rules": ["Nobody drinks where Mateo is.", "Rick sleeps elsewhere."],
    "triggers": ["Friends come over."],
    "monitoring": ["Amy calls each evening."],
    "backup": ["Whoever finds nobody there calls Amy."],
}
