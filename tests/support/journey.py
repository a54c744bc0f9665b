"""A county walked through from outside, through the public APIs only, as its staff and its own system do.

Each test makes people of its own, with names, numbers and mailboxes that nobody else has, so that tests go in any order and
`tests.support.privacy` can tell whose trace it found.
"""

import asyncio
import base64
import hashlib
import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.support.outside import Item, Outside, until
from tests.support.stack import Stack

TOKEN_KEPT_SECONDS = 240.0
OPEN_CALLS = "/v1/call-tasks?status=open&limit=200"
AREA_CODES = ("213", "310", "323", "408", "415", "510", "559", "562", "619", "626", "650", "661", "707", "714", "805", "818", "909")
_numbers = itertools.count(secrets.randbelow(100))
_MAILBOXES = secrets.token_hex(4)
"""What tells this process's mailboxes from those of another that uses the same county."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered."""

    status: int
    body: Item
    text: str
    headers: Mapping[str, str]

    def ok(self) -> Item:
        """Return the body of a request that was to succeed."""
        assert self.status < 400, f"{self.status} {self.text}"
        return self.body

    def refused(self, code: str, *, status: int = 409) -> Item:
        """Return the problem of a request that was to be refused."""
        assert (self.status, self.body.get("code")) == (status, code), f"{self.status} {self.text}"
        return self.body


