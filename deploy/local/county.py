"""Load the sample counties through the public APIs only, as a county system would: `python -m deploy.local.county --state FILE`.

Each request carries an idempotency key made from what it creates, so that a load that was interrupted can simply be run again.
"""

import argparse
import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from deploy.local.families import SAMPLE, Family, Person, Resource, SampleCounty, WeekendPlan

ZONE = "America/Los_Angeles"
PATIENCE_SECONDS = 60
BUSY_WEEKS = 12


class LoadFailed(Exception):
    """A service refused part of the sample; the message names the request and the problem's code."""


@dataclass
class Api:
    """One county system's view of the services."""

    session: aiohttp.ClientSession
    urls: dict[str, str]
    token: str
    slug: str

    async def send(
        self, service: str, method: str, path: str, body: dict[str, Any] | None = None, *, key: str = ""
    ) -> dict[str, Any]:
        """Send one request and return its body; raises LoadFailed."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if key:
            headers["Idempotency-Key"] = f"sample-{self.slug}-{key}"
        async with self.session.request(method, self.urls[service] + path, json=body, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 400:
                problem = json.loads(text or "{}")
                raise LoadFailed(f"{method} {service}{path}: {answer.status} {problem.get('code')} {problem.get('errors', '')}")
            loaded: dict[str, Any] = json.loads(text) if text else {}
            return loaded

    async def wait_for(self, service: str, path: str) -> None:
        """Wait until a service has heard of something that another one announced."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            try:
                await self.send(service, "GET", path)
            except LoadFailed:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                return


async def token_of(session: aiohttp.ClientSession, issuer: str, client_id: str, client_secret: str) -> str:
    """Return an access token by the client-credentials grant."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    async with session.post(f"{issuer}/token", data=form) as answer:
        if answer.status != 200:
            raise LoadFailed(f"the identity provider answered {answer.status}")
        granted = await answer.json()
        return str(granted["access_token"])


def person_body(person: Person, today: date) -> dict[str, Any]:
    """The body of POST /v1/people for a sample person."""
    body: dict[str, Any] = {
        "given_name": person.given,
        "family_name": person.family,
        "spoken_language": person.spoken,
        "written_language": person.written,
        "interpreter_needed": person.interpreter,
        "time_zone": ZONE,
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        "voicemail_ok": person.voicemail,
        "contact_points": [
            {"channel": c.channel, "value": c.value, "preferred": c.preferred, "consent": c.consent, "consent_source": "sample"}
            for c in person.contacts
        ],
    }
    if person.born_years_ago is not None:
        body["born_on"] = (today - timedelta(days=int(person.born_years_ago * 365.25) + 90)).isoformat()
    if person.staff_id:
        body["staff_id"] = person.staff_id
    return body


def weekly(hours: tuple[Any, ...]) -> dict[str, Any]:
    """The body of PUT …/usual-hours."""
    return {
        "time_zone": ZONE,
        "weekly": [{"weekday": day, "from": h.start, "until": h.end} for h in hours for day in h.weekdays],
    }


async def load_busy(api: Api, person: Person, person_id: str, today: date) -> None:
    """Give a person's known busy times for the next weeks, day by day."""
    for weekdays, start, end, label in person.busy:
        for offset in range(BUSY_WEEKS * 7):
            day = today + timedelta(days=offset)
            if day.weekday() not in weekdays:
                continue
            await api.send(
                "meetings",
                "POST",
                f"/v1/people/{person_id}/unavailabilities",
                {
                    "starts_local": f"{day}T{start}:00",
                    "ends_local": f"{day}T{end}:00",
                    "time_zone": ZONE,
                    "label_code": label,
                    "hard": True,
                },
                key=f"busy-{person.key}-{label}-{day}",
            )


