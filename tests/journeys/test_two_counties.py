"""Two counties run beside one another and never learn that the other's people exist."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from tests.support.journey import County, Family, Journey, Person, seat
from tests.support.outside import ZONE, Item, until
from tests.support.problems import routes_of

pytestmark = pytest.mark.stack

STAFF = {"alder": "ada", "birch": "bo"}
ASKED = {
    "/v1/plans/{plan_id}/coverage": "?begin=2027-01-04&end=2027-01-05",
    "/v1/plans/{plan_id}/sheet": "?member_id={member_id}",
}
"""What some addresses cannot be read without."""


async def one_of_everything(journey: Journey, county: County) -> tuple[dict[str, str], Person]:
    """Make a family with all that belongs to one, and return the ids by the name that paths give them."""
    family = await journey.family(county, unit="east", assigned=(STAFF[county.slug],))
    child = await family.child("Ivy")
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    mae = await family.member("Mae", "grandparent_maternal", landline=True)
    rule = {"person_a": kim.id, "person_b": (await journey.person("Rick", county=county)).id, "reason": "no_contact_order"}
    separation = (await county.post("network", f"/v1/cases/{family.case_id}/separation-rules", rule)).ok()
    members = (await county.get("network", f"/v1/cases/{family.case_id}/members")).ok()["items"]
    facilitator = await journey.pool("facilitator", "A facilitator", county=county)
    day = county.workday((await journey.outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(kim), seat(mae), children=(child,))
    mail = (await journey.outside.mails(kim.mailbox, count=1))[0]
    await journey.outside.answer(mail, "accepted")
    replies = await meeting.replies(count=1)
    (call,) = await meeting.calls(mae, count=1)
    message = (await meeting.messages(kim))[0]
    wanted = {"url": "http://127.0.0.1:9/hooks", "types": ["case.closed"]}
    endpoint = (await county.post("notify", "/v1/webhook-endpoints", wanted)).ok()
    agreed = await a_plan(family, child, mae)
    ids = {
        "case_id": family.case_id,
        "person_id": kim.id,
        "child_id": child.id,
        "member_id": members[0]["id"],
        "rule_id": separation["id"],
        "resource_id": facilitator["id"],
        "meeting_id": meeting.id,
        "participant_id": (await meeting.seat(kim))["id"],
        "reply_id": replies[0]["id"],
        "message_id": message["id"],
        "task_id": call["id"],
        "endpoint_id": endpoint["id"],
        "import_id": await a_file(journey, county),
    }
    return ids | agreed, kim


async def a_plan(family: Family, child: Person, mae: Person) -> dict[str, str]:
    """Write down what everyone agrees on, and ask for a promise."""
    county, case = family.county, f"/v1/cases/{family.case_id}"
    danger = (await county.post("network", f"{case}/statements", {"kind": "danger", "text": "He drives when he has drunk."})).ok()
    said: Item = {"kind": "three_houses", "child_id": child.id, "said_on": "2026-01-05"}
    said["sayings"] = [{"room": "worries", "words": "Loud nights."}]
    voice = (await county.post("network", f"{case}/child-voice", said)).ok()
    members = (await county.get("network", f"{case}/members")).ok()["items"]
    [member_id] = [each["id"] for each in members if each["person_id"] == mae.id]
    signed = {"signer_person_id": mae.id, "signer_capacity": "self", "covers_member_ids": [member_id]}
    kinds = {"record_classes": ["education"], "signed_on": "2026-01-05", "method": "wet"}
    release = (await county.post("network", f"{case}/releases", {**signed, **kinds})).ok()
    today = (await family.journey.outside.now()).astimezone(ZONE).date()
    dates = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=6)).isoformat()}
    plan = (await county.post("network", f"{case}/plans", {"kind": "immediate", **dates})).ok()
    evening = {"starts_local": f"{dates['ends_on']}T18:00", "ends_local": f"{dates['ends_on']}T20:00"}
    promise = {"member_id": member_id, "action": "Make dinner", "commitment_class": "supportive", **evening}
    offered = (await county.post("network", f"/v1/plans/{plan['id']}/commitments", promise)).ok()
    return {
        "statement_id": danger["id"],
        "voice_id": voice["id"],
        "release_id": release["id"],
        "plan_id": plan["id"],
        "commitment_id": offered["id"],
    }


async def a_file(journey: Journey, county: County) -> str:
    """Send a file of nobody, and return the id of its import."""
    raw = b"external_id,given_name,family_name\r\n"
    headers = {
        "Authorization": f"Bearer {await county.token()}",
        "Content-Type": "text/csv",
        "Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(raw).digest()).decode()}:",
        "Idempotency-Key": secrets.token_hex(16),
    }
    address = f"{county.url('network')}/v1/imports?kind=people&source=s{secrets.token_hex(4)}"
    async with journey.session.post(address, data=raw, headers=headers) as answer:
        order = await answer.json()
        assert answer.status == 202, order
        return str(order["id"])


def addresses(ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every address that is read with an id, of every service, for these ids."""
    for service in ("network", "meetings", "notify"):
        for route in routes_of(service):
            if route.method == "GET" and "_id}" in route.path:
                yield service, re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], route.path + ASKED.get(route.path, ""))