class County:
    """One county's services, asked as its own system or as one of its staff."""

    def __init__(self, stack: Stack, slug: str, session: aiohttp.ClientSession) -> None:
        """Use a county of the running stack."""
        self._state = stack.state
        self._session = session
        self._tokens: dict[str, tuple[str, float]] = {}
        self.slug = slug
        self.facts: Item = next(row for row in self._state["counties"] if row["slug"] == slug)

    def url(self, service: str) -> str:
        """Return a service's address."""
        return str(self._state["urls"][service])

    async def call(
        self,
        method: str,
        service: str,
        path: str,
        body: Item | None = None,
        *,
        staff: str = "",
        etag: str = "",
        key: str = "",
    ) -> Reply:
        """Send one request: as the county's system, or as a member of staff who signed in."""
        headers = {"Authorization": f"Bearer {await self.token(staff)}"}
        if method == "POST":
            headers["Idempotency-Key"] = key or secrets.token_hex(16)
        if etag:
            headers["If-Match"] = etag
        if method == "PATCH":
            headers["Content-Type"] = "application/merge-patch+json"
        async with self._session.request(method, self.url(service) + path, json=body, headers=headers) as answer:
            text = await answer.text()
            is_json = answer.content_type in {"application/json", "application/problem+json"}
            return Reply(
                answer.status, await answer.json(content_type=None) if is_json and text else {}, text, dict(answer.headers)
            )

    async def get(self, service: str, path: str, *, staff: str = "") -> Reply:
        """Read."""
        return await self.call("GET", service, path, staff=staff)

    async def post(
        self, service: str, path: str, body: Item | None = None, *, staff: str = "", etag: str = "", key: str = ""
    ) -> Reply:
        """Create or do, with an idempotency key."""
        return await self.call("POST", service, path, body, staff=staff, etag=etag, key=key)

    async def items(self, service: str, path: str, *, staff: str = "") -> list[Item]:
        """Read a list to its end."""
        found: list[Item] = []
        at: str | None = path
        while at:
            page = (await self.get(service, at, staff=staff)).ok()
            found += page["items"]
            at = page["next"]
        return found

    async def open_calls(self, person: "Person") -> list[Item]:
        """The calls to a person that nobody has made yet."""
        return [call for call in await self.items("notify", OPEN_CALLS) if call["person_id"] == person.id]

    async def token(self, staff: str = "") -> str:
        """Return a token that lasts a while yet."""
        now = asyncio.get_running_loop().time()
        token, until_when = self._tokens.get(staff, ("", 0.0))
        if now > until_when:
            token = await (self._sign_in(staff) if staff else self._system_token())
            self._tokens[staff] = (token, now + TOKEN_KEPT_SECONDS)
        return token

    async def _system_token(self) -> str:
        system = self._state["county_systems"][self.slug]
        form = {"grant_type": "client_credentials", "client_id": system["client_id"], "client_secret": system["client_secret"]}
        return await self._redeem(form)

    async def _sign_in(self, staff: str) -> str:
        """Walk the sign-in as a browser would: authorise with PKCE, press the person's button, exchange the code."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        back = f"{self.url('portal')}/signed-in"
        asked = {
            "response_type": "code",
            "client_id": "portal",
            "redirect_uri": back,
            "scope": "openid",
            "state": secrets.token_hex(8),
            "nonce": secrets.token_hex(8),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "staff": staff,
        }
        async with self._session.post(f"{self.facts['issuer']}/authorize", data=asked, allow_redirects=False) as answer:
            code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        secret = next(c["client_secret"] for c in self._state["clients"] if (c["client_id"], c["realm"]) == ("portal", self.slug))
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        return await self._redeem({**form, "client_id": "portal", "client_secret": secret})

    async def _redeem(self, form: Mapping[str, str]) -> str:
        async with self._session.post(f"{self.facts['issuer']}/token", data=form) as answer:
            granted = await answer.json()
            assert answer.status == 200, granted
            return str(granted["access_token"])

    def workday(self, after: date, *, days: int, weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)) -> date:
        """Return the first day at least `days` later on which the county works, of these weekdays (0 is Monday)."""
        day = after + timedelta(days=days)
        while day.weekday() not in weekdays or day.isoformat() in self.facts["holidays"]:
            day += timedelta(days=1)
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of a journey, with everything that could give them away to another."""

    id: str
    county: County
    given: str
    family: str
    mailbox: str = ""
    phone: str = ""
    landline: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """Names, numbers and addresses."""
        return tuple(mark for mark in (self.given, self.family, self.mailbox, self.phone, self.landline) if mark)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One booked meeting."""

    family: "Family"
    id: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/v1/meetings/{self.id}"

    async def read(self) -> Item:
        """The meeting as it stands."""
        return (await self.family.county.get("meetings", self.path)).ok()

    async def do(self, verb: str, body: Item | None = None, *, staff: str = "") -> Reply:
        """Move, cancel, revive or confirm it, knowing its present version."""
        return await self.family.county.post(
            "meetings", f"{self.path}:{verb}", body or {}, staff=staff, etag=(await self.read())["etag"]
        )

    async def move(self, starts_local: datetime, *, minutes: int = 60) -> None:
        """Move it."""
        (await self.do("move", {**wall(starts_local), "minutes": minutes})).ok()

    async def seat(self, person: Person) -> Item:
        """One person's place in it."""
        return next(seat for seat in (await self.read())["participants"] if seat["person_id"] == person.id)

    async def answer_of(self, person: Person, answer: str) -> Item:
        """Wait until a person's answer stands so."""
        return await until(lambda: self.seat(person), lambda seat: seat["answer"] == answer)

    async def replies(self, *, count: int = 0) -> list[Item]:
        """What became of every reply, once there are `count` of them."""

        async def read() -> list[Item]:
            items: list[Item] = (await self.family.county.get("meetings", f"{self.path}/replies")).ok()["items"]
            return items

        return await until(read, lambda items: len(items) >= count)

    async def messages(self, person: Person | None = None) -> list[Item]:
        """What was, is or will be sent about it: to everybody, or to one person."""
        items = await self.family.county.items("notify", f"/v1/messages?subject_id={self.id}&limit=200")
        return [item for item in items if person is None or item["person_id"] == person.id]

    async def calls(self, person: Person, *, count: int = 0) -> list[Item]:
        """The open calls to a person about it, once there are `count` of them."""
        return await until(lambda: self.family.county.open_calls(person), lambda items: len(items) >= count)


@dataclass(slots=True)
class Family:
    """One family and the people around it."""

    journey: "Journey"
    county: County
    case_id: str
    people: list[Person] = field(default_factory=list)
    _heard_of: int = -1

    async def child(self, given: str, **facts: Any) -> Person:
        """Register a child, at home unless told otherwise, and make it part of the work."""
        person = await self.journey.person(given, county=self.county)
        placement = {"icwa_status": "does_not_apply", "placement_kind": "home", **facts}
        (await self.county.post("network", f"/v1/cases/{self.case_id}/children", {"person_id": person.id, **placement})).ok()
        self.people.append(person)
        return person

    async def member(self, given: str, relationship: str, **reached: Any) -> Person:
        """Register somebody and add them to the family's network; `reached` as in `Journey.person`."""
        person = await self.journey.person(given, county=self.county, **reached)
        side = {
            "person_id": person.id,
            "relationship": relationship,
            "side": "maternal",
            "circle": "inner",
            "support_type": "informal",
        }
        (await self.county.post("network", f"/v1/cases/{self.case_id}/members", side)).ok()
        self.people.append(person)
        return person

    async def book(self, starts_local: datetime, *seats: Item, children: tuple[Person, ...] = (), **more: Any) -> Meeting:
        """Book a meeting of an hour."""
        return Meeting(self, (await self.try_to_book(starts_local, *seats, children=children, **more)).ok()["id"])

    async def try_to_book(
        self, starts_local: datetime, *seats: Item, children: tuple[Person, ...] = (), staff: str = "", **more: Any
    ) -> Reply:
        """Ask for a meeting of an hour and return what was said."""
        await self.everybody_is_known()
        body = {
            "case_id": self.case_id,
            "kind": "cft",
            "purposes": ["case_plan_review"],
            "children": [child.id for child in children],
            **wall(starts_local),
            "minutes": 60,
            "participants": list(seats),
            **more,
        }
        return await self.county.post("meetings", "/v1/meetings", body, staff=staff)

    async def everybody_is_known(self) -> None:
        """Wait until every service has heard of everybody around the family."""
        if self._heard_of != len(self.people):
            await self.journey.outside.heard()
            self._heard_of = len(self.people)