async def load_family(api: Api, family: Family, ids: dict[str, str], today: date) -> str:
    """Open one family with its children, members and separations; return its id."""
    case = await api.send(
        "network",
        "POST",
        "/v1/cases",
        {"title": family.title, "time_zone": ZONE, "unit": family.unit, "assigned": list(family.assigned)},
        key=f"case-{family.key}",
    )
    case_id = str(case["id"])
    for child in family.children:
        facts: dict[str, Any] = {
            "person_id": ids[child.person],
            "icwa_status": child.icwa,
            "placement_kind": child.placement,
            "intensive_services": False,
        }
        if child.entered_days is not None:
            facts["entered_care_on"] = (today + timedelta(days=child.entered_days)).isoformat()
        if child.disposition_days is not None:
            facts["disposition_on"] = (today + timedelta(days=child.disposition_days)).isoformat()
        await api.send("network", "POST", f"/v1/cases/{case_id}/children", facts, key=f"child-{child.person}")
    for member in family.members:
        await api.send(
            "network",
            "POST",
            f"/v1/cases/{case_id}/members",
            {
                "person_id": ids[member.person],
                "relationship": member.relationship,
                "side": member.side,
                "circle": member.circle,
                "support_type": member.support,
                "caregiver_of_concern": member.concern,
            },
            key=f"member-{family.key}-{member.person}",
        )
    for first, second, reason in family.separations:
        await api.send(
            "network",
            "POST",
            f"/v1/cases/{case_id}/separation-rules",
            {"person_a": ids[first], "person_b": ids[second], "reason": reason},
            key=f"separation-{first}-{second}",
        )
    return case_id


async def load_plan(api: Api, family: Family, plan: WeekendPlan, case_id: str, ids: dict[str, str], today: date) -> None:
    """Bring one family's weekend plan into force: the worry that everyone knows, who promised what, and the family's yes."""
    listed = await api.send("network", "GET", f"/v1/cases/{case_id}/members")
    members = {str(each["person_id"]): str(each["id"]) for each in listed["items"]}

    def member(person: str) -> str:
        return members[ids[person]]

    def key(*words: str) -> str:
        return "-".join(("plan", family.key, *words))

    worry = {"kind": "danger", "text": plan.worry, "impact": plan.impact}
    danger = await api.send("network", "POST", f"/v1/cases/{case_id}/statements", worry, key=key("danger"))
    seen = {"seen_on": today.isoformat()}
    for person in dict.fromkeys(turn.person for turn in plan.turns):
        here = f"/v1/cases/{case_id}"
        told = {"number": danger["number"], "told_on": today.isoformat()}
        await api.send("network", "PUT", f"{here}/statements/{danger['id']}/told/{member(person)}", told)
        qualities = f"{here}/members/{member(person)}/qualities"
        understood = {**seen, "statement_id": danger["id"], "statement_version": danger["number"]}
        await api.send("network", "PUT", f"{qualities}/understands_concern", understood)
        for quality in ("cares", "willing_to_meet"):
            await api.send("network", "PUT", f"{qualities}/{quality}", seen)
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    begins = datetime.combine(friday, time())
    ends_on = today + timedelta(days=plan.days)
    until = f"UNTIL={ends_on:%Y%m%d}"

    def times(starts: int, ends: int) -> dict[str, Any]:
        first, last = begins + timedelta(hours=starts), begins + timedelta(hours=ends)
        weekday = ("FR", "SA", "SU")[(first.date() - friday).days]
        return {
            "starts_local": first.isoformat(timespec="minutes"),
            "ends_local": last.isoformat(timespec="minutes"),
            "time_zone": ZONE,
            "repeats": f"FREQ=WEEKLY;BYDAY={weekday};{until}",
        }

    facts = {
        "kind": "sdm_safety_plan",
        "starts_on": today.isoformat(),
        "ends_on": ends_on.isoformat(),
        "words": {"monitoring": [plan.monitoring], "backup": [plan.backup]},
        "windows": [{**times(plan.starts, plan.ends), "label": plan.label}],
    }
    made = await api.send("network", "POST", f"/v1/cases/{case_id}/plans", facts, key=key("made"))
    here = f"/v1/plans/{made['id']}"
    for turn in plan.turns:
        promise = {
            "member_id": member(turn.person),
            "action": plan.action,
            "commitment_class": "protective",
            "danger_ids": [danger["id"]],
            "backups": [member(person) for person in turn.backups],
            **times(turn.starts, turn.ends),
        }
        offered = await api.send("network", "POST", f"{here}/commitments", promise, key=key("turn", turn.person))
        said = {"said": "accepted", "witness": "Omar Haddad"}
        await api.send("network", "POST", f"{here}/commitments/{offered['id']}/answers", said, key=key("yes", turn.person))
    agreed = {"member_id": member(plan.agrees), "method": "wet", "signed_on": today.isoformat()}
    await api.send("network", "POST", f"{here}/agreements", agreed, key=key("agreed"))
    if (await api.send("network", "GET", here))["state"] in {"draft", "agreed"}:
        await api.send("network", "POST", f"{here}:activate")


