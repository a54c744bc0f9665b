"""Which tokens pass: algorithms, keys, claims, counties."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from shared.kernel.access import Role
from shared.web.auth import Verifier
from shared.web.errors import Unauthenticated, Unavailable
from tests.shared.web.conftest import Client
from tests.support.tokens import ALDER, BIRCH, Issuers, bearer, new_key


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        """Begin somewhere."""
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def own() -> AsyncIterator[Issuers]:
    issuers = Issuers()
    await issuers.start()
    yield issuers
    await issuers.stop()


@pytest.fixture
async def verifier(own: Issuers, seconds: Seconds) -> AsyncIterator[Verifier]:
    verifier = Verifier(own.counties, own.system_client, audience="network", monotonic=seconds)
    yield verifier
    await verifier.close()


async def test_a_good_token_names_its_holder(own: Issuers, verifier: Verifier) -> None:
    principal = await verifier.verify(own.staff("people.read", "people.write", roles=("supervisor", "emperor"), units=("u1", "u2")))
    assert principal.county_id == ALDER
    assert principal.roles == {Role.SUPERVISOR}
    assert principal.scopes == {"people.read", "people.write"}
    assert principal.units == {"u1", "u2"}
    assert (principal.actor.kind, principal.actor.id) == ("staff", "staff-1")


async def test_systems_and_services_are_told_apart(own: Issuers, verifier: Verifier) -> None:
    assert (await verifier.verify(own.county_system("people.write"))).actor.kind == "system"
    service = await verifier.verify(own.service("events.read"))
    assert (service.actor.kind, service.county_id, service.roles) == ("service", None, frozenset({Role.SYSTEM}))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_each_algorithm_of_the_list_passes(own: Issuers, verifier: Verifier, algorithm: str) -> None:
    own.alder.rotate(algorithm)
    assert (await verifier.verify(own.staff())).subject == "staff-1"


def _unsigned(claims: dict[str, Any]) -> str:
    return _joined({"alg": "none"}, claims) + "."


def _with_public_key_as_secret(issuers: Issuers) -> str:
    key = issuers.alder.rotate("RS256")
    assert isinstance(key, RSAKey)
    signed = _joined({"alg": "HS256", "kid": key.kid}, issuers.alder.claims("x"))
    mac = hmac.new(key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_text(mac)}"


def _joined(*parts: dict[str, Any]) -> str:
    return ".".join(_text(json.dumps(part).encode()) for part in parts)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _in(seconds: int) -> int:
    return int(time.time()) + seconds


BAD: dict[str, Callable[[Issuers], str]] = {
    "none": lambda i: _unsigned(i.alder.claims("x")),
    "empty none": lambda _: "eyJhbGciOiJub25lIn0.e30.",
    "hs256 with the public key": _with_public_key_as_secret,
    "foreign key": lambda i: i.alder.sign(i.alder.claims("x"), key=new_key(i.alder.keys[0].kid or "")),
    "unknown kid": lambda i: i.alder.sign(i.alder.claims("x"), key=new_key("nobody")),
    "birch's key, alder's name": lambda i: i.birch.sign(i.alder.claims("x")),
    "unknown issuer": lambda i: i.alder.sign(i.alder.claims("x", iss="https://evil.example")),
    "no issuer": lambda i: i.alder.sign(i.alder.claims("x", iss=None)),
    "expired": lambda i: i.alder.sign(i.alder.claims("x", exp=_in(-61))),
    "no expiry": lambda i: i.alder.sign(i.alder.claims("x", exp=None)),
    "too long a life": lambda i: i.alder.sign(i.alder.claims("x", exp=_in(90_000))),
    "not yet": lambda i: i.alder.sign(i.alder.claims("x", nbf=_in(3600))),
    "other audience": lambda i: i.alder.sign(i.alder.claims("x", aud="portal")),
    "no audience": lambda i: i.alder.sign(i.alder.claims("x", aud=None)),
    "no subject": lambda i: i.alder.sign(i.alder.claims("x", sub=None)),
    "blank subject": lambda i: i.alder.sign(i.alder.claims("")),
    "other county": lambda i: i.alder.sign(i.alder.claims("x", county_id=str(BIRCH))),
    "a service with a county": lambda i: i.system.sign(i.system.claims("x", county_id=str(ALDER))),
    "an ID token": lambda i: i.alder.sign(i.alder.claims("x", at_hash="abc")),
    "words": lambda _: "not-a-token",
    "three dots": lambda _: "...",
    "not ascii": lambda _: "é.é.é",
}


@pytest.mark.parametrize("what", BAD)
async def test_a_bad_token_is_refused(own: Issuers, verifier: Verifier, what: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(BAD[what](own))


async def test_a_minute_of_wrong_clocks_is_forgiven(own: Issuers, verifier: Verifier) -> None:
    await verifier.verify(own.alder.sign(own.alder.claims("x", exp=int(time.time()) - 30, nbf=int(time.time()) - 600)))
    await verifier.verify(own.alder.sign(own.alder.claims("x", nbf=int(time.time()) + 30)))


async def test_the_county_is_the_issuers_own(own: Issuers, verifier: Verifier) -> None:
    token = own.birch.sign(own.birch.claims("x", county_id=str(BIRCH)))
    assert (await verifier.verify(token)).county_id == BIRCH


async def test_keys_are_fetched_once_and_again_for_a_new_one_once_a_minute(
    own: Issuers, verifier: Verifier, seconds: Seconds
) -> None:
    for _ in range(5):
        await verifier.verify(own.staff())
    assert own.alder.fetches == 1
    own.alder.rotate()
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await verifier.verify(own.staff())
    assert own.alder.fetches == 1
    seconds.now += 61
    await verifier.verify(own.staff())
    assert own.alder.fetches == 2


async def test_a_remembered_token_ends_when_it_ends(own: Issuers, seconds: Seconds) -> None:
    clock = Seconds()
    clock.now = time.time()
    verifier = Verifier(own.counties, own.system_client, audience="network", clock=clock, monotonic=seconds)
    token = own.staff()
    assert await verifier.verify(token) is await verifier.verify(token)
    clock.now += 661
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)
    await verifier.close()


async def test_a_provider_that_is_down_locks_nobody_out(own: Issuers, verifier: Verifier, seconds: Seconds) -> None:
    await verifier.verify(own.staff())
    own.alder.is_down = True
    seconds.now += 3600
    assert (await verifier.verify(own.staff())).subject == "staff-1"


async def test_without_any_keys_nobody_can_tell(own: Issuers, verifier: Verifier, seconds: Seconds) -> None:
    own.alder.is_down = True
    with pytest.raises(Unavailable):
        await verifier.verify(own.staff())
    own.alder.is_down = False
    seconds.now += 2
    await verifier.verify(own.staff())


async def test_there_is_one_authorization_header(client: Client, issuers: Issuers) -> None:
    token = issuers.staff("notes.read")
    doubled = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert (await client.get("/v1/notes", headers=doubled)).status == 401
    assert (await client.get("/v1/notes", headers={"Authorization": f"Basic {token}"})).status == 401
    assert (await client.get("/v1/notes", headers={"Authorization": "Bearer"})).status == 401
    assert (await client.get(f"/v1/notes?access_token={token}")).status == 401
    assert (await client.get("/v1/notes", headers=bearer(token))).status == 200