class Journey:
    """One test's walk: both counties, the outside world, and everybody whom the test brought into being."""

    def __init__(self, stack: Stack, session: aiohttp.ClientSession) -> None:
        """Begin."""
        self.stack = stack
        self.session = session
        self.outside = Outside(stack, session)
        self.alder = County(stack, "alder", session)
        self.birch = County(stack, "birch", session)
        self.people: list[Person] = []

    async def person(
        self,
        given: str,
        *,
        county: County | None = None,
        mail: bool = False,
        text: str = "",
        landline: bool = False,
        language: str = "en",
        **facts: Any,
    ) -> Person:
        """Register somebody; `text` is the consent with which their mobile number is recorded."""
        county = county or self.alder
        number = next(_numbers)
        phone = f"+1{AREA_CODES[number // 100 % len(AREA_CODES)]}55501{number % 100:02d}"
        person = Person(
            id="",
            county=county,
            given=f"{given}{_syllables(number)}",
            family=f"Of{_syllables(number + 7)}",
            mailbox=f"box{number:05d}-{_MAILBOXES}@example.org" if mail else "",
            phone=phone if text else "",
            landline=phone if landline else "",
        )
        points = (("email", person.mailbox, "granted"), ("sms", person.phone, text), ("voice", person.landline, "granted"))
        reached = [point for point in points if point[1]]
        body = {
            "given_name": person.given,
            "family_name": person.family,
            "spoken_language": language,
            "written_language": language,
            "time_zone": "America/Los_Angeles",
            "contact_points": [
                {"channel": channel, "value": value, "preferred": index == 0, "consent": consent, "consent_source": "verbal"}
                for index, (channel, value, consent) in enumerate(reached)
            ],
            **facts,
        }
        person = replace(person, id=(await county.post("network", "/v1/people", body)).ok()["id"])
        self.people.append(person)
        return person

    async def family(self, county: County | None = None, *, unit: str = "north", assigned: tuple[str, ...] = ("amy",)) -> Family:
        """Open a family."""
        county = county or self.alder
        body = {"title": "A family of a journey", "unit": unit, "assigned": list(assigned)}
        return Family(self, county, (await county.post("network", "/v1/cases", body)).ok()["id"])

    async def opts_in(self, person: Person, word: str = "si") -> list[Item]:
        """Have somebody answer the question whether they want texts; return both texts, the question and the thanks."""
        await self.outside.texts(person.phone, count=1)
        await self.outside.text(person.phone, word)
        return await self.outside.texts(person.phone, count=2)

    async def pool(self, kind: str, name: str, *, county: County | None = None, **facts: Any) -> Item:
        """Add a facilitator, room or interpreter to a county's pools."""
        await self.outside.heard()
        return (await (county or self.alder).post("meetings", "/v1/resources", {"kind": kind, "name": name, **facts})).ok()


def seat(person: Person, role: str = "informal_support", *, required: bool = True, mode: str = "in_person") -> Item:
    """A person's place at a table."""
    return {"person_id": person.id, "role": role, "required": required, "mode": mode}


def wall(starts_local: datetime, time_zone: str = "America/Los_Angeles") -> Item:
    """A wall time as the APIs take it."""
    return {"starts_local": starts_local.replace(tzinfo=None).isoformat(timespec="minutes"), "time_zone": time_zone}


def _syllables(number: int) -> str:
    """Spell a number so that it makes a name that nobody else has."""
    spelled = ""
    for _ in range(3):
        number, place = divmod(number, 75)
        spelled += "bdfgjklmnprstvz"[place % 15] + "aeiou"[place // 15]
    return spelled
