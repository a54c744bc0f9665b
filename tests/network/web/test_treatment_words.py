"""Words that tell of treatment are on no sheet, in no shared words and in no message, but by a Part 2 consent, with its notice."""

from typing import Any

import pytest
from sqlalchemy import text

from services.network.domain.part2_words import gives_away
from shared.db.log import place_of_words
from shared.kernel.sealed import Sealed
from tests.network.conftest import Api, OpenUnit
from tests.network.web.attempts.plans import in_days
from tests.network.web.planned_by import WORDS, Weekend, a_weekend
from tests.network.web.words_of import a_household

COUNSELOR = "Drive Dana to her SUD counselor."
CLINIC = "The methadone clinic on Elm Street"
PROMISES = text(
    "SELECT id, key_id, words FROM log WHERE county_id = :county AND type LIKE 'network.commitment%' AND words IS NOT NULL"
)


async def a_told_weekend(api: Api) -> Weekend:
    """A plan of which every part tells of treatment."""
    rules = ["Dana sees the SUD counselor on Mondays."]
    weekend = await a_weekend(api, words={**WORDS, "rules": rules, "triggers": ["No AA meeting"], "shared_with_network": True})
    grandmother = weekend.home.grandmother
    await weekend.promised(grandmother, action=COUNSELOR, place=CLINIC)
    await weekend.stepped(owner_member_id=grandmother["id"], text="Carmen calls the rehab center.", when_words="After detox")
    danger = await weekend.home.write(text="Dana left the SUD program.", impact="la consejera de adicciones no sabe")
    await weekend.home.tell(danger, grandmother)
    return weekend


async def sheet_of(weekend: Weekend, member: dict[str, Any]) -> dict[str, Any]:
    answer = await weekend.api.get(f"{weekend.path}/sheet?member_id={member['id']}")
    assert answer.status == 200, answer.json
    seen: dict[str, Any] = answer.json
    return seen


async def words_of(weekend: Weekend, member: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = (await weekend.api.get(f"{weekend.home.path}/members/{member['id']}/words")).json
    return seen


async def consented(weekend: Weekend, member: dict[str, Any]) -> dict[str, Any]:
    body = {
        "signer_person_id": weekend.home.mother["person_id"],
        "signer_capacity": "self",
        "covers_member_ids": [member["id"]],
        "record_classes": ["sud_part2"],
        "recipients": ["Carmen Luna"],
        "signed_on": in_days(-2),
        "method": "wet",
    }
    signed = await weekend.api.post(f"{weekend.home.path}/releases", body)
    assert signed.status == 201, signed.json
    made: dict[str, Any] = signed.json
    return made


async def test_without_a_consent_a_member_reads_service_provider_everywhere(amy: Api) -> None:
    weekend = await a_told_weekend(amy)
    seen = await sheet_of(weekend, weekend.home.grandmother)
    [promise], [step], [told] = seen["promises"], seen["steps"], seen["statements"]
    assert (promise["action"], promise["place"]) == ("Drive Dana to her service provider.", "The service provider on Elm Street")
    assert (step["text"], step["when_words"]) == ("Carmen calls the service provider.", "After service provider")
    assert seen["rules"] == ["Dana sees the service provider on Mondays."]
    assert seen["triggers"] == ["No service provider"]
    assert (told["text"], told["impact"]) == ("Dana left the service provider.", "la proveedor de servicios no sabe")
    assert seen["notice"] is None
    words = await words_of(weekend, weekend.home.grandmother)
    assert not gives_away([str(seen), str(words)])
    assert words["notice"] is None


async def test_with_a_consent_they_read_what_was_written_and_the_notice_of_the_law(amy: Api) -> None:
    weekend = await a_told_weekend(amy)
    signed = await consented(weekend, weekend.home.grandmother)
    seen, words = await sheet_of(weekend, weekend.home.grandmother), await words_of(weekend, weekend.home.grandmother)
    assert (seen["promises"][0]["action"], seen["promises"][0]["place"]) == (COUNSELOR, CLINIC)
    assert (seen["notice"]["source"], words["notice"]) == ("42 CFR 2.32(a)(2)", seen["notice"])
    path = f"{weekend.home.path}/releases/{signed['id']}:revoke"
    assert (await amy.post(path, {"revoked_on": in_days(-1)}, etag=signed["etag"])).status == 200
    after = await sheet_of(weekend, weekend.home.grandmother)
    assert (gives_away([str(after)]), after["notice"]) == (False, None)


async def test_a_consent_that_names_others_opens_nothing(amy: Api) -> None:
    weekend = await a_told_weekend(amy)
    await consented(weekend, weekend.home.mother)
    assert not gives_away([str(await sheet_of(weekend, weekend.home.grandmother))])


async def test_staff_read_what_was_written(amy: Api) -> None:
    weekend = await a_told_weekend(amy)
    assert weekend.promises[0]["action"] == COUNSELOR
    plan = (await amy.get(weekend.path)).json
    assert "SUD counselor" in str(plan["words"])


async def test_no_fact_that_goes_into_a_message_tells_of_treatment(amy: Api, open_unit: OpenUnit) -> None:
    weekend = await a_told_weekend(amy)
    await consented(weekend, weekend.home.grandmother)
    async with open_unit() as unit:
        rows = (await unit.session.execute(PROMISES, {"county": unit.county_id})).all()
        told = [await unit.keys.open(Sealed(row.key_id, row.words), place_of_words(row.id, unit.county_id)) for row in rows]
    assert told
    assert all("service provider" in each and not gives_away([each]) for each in told)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_childs_words_are_masked_for_whom_they_are_released_to(amy: Api, language: str) -> None:
    home = await a_household(amy)
    said = {"en": "When mom goes to the drug counselor", "es": "Cuando mamá va a la consejera de adicciones"}[language]
    body = {"kind": "three_houses", "sayings": [{"room": "worries", "words": said}], "said_on": "2026-03-01", "language": language}
    voice = (await amy.post(f"{home.path}/child-voice", {**body, "child_id": home.child_id, "visibility": "network"})).json
    assert (await amy.put(f"{home.path}/child-voice/{voice['id']}/released/{home.mother['id']}", {})).status == 200
    words = (await amy.get(f"{home.path}/members/{home.mother['id']}/words")).json
    [seen] = words["child_voice"]
    read = {"en": "When mom goes to the service provider", "es": "Cuando mamá va a la proveedor de servicios"}[language]
    assert [each["words"] for each in seen["sayings"]] == [read]
