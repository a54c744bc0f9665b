"""What is made for a member tells nothing of somebody kept apart: not by what it says, and not by the questions it takes."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.storage import cases
from services.network.use_cases.see_seats import seats_around
from services.network.use_cases.see_sight import see_sight
from services.network.use_cases.stand_for_member import stand_for_member
from tests.network.conftest import Api, OpenUnit
from tests.network.use_cases.promised import a_network_county
from tests.network.web.test_releases import Family, a_family
from tests.support.factories import TODAY, a_caller

Asked = Callable[[Family, str], Awaitable[list[str]]]


@pytest.fixture
def asked(open_unit: OpenUnit) -> Asked:
    """Return the statements that a member's sheet takes, in order."""

    async def of(family: Family, name: str) -> list[str]:
        sent: list[str] = []

        def remember(query: Any) -> None:
            sent.append(query.query)

        case_id, member_id = (UUID(each.rpartition("_")[2]) for each in (family.path, family.members[name]))
        async with open_unit() as unit:
            unit.driver.add_query_logger(remember)  # type: ignore[attr-defined]  # asyncpg's
            case = await cases.get(unit, CaseId(case_id))
            await see_sight(unit, case, MemberId(member_id), caller=a_caller(), today=TODAY)
            unit.driver.remove_query_logger(remember)  # type: ignore[attr-defined]
        return sent

    return of


async def test_a_sheet_asks_the_same_questions_whether_or_not_somebody_is_kept_apart(amy: Api, asked: Asked) -> None:
    family = await a_family(amy)
    await family.sign("Ana", ["Rick", "Carmen"])
    await asked(family, "Rick")  # The first one of a connection also asks what types there are.
    before = await asked(family, "Rick")
    await family.keep_apart("Ana", "Rick")
    assert await asked(family, "Rick") == before
    assert len(before) >= 5


async def test_whoever_makes_a_page_for_a_member_loads_the_ground_once(amy: Api, open_unit: OpenUnit) -> None:
    family = await a_family(amy)
    await family.sign("Ana", ["Carmen"])
    await family.keep_apart("Carmen", "Rick")
    async with open_unit() as unit:
        case = await cases.get(unit, CaseId(UUID(family.path.rpartition("_")[2])))
        ground = await stand_for_member(unit, case, MemberId(UUID(family.members["Carmen"].rpartition("_")[2])), today=TODAY)
    assert (len(ground.releases), len(ground.people), len(ground.viewer.apart)) == (1, 5, 1)


async def test_a_rule_of_another_family_counts_where_cover_is_sought(amy: Api, open_unit: OpenUnit, county_id: UUID) -> None:
    family, other = await a_family(amy), await a_family(amy)
    other.people.update(family.people)
    await other.keep_apart("Otto", "Carmen")
    async with open_unit() as unit:
        seats = await seats_around(unit, CaseId(UUID(family.path.rpartition("_")[2])), a_network_county(county_id))
    apart = {str(seat.member.person_id): {str(each) for each in seat.apart} for seat in seats.values() if seat.apart}
    otto, carmen = (str(UUID(family.people[name].rpartition("_")[2])) for name in ("Otto", "Carmen"))
    assert apart == {otto: {carmen}, carmen: {otto}}