async def load_resource(api: Api, resource: Resource, ids: dict[str, str]) -> None:
    """Add one facilitator, room or interpreter to the county's pools."""
    body: dict[str, Any] = {
        "kind": resource.kind,
        "name": resource.name,
        "skills": list(resource.skills),
        "languages": list(resource.languages),
        "modes": list(resource.modes),
        "notice_working_days": resource.notice_working_days,
    }
    if resource.person:
        body["person_id"] = ids[resource.person]
    if resource.staff_id:
        body["staff_id"] = resource.staff_id
    if resource.capacity:
        body["capacity"] = resource.capacity
    if resource.site:
        body["site"] = resource.site
    made = await api.send("meetings", "POST", "/v1/resources", body, key=f"resource-{resource.key}")
    if resource.hours:
        await api.send("meetings", "PUT", f"/v1/resources/{made['id']}/usual-hours", weekly(resource.hours))


async def load_county(api: Api, sample: SampleCounty, today: date) -> dict[str, Any]:
    """Load one county; return the ids by key."""
    ids: dict[str, str] = {}
    for person in sample.people:
        made = await api.send("network", "POST", "/v1/people", person_body(person, today), key=f"person-{person.key}")
        ids[person.key] = str(made["id"])
    cases = {family.key: await load_family(api, family, ids, today) for family in sample.families}
    for case_id in cases.values():
        await api.wait_for("meetings", f"/v1/cases/{case_id}/mandates")
    for family in sample.families:
        if family.plan is not None:
            await load_plan(api, family, family.plan, cases[family.key], ids, today)
    for person in sample.people:
        if person.hours:
            await api.send("meetings", "PUT", f"/v1/people/{ids[person.key]}/usual-hours", weekly(person.hours))
        await load_busy(api, person, ids[person.key], today)
    for resource in sample.resources:
        await load_resource(api, resource, ids)
    return {"people": ids, "cases": cases}


def day_of_the_load(folder: Path) -> date:
    """Return the day from which the sample's dates count: the one on which a load was first begun here.

    A load that is run again a day later must ask for the same things, or their idempotency keys are refused.
    """
    kept = folder / "sample-day"
    if not kept.exists():
        kept.write_text(datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date().isoformat(), encoding="utf-8")
    return date.fromisoformat(kept.read_text(encoding="utf-8"))


async def load(state: dict[str, Any], today: date) -> dict[str, Any]:
    """Load every sample county that the state file names."""
    loaded: dict[str, Any] = {}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        for sample in SAMPLE:
            system = state["county_systems"][sample.slug]
            token = await token_of(session, system["issuer"], system["client_id"], system["client_secret"])
            api = Api(session, state["urls"], token, sample.slug)
            loaded[sample.slug] = await load_county(api, sample, today)
    return loaded


def main() -> None:
    """Load the sample and write the ids back into the state file, for scripts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    path: Path = parser.parse_args().state
    state = json.loads(path.read_text(encoding="utf-8"))
    loaded = asyncio.run(load(state, day_of_the_load(path.parent)))
    state["sample"] = loaded
    path.write_text(json.dumps(state, indent=2), encoding="utf-8")
    print(f"Sample loaded: {sum(len(c['cases']) for c in loaded.values())} families in {len(loaded)} counties.")


if __name__ == "__main__":
    main()
