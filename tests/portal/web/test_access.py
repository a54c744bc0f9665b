"""The page that says who can see a family and who has looked."""

import ast
import re
from html import unescape
from pathlib import Path
from typing import Any

from services.portal.web import record_codes
from tests.portal.conftest import Site
from tests.portal.standins import CASE

SERVICES = Path(__file__).resolve().parents[3] / "services"
OF_NO_FAMILY = {
    "calendar.linked", "calendar.unlinked", "calendar.uploaded", "calendars.read", "person.access_log_read", "person.found",
    "person.registered", "person.consent_changed", "resource.added", "resource.changed", "time.held", "time.released",
    "unavailability.added", "unavailability.read", "unavailability.removed", "usual_hours.read", "usual_hours.set",
    "sign_ins.ended", "import.received", "import.finished", "roster.exported",
}  # fmt: skip
HOLDERS = {
    "unit": "north",
    "assigned": [{"staff_id": "amy", "since": "2027-02-03T17:00:00Z", "by": None}],
    "shared_with": [{"staff_id": "cy", "since": "2027-02-20T17:00:00Z", "by": "amy"}],
    "roles_of_unit": ["scheduler", "supervisor"],
    "roles_of_county": ["auditor", "county_admin", "system"],
}


def viewer(actor_id: str, **more: Any) -> dict[str, Any]:
    """Return one viewer as a service answers."""
    return {
        "actor_kind": "staff",
        "actor_id": actor_id,
        "roles": ["caseworker"],
        "times": 1,
        "refused": 0,
        "first_at": "2027-02-20T17:00:00Z",
        "last_at": "2027-02-20T17:00:00Z",
        "did": {},
        **more,
    }


async def shown(site: Site) -> str:
    """Return the words of the page, as one line."""
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", await site.page(f"/families/{CASE}/access"), flags=re.S)
    return re.sub(r"\s+", " ", unescape(text))


async def test_it_says_who_can_see_the_family_and_why(amy: Site) -> None:
    amy.world.more |= {f"GET /v1/cases/{CASE}/access": HOLDERS, f"GET /v1/cases/{CASE}/viewers": {"items": [], "next": None}}
    said = await shown(amy)
    assert "Amy R. Works with the family since Wed, Feb 3" in said
    assert re.search(r"The family is shared with them since Sat, Feb 20(, 2027)?, let in by Amy R\.", said)
    assert "Schedulers and supervisors of the unit “ north ”" in said
    assert "Auditors, county administrators and county systems They see every family of the county" in said


async def test_it_says_who_has_looked_and_who_was_turned_away(amy: Site) -> None:
    looked = [
        viewer("amy", times=3, did={"case.read": 2, "member.joined": 1}, last_at="2027-03-01T17:00:00Z"),
        viewer("eve", times=0, refused=4),
    ]
    amy.world.more |= {
        f"GET /v1/cases/{CASE}/access": HOLDERS,
        f"GET /v1/cases/{CASE}/viewers": {"items": looked, "next": None},
    }
    said = await shown(amy)
    assert "Turned away, 8 requests" in said  # network and meetings answer alike in this world
    assert "The family: 3 times Its meetings: 3 times" in said
    assert "Opened the family: 4 times" in said
    assert "Added somebody: 2 times" in said


async def test_whoever_may_not_read_the_record_sees_who_can_see(amy: Site) -> None:
    amy.world.more |= {f"GET /v1/cases/{CASE}/access": HOLDERS}
    amy.world.refuse[f"GET /v1/cases/{CASE}/viewers"] = (403, {"code": "forbidden", "status": 403})
    said = await shown(amy)
    assert "Works with the family" in said
    assert "Supervisors, administrators and auditors can see who has looked." in said


async def test_a_family_out_of_sight_has_no_such_page(amy: Site) -> None:
    amy.world.refuse[f"GET /v1/cases/{CASE}"] = (404, {"code": "not_found", "status": 404})
    async with amy.browser.get(f"/families/{CASE}/access") as answer:
        assert answer.status == 404


def test_every_deed_on_a_familys_record_has_words() -> None:
    deeds = {deed for name in ("network", "meetings") for file in (SERVICES / name).rglob("*.py") for deed in deeds_in(file)}
    assert deeds - OF_NO_FAMILY - set(record_codes.DEEDS) == set()


def deeds_in(file: Path) -> set[str]:
    """Return the literal names of deeds that one file puts on record."""
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [node.args[0] for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "audit" and node.args]
    return {each.value for each in named if isinstance(each, ast.Constant) and isinstance(each.value, str)}
