"""A family with a mother, a grandmother and a child, on whom tests of shared words rest."""

from dataclasses import dataclass
from typing import Any

from tests.network.bodies import CHILD, GRANDMOTHER, person
from tests.network.conftest import Answer, Api
from tests.network.web.test_families import a_member_of, open_family

DANGER: dict[str, Any] = {
    "kind": "danger",
    "text": "Rick drinks at night and hits Dana.",
    "impact": "Mateo may be hit too.",
}


@dataclass(frozen=True, slots=True)
class Household:
    """The family as the API knows it."""

    api: Api
    path: str
    case: dict[str, Any]
    mother: dict[str, Any]
    grandmother: dict[str, Any]
    child_id: str

    async def write(self, **facts: Any) -> dict[str, Any]:
        """Write a statement, a danger unless told otherwise."""
        answer = await self.api.post(f"{self.path}/statements", {**DANGER, **facts})
        assert answer.status == 201, answer.json
        written: dict[str, Any] = answer.json
        return written

    async def reword(self, statement: dict[str, Any], text: str) -> dict[str, Any]:
        """Give a statement its next version."""
        answer = await self.api.patch(f"{self.path}/statements/{statement['id']}", {"text": text}, etag=statement["etag"])
        assert answer.status == 200, answer.json
        written: dict[str, Any] = answer.json
        return written

    async def tell(self, statement: dict[str, Any], member: dict[str, Any], number: int = 1, day: str = "2026-03-01") -> Answer:
        """Record that a member was told a version."""
        return await self.api.put(
            f"{self.path}/statements/{statement['id']}/told/{member['id']}", {"number": number, "told_on": day}
        )


async def a_household(api: Api) -> Household:
    """Open a family with its people."""
    case = await open_family(api)
    mother = await a_member_of(api, case, person("Dana"), relationship="mother")
    grandmother = await a_member_of(api, case, GRANDMOTHER, relationship="grandparent_maternal")
    child = (await api.post("/v1/people", CHILD)).json
    await api.post(f"/v1/cases/{case['id']}/children", {"person_id": child["id"]})
    return Household(api, f"/v1/cases/{case['id']}", case, mother, grandmother, child["id"])