def lists() -> Iterator[tuple[str, str]]:
    """Yield every address that is read without an id."""
    for service in ("network", "meetings", "notify"):
        for route in routes_of(service):
            if route.method == "GET" and "{" not in route.path and route.path != "/v1/events":
                yield service, route.path


async def test_nothing_of_one_county_is_there_for_the_other(journey: Journey) -> None:
    of_alder, kim = await one_of_everything(journey, journey.alder)
    of_birch, _ = await one_of_everything(journey, journey.birch)

    for here, there, ids in ((journey.alder, journey.birch, of_birch), (journey.birch, journey.alder, of_alder)):
        tried = list(addresses(ids))
        assert len(tried) > 10
        seen = {path: (await here.get(service, path)).status for service, path in tried}
        assert {path: status for path, status in seen.items() if status != 404} == {}
        seen = {path: (await here.get(service, path, staff=STAFF[here.slug])).status for service, path in tried}
        assert {path: status for path, status in seen.items() if status not in {403, 404}} == {}
        own = {path: (await there.get(service, path)).status for service, path in tried}
        assert {path: status for path, status in own.items() if status != 200} == {}
        for service, path in lists():
            listed = (await here.get(service, path)).text
            assert [one for one in ids.values() if one in listed] == [], path

    # Nor does a search tell that somebody is known next door, by name, number or address.
    for known in ({"name": f"{kim.given} {kim.family}"}, {"email": kim.mailbox}):
        assert (await journey.birch.post("network", "/v1/people:search", known)).ok()["items"] == []
        assert len((await journey.alder.post("network", "/v1/people:search", known)).ok()["items"]) == 1

    # A feed holds what one county wrote, and is closed by that county alone.
    feed = (await journey.alder.post("notify", f"/v1/people/{kim.id}/feeds")).ok()["url"]
    (await journey.birch.post("notify", f"/v1/people/{kim.id}/feeds")).refused("not_found", status=404)
    assert (await journey.birch.call("DELETE", "notify", f"/v1/people/{kim.id}/feeds")).status == 404
    async with journey.session.get(feed) as answer:
        words = await answer.text()
        assert words.count("BEGIN:VEVENT") == 1
        assert "birch" not in words


async def test_one_phone_in_two_counties_answers_the_one_it_writes_to(journey: Journey) -> None:
    outside = journey.outside
    day = journey.alder.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    ten = datetime.combine(day, time(10), ZONE)
    here, there = await journey.family(journey.alder), await journey.family(journey.birch, unit="east")
    luis = await here.member("Luis", "aunt_uncle", text="granted")
    same = await there.member("Luis", "aunt_uncle", text="granted")
    points = [{"channel": "sms", "value": luis.phone, "preferred": True, "consent": "granted", "consent_source": "verbal"}]
    etag = (await there.county.get("network", f"/v1/people/{same.id}")).ok()["etag"]
    (await there.county.call("PATCH", "network", f"/v1/people/{same.id}", {"contact_points": points}, etag=etag)).ok()
    ours = await here.book(ten, seat(luis))
    await outside.texts(luis.phone, count=1)
    theirs = await there.book(ten, seat(same))
    await outside.texts(luis.phone, count=2)

    await outside.text(luis.phone, "2", to=here.county.facts["sms_number"])
    await ours.answer_of(luis, "declined")
    assert (await theirs.seat(same))["answer"] == "needs_action"
    await outside.text(luis.phone, "STOP", to=there.county.facts["sms_number"])
    await until(
        lambda: there.county.get("network", f"/v1/people/{same.id}"),
        lambda reply: reply.ok()["contact_points"][0]["consent"] == "revoked",
    )
    assert (await here.county.get("network", f"/v1/people/{luis.id}")).ok()["contact_points"][0]["consent"] == "granted"
