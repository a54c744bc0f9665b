"""What a county system is told, how it is signed, and when it is told again."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notify.domain.webhooks import (
    OFFERED,
    RETRIES,
    Answered,
    DeliveryState,
    Endpoint,
    EndpointState,
    after_call,
    body_of,
    secret_of,
    signature,
    signing,
    spelled_secret,
)
from shared.events import catalogue
from shared.events.network import CoverageGapOpened, MemberLeft

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
COUNTY = UUID(int=1)
KEY = bytes(range(32))
ENDPOINT = Endpoint(
    id=UUID(int=2),
    url="https://cws.example.org/hooks",
    types=("member.left",),
    state=EndpointState.ACTIVE,
    reason="",
    generation=1,
    rotated_at=NOW,
    version=1,
    made_at=NOW,
)


def test_a_call_names_a_type_a_time_and_ids_and_nothing_else() -> None:
    fact = MemberLeft(case_id=UUID(int=3), member_id=UUID(int=4), person_id=UUID(int=5), at=NOW)
    name, body = body_of(fact, county_id=COUNTY, position=17, at=NOW)
    assert name == "member.left"
    assert json.loads(body) == {
        "type": "member.left",
        "timestamp": "2026-03-02T17:00:00.000Z",
        "data": {"id": f"mem_{4:032x}", "county_id": str(COUNTY), "case_id": f"case_{3:032x}", "sequence": 17},
    }


def test_a_gap_names_its_plan_and_its_family_and_no_hour() -> None:
    """When a child is not covered is nobody's business who has not asked with a token."""
    fact = CoverageGapOpened(
        case_id=UUID(int=3), plan_id=UUID(int=4), gap_id=UUID(int=5), starts_at=NOW, ends_at=NOW, adults=1, state="open", at=NOW
    )
    name, body = body_of(fact, county_id=COUNTY, position=18, at=NOW)
    assert name == "gap.opened"
    assert json.loads(body)["data"] == {
        "id": f"gap_{5:032x}",
        "county_id": str(COUNTY),
        "case_id": f"case_{3:032x}",
        "plan_id": f"plan_{4:032x}",
        "sequence": 18,
    }


@pytest.mark.parametrize("fact", OFFERED)
def test_what_is_offered_is_published_and_names_the_thing_it_is_about(fact: type) -> None:
    assert catalogue.type_for(fact)
    assert OFFERED[fact].field in fact.__dataclass_fields__  # type: ignore[attr-defined]


def test_a_signature_is_the_one_that_the_standard_asks_for() -> None:
    secret = secret_of(KEY, ENDPOINT.id, 1)
    given = signature([secret], webhook_id="evt_1", timestamp=1700000000, body=b'{"a":1}')
    expected = hmac.new(
        base64.b64decode(spelled_secret(secret).removeprefix("whsec_")), b'evt_1.1700000000.{"a":1}', hashlib.sha256
    )
    assert given == f"v1,{base64.b64encode(expected.digest()).decode()}"
    assert 24 <= len(secret) <= 64


def test_secrets_differ_between_endpoints_generations_and_counties() -> None:
    found = {secret_of(key, endpoint, n) for key in (KEY, KEY[::-1]) for endpoint in (UUID(int=1), UUID(int=2)) for n in (1, 2)}
    assert len(found) == 8


@pytest.mark.parametrize(("hours", "generations"), [(1, 2), (23.9, 2), (24.1, 1)])
def test_the_secret_before_signs_for_a_day(hours: float, generations: int) -> None:
    rotated = replace(ENDPOINT, generation=2)
    assert len(signing(rotated, KEY, now=NOW + timedelta(hours=hours))) == generations


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_only_2xx_is_success(status: int) -> None:
    assert after_call(Answered(status=status), attempt=1, now=NOW, jitter=0.5).state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    "answered", [Answered(status=s) for s in (199, 302, 400, 404, 500, 503)] + [Answered(status=None, reason="timeout")]
)
def test_anything_else_is_tried_again_over_days_and_then_given_up(answered: Answered) -> None:
    for attempt, wait in enumerate(RETRIES, start=1):
        end = after_call(answered, attempt=attempt, now=NOW, jitter=0.5)
        assert (end.state, end.due_at) == (DeliveryState.WAITING, NOW + wait)
    assert after_call(answered, attempt=len(RETRIES) + 1, now=NOW, jitter=0.5).state is DeliveryState.FAILED
    assert timedelta(days=3) < sum(RETRIES, timedelta(0)) < timedelta(days=4)


def test_gone_ends_the_endpoint_at_once() -> None:
    end = after_call(Answered(status=410), attempt=1, now=NOW, jitter=0.5)
    assert (end.state, end.disables) == (DeliveryState.FAILED, "gone")


def test_an_endpoint_that_asks_for_more_time_gets_it_within_a_day() -> None:
    soon = after_call(Answered(status=503, retry_after=timedelta(minutes=20)), attempt=1, now=NOW, jitter=0.5)
    never = after_call(Answered(status=503, retry_after=timedelta(days=99)), attempt=1, now=NOW, jitter=0.5)
    assert (soon.due_at, never.due_at) == (NOW + timedelta(minutes=20), NOW + timedelta(days=1))
