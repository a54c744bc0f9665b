"""A small identity provider and small services that speak the real protocol: what portal meets in these tests."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from joserfc.jwk import KeySet

from tests.support.tokens import Issuer

CASE = "case_" + "1" * 32
MEMBER = "mem_" + "2" * 32
MOTHER = "per_" + "3" * 32
CHILD = "per_" + "4" * 32
FATHER = "per_" + "5" * 32
WORKER = "per_" + "6" * 32
MEETING = "mtg_" + "7" * 32
ROOM = "res_" + "8" * 32
PROMISE = "com_" + "1" * 32
RULE = "sep_" + "1" * 32
SECRET = "abcdefghijklmnopqrstuvwxyz"
JSONS = {"application/json", "application/merge-patch+json"}
NAMES = {MOTHER: "Denise", CHILD: "Lila", FATHER: "Tom", WORKER: "Amy"}


class Provider:
    """An OpenID provider at which everybody is Amy Stone; the knobs make it answer wrongly."""

    def __init__(self) -> None:
        """Make its key."""
        self.issuer = Issuer("alder")
        self.asked: dict[str, str] = {}
        self.form: dict[str, str] = {}
        self.claims: dict[str, Any] = {}
        self.lives = 600
        self.refreshes = 0
        self.refuses_refresh = False
        self.iss: str | None = None

    def app(self) -> web.Application:
        """Return its endpoints."""
        app = web.Application()
        app.router.add_get("/oidc/alder/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/oidc/alder/jwks", self._jwks)
        app.router.add_get("/oidc/alder/authorize", self._authorize)
        app.router.add_post("/oidc/alder/token", self._token)
        return app

    async def _discovery(self, _: web.Request) -> web.Response:
        url = self.issuer.url
        endpoints = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return web.json_response(
            {"issuer": url, "end_session_endpoint": f"{url}/end-session"}
            | {name: f"{url}/{path}" for name, path in endpoints.items()}
        )

    async def _jwks(self, _: web.Request) -> web.Response:
        return web.json_response(KeySet(self.issuer.keys).as_dict(private=False))

    async def _authorize(self, request: web.Request) -> web.Response:
        self.asked = dict(request.query)
        answer = {"code": "a-code", "state": self.asked["state"], "iss": self.iss or self.issuer.url}
        return web.Response(status=303, headers={"Location": f"{self.asked['redirect_uri']}?{urlencode(answer)}"})

    async def _token(self, request: web.Request) -> web.Response:
        self.form = {name: str(value) for name, value in (await request.post()).items()}
        if self.form["grant_type"] == "refresh_token":
            self.refreshes += 1
            if self.refuses_refresh:
                return web.json_response({"error": "invalid_grant"}, status=400)
            return web.json_response({"access_token": f"renewed-{self.refreshes}", "expires_in": 600, "refresh_token": "next"})
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if challenge != self.asked["code_challenge"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer.url,
            "sub": "amy",
            "aud": "portal",
            "exp": now + 600,
            "iat": now,
            "nonce": self.asked["nonce"],
            "name": "Amy Stone",
            "roles": ["caseworker"],
            **self.claims,
        }
        return web.json_response(
            {
                "access_token": "first-access-token",
                "expires_in": self.lives,
                "refresh_token": "first-refresh-token",
                "id_token": self.issuer.sign(claims),
            }
        )


@dataclass
class Asked:
    """One request that a service got."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    query: dict[str, str]


def person(person_id: str, **more: Any) -> dict[str, Any]:
    """Return a person as network answers."""
    return {
        "id": person_id,
        "given_name": NAMES[person_id],
        "family_name": "R.",
        "preferred_name": "",
        "is_minor": person_id == CHILD,
        "spoken_language": "en",
        "written_language": "en",
        "interpreter_needed": False,
        "time_zone": "America/Los_Angeles",
        "staff_id": "amy" if person_id == WORKER else None,
        "channels": [{"contact_point_id": "cp_1", "channel": "email", "consent": "granted", "preferred": True}],
        **more,
    }


def a_rule_that_is_over() -> dict[str, Any]:
    """Return a rule that kept the parents apart until February."""
    return {"id": RULE, "person_a": MOTHER, "person_b": FATHER, "reason": "other_safety", "active": False, "until": "2027-02-28"}


def turn(starts_at: str, ends_at: str, starts_local: str, ends_local: str, **more: Any) -> dict[str, Any]:
    """Return one time of a promise as notify shows it."""
    times = {"starts_at": starts_at, "ends_at": ends_at, "starts_local": starts_local, "ends_local": ends_local}
    return {**times, "is_over": False, "is_shifted": False, **more}


SATURDAY_NIGHT = turn("2027-03-07T04:00:00Z", "2027-03-07T16:00:00Z", "2027-03-06T20:00", "2027-03-07T08:00")


