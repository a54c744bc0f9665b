"""Words in the database: destroyed with the family's key, and no version ever written over, whoever asks."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.network.domain.cases import CaseId
from services.network.storage import case_steps, child_voices, protective_acts, scaling_answers, statements
from services.network.use_cases.destroy_words import destroy_words_of
from shared.db.sealing import KeyDestroyed
from shared.kernel.access import Caller, Role
from shared.kernel.sealed import KeyKind, KeyOf
from tests.network.conftest import BehindTheWall, Counties, OpenUnit
from tests.network.use_cases.test_destroying_words import id_of
from tests.network.web.attempts import words
from tests.network.web.words_of import Household, a_household


async def with_one_of_each(home: Household) -> None:
    ids = {
        "case_id": home.case["id"],
        "child_id": home.child_id,
        "person_id": home.grandmother["person_id"],
        "member_id": home.grandmother["id"],
    }
    await words.make(home.api, ids)


async def test_the_familys_key_takes_all_its_words_with_it(
    counties: Counties, open_unit: OpenUnit, behind_the_wall: BehindTheWall
) -> None:
    home = await a_household(counties.staff("amy"))
    await with_one_of_each(home)
    case_id = CaseId(id_of("case", home.case["id"]))
    await home.api.post(f"{home.path}:close")
    async with open_unit() as unit:
        await destroy_words_of(unit, KeyOf(KeyKind.CASE, case_id), approved_by="bo")
    async with open_unit() as unit:
        caller = Caller(unit.county_id, "amy", frozenset({Role.CASEWORKER}))
        for looking in (
            statements.list_all(unit, case_id),
            child_voices.list_all(unit, case_id, caller),
            scaling_answers.list_said(unit, case_id, after=None, limit=10),
            protective_acts.list_of(unit, case_id, after=None, limit=50),
            case_steps.list_of(unit, case_id, after=None, limit=50),
        ):
            with pytest.raises(KeyDestroyed):
                await looking
    kept = behind_the_wall.everything()
    assert all(said not in kept for said in ("drinks", "shout", "before the party", "calls Carmen"))


@pytest.mark.parametrize(
    "change",
    ["UPDATE statement_versions SET number = 7", "DELETE FROM statement_versions", "UPDATE statement_links SET rank = 7"],
)
async def test_the_running_role_writes_over_no_version(open_unit: OpenUnit, change: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with open_unit() as unit:
            await unit.session.execute(text(change))