def promise(**more: Any) -> dict[str, Any]:
    """Return a promise as notify shows it: one that holds, unless it says otherwise."""
    return {
        "commitment_id": PROMISE,
        "state": "active",
        "asks": False,
        "is_backup": False,
        "answer_by": None,
        "answer": "accepted",
        "can_answer": False,
        "can_withdraw": True,
        "can_shorten": False,
        "sequence": 1,
        "time_zone": "America/Los_Angeles",
        "promised_zone": "America/Los_Angeles",
        "turns": [SATURDAY_NIGHT],
        "more": 0,
        **more,
    }


def offer(**more: Any) -> dict[str, Any]:
    """Return a promise that its member has not answered yet."""
    return promise(state="offered", asks=True, answer="needs_action", can_answer=True, can_withdraw=False, **more)


@dataclass
class World:
    """All three services in one, as data that a test may change, and what they were asked."""

    asked: list[Asked] = field(default_factory=list)
    refuse: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    date: str = "Mon, 01 Mar 2027 17:00:00 GMT"
    circle: str = "inner"
    separations: list[dict[str, Any]] = field(default_factory=lambda: [a_rule_that_is_over()])
    answer: str = "needs_action"
    promises: list[dict[str, Any]] = field(default_factory=list)
    link: dict[str, Any] = field(
        default_factory=lambda: {
            "programme": "Family Team Calendar",
            "language": "en",
            "languages": ["en", "es"],
            "time_zone": "America/Los_Angeles",
            "zone_name": "Pacific Time",
            "starts_local": "2027-03-04T10:00",
            "ends_local": "2027-03-04T11:30",
            "place": {"name": "Oak Room", "address": "100 Main St", "join_url": "", "dial_in": ""},
            "join": "",
            "mode": "in_person",
            "answer": "needs_action",
            "can_answer": True,
            "cancelled": False,
            "call_number": "+12095550101",
            "county_slug": "alder",
        }
    )

    def of_promises(self, *promises: dict[str, Any]) -> None:
        """Let the link be one of a promise, the first of these."""
        own = promises[0]
        self.promises = list(promises)
        self.link |= {"promise": own, "place": None, "starts_local": "2027-03-06T20:00", "ends_local": "2027-03-07T08:00"}

    def calls(self, method: str, path: str) -> list[Asked]:
        """Return the requests to one route."""
        return [one for one in self.asked if (one.method, one.path) == (method, path)]

    def app(self) -> web.Application:
        """Return one application that answers for all."""
        app = web.Application(middlewares=[self._listen])
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    @web.middleware
    async def _listen(self, request: web.Request, handler: Any) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text and request.content_type in JSONS else text or None
        self.asked.append(Asked(request.method, request.path, dict(request.headers), body, dict(request.query)))
        response: web.StreamResponse = await handler(request)
        response.headers["Date"] = self.date
        return response

    async def _answer(self, request: web.Request) -> web.Response:
        refusal = self.refuse.get(f"{request.method} {request.path}")
        if refusal is not None:
            return web.json_response(refusal[1], status=refusal[0], content_type="application/problem+json")
        if request.path.startswith("/v1/links/current"):
            return self._links(request)
        answers: dict[str, Any] = {
            "GET /v1/cases": {"items": [self.family()], "next": None},
            f"GET /v1/cases/{CASE}": self.family(),
            f"GET /v1/cases/{CASE}/members": {"items": [self.member()], "next": None},
            f"PATCH /v1/cases/{CASE}/members/{MEMBER}": self.member(),
            f"GET /v1/cases/{CASE}/members/{MEMBER}/sight": {"member_id": MEMBER, "person_id": MOTHER, "on": "2027-03-01"},
            f"GET /v1/cases/{CASE}/members/{MEMBER}/words": {"member_id": MEMBER, "statements": [], "child_voice": []},
            f"GET /v1/cases/{CASE}/releases": {"items": [], "next": None},
            f"GET /v1/cases/{CASE}/plans": {"items": [], "next": None},
            f"GET /v1/cases/{CASE}/child-voice": {"items": [], "next": None},
            f"GET /v1/people/{MOTHER}": person(MOTHER, safe_words=""),
            f"GET /v1/cases/{CASE}/children": {"items": [self.child()], "next": None},
            f"GET /v1/cases/{CASE}/separation-rules": {"items": self.separations, "next": None},
            f"GET /v1/cases/{CASE}/mandates": {"children": [], "combined": self.due()},
            "GET /v1/mandates": {"items": [{"case_id": CASE, "combined": self.due()}], "next": None},
            "GET /v1/meetings": {"items": [self.line()], "next": None},
            "GET /v1/resources": {"items": [{"id": ROOM, "kind": "room", "name": "Oak Room"}], "next": None},
            "POST /v1/people:search": {"items": [{"id": WORKER, "visible": True, "matched": ["staff_id"]}], "next": None},
            f"GET /v1/people/{WORKER}": person(WORKER),
            "POST /v1/times:search": {"times": [self.time()], "blocked": self.blocked(), "due": None, "linked_pair": None},
            "POST /v1/holds": {"id": "hold_" + "9" * 32, "hold_until": "2027-03-01T18:00:00Z"},
            "POST /v1/meetings": self.meeting(),
            f"GET /v1/meetings/{MEETING}": self.meeting(),
            f"POST /v1/meetings/{MEETING}:move": self.meeting(),
            f"GET /v1/meetings/{MEETING}/replies": {"items": [], "next": None},
            "GET /v1/messages": {"items": [], "next": None},
            "GET /v1/call-tasks": {"items": [], "next": None},
        }
        found = (answers | self.more).get(f"{request.method} {request.path}")
        if isinstance(found, str):
            return web.Response(text=found)
        if found is None:
            return web.json_response({"code": "not_found", "status": 404}, status=404, content_type="application/problem+json")
        return web.json_response(found, headers={"ETag": '"5"'})

    def _links(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Link-Secret") != SECRET:
            return web.json_response({"code": "link_not_found", "status": 404}, status=404, content_type="application/problem+json")
        if request.path.endswith("/answers"):
            self.link["answer"] = self.asked[-1].body["answer"]
        if request.path.endswith("entry.ics"):
            return web.Response(body=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", content_type="text/calendar")
        if request.path.endswith("/not-me"):
            return web.Response(status=204)
        if request.path.endswith("/words"):
            return web.json_response(
                {"items": [{"commitment_id": PROMISE, "action": "Sleep over with Lila", "place": "Your home"}]}
            )
        if request.path.endswith("/promises"):
            return web.json_response({"items": self.promises})
        if "/promises/" in request.path:
            return web.json_response(self.promises[0])
        return web.json_response(self.link)

    def family(self) -> dict[str, Any]:
        """Return the family."""
        return {
            "id": CASE,
            "title": "The R. family",
            "time_zone": "America/Los_Angeles",
            "status": "open",
            "unit": "north",
            "assigned": ["amy"],
            "shared_with": [],
            "etag": '"1"',
        }

    def member(self) -> dict[str, Any]:
        """Return the mother's place."""
        return {
            "id": MEMBER,
            "person": person(MOTHER),
            "relationship": "mother",
            "relationship_words": "",
            "side": "na",
            "circle": self.circle,
            "support_type": "informal",
            "caregiver_of_concern": False,
            "etag": '"3"',
        }

    def child(self) -> dict[str, Any]:
        """Return the child."""
        return {
            "id": CHILD,
            "person": person(CHILD, channels=[]),
            "entered_care_on": "2027-02-03",
            "disposition_on": "2027-03-24",
            "icwa_status": "reason_to_know",
            "placement_kind": "relative",
            "intensive_services": False,
            "etag": '"1"',
        }

    def due(self) -> dict[str, Any]:
        """Return the due date of the tribe's rule."""
        return {"rule_id": "cft.initial_icwa", "due_on": "2027-03-05", "status": "due_this_week", "source": "ACL 22-35"}

    def time(self) -> dict[str, Any]:
        """Return one time that works."""
        return {
            "starts_local": "2027-03-04T10:00",
            "ends_local": "2027-03-04T11:30",
            "starts_at": "2027-03-04T18:00:00Z",
            "reasons": ["everyone"],
            "facilitator_id": None,
            "room_id": ROOM,
            "interpreter_ids": [],
            "before_due": True,
            "unavailable": [{"person_id": MOTHER, "cannot": False, "causes": ["work"]}],
        }

    def blocked(self) -> list[dict[str, Any]]:
        """Return who stands in the way on a day."""
        return [{"date": "2027-03-03", "person_id": MOTHER, "resource_kind": None, "language": None, "causes": ["school", "work"]}]

    def line(self) -> dict[str, Any]:
        """Return the meeting as a list has it."""
        whole = self.meeting()
        kept = {name: whole[name] for name in ("id", "case_id", "state", "time_zone", "starts_local", "ends_local")}
        return {**kept, "starts_at": whole["starts_at"], "ends_at": whole["ends_at"], "people": 1, "answers_missing": 1}

    def meeting(self) -> dict[str, Any]:
        """Return the meeting."""
        return {
            "id": MEETING,
            "case_id": CASE,
            "state": "scheduled",
            "revision": 1,
            "time_zone": "America/Los_Angeles",
            "starts_local": "2027-03-04T10:00",
            "ends_local": "2027-03-04T11:30",
            "starts_at": "2027-03-04T18:00:00Z",
            "ends_at": "2027-03-04T19:30:00Z",
            "minutes": 90,
            "purposes": ["initial_cft"],
            "children": [CHILD],
            "place": {"name": "Oak Room", "address": "", "join_url": "", "dial_in": "", "site": "main_office"},
            "participants": [
                {
                    "id": "par_" + "a" * 32,
                    "person_id": MOTHER,
                    "role": "parent",
                    "required": True,
                    "mode": "in_person",
                    "answer": self.answer,
                    "answered_at": None if self.answer == "needs_action" else "2027-03-01T18:30:00Z",
                    "answered_channel": None if self.answer == "needs_action" else "sms",
                    "stale": False,
                }
            ],
            "room_id": ROOM,
            "etag": '"5"',
        }
