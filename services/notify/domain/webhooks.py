"""Webhooks: which facts a county system may hear of, how a call to it is signed, and when it is tried again.

Calls are thin: a type, a time, ids. Whoever wants more asks for it with a token, and that is recorded (API §1.4).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.events.meetings import MeetingCancelled, MeetingChanged, MeetingRescheduled, MeetingScheduled, ResponseRecorded
from shared.events.network import (
    CaseClosed,
    CaseOpened,
    CommitmentAnswered,
    CommitmentChanged,
    CommitmentEnded,
    CommitmentOffered,
    CoverageGapClosed,
    CoverageGapOpened,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    PlanActivated,
    PlanAtRisk,
    PlanEnded,
    PlanRestored,
)
from shared.kernel.ids import spell

TEST = "surround.test"
"""What an endpoint gets when somebody asks whether it answers."""

RETRIES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Waits after the first, second, … call that failed; after the last one nobody calls again by themselves (API §1.4)."""

JITTER = 0.2
LONGEST_WAIT = timedelta(hours=24)
OLD_SECRET_LIVES = timedelta(hours=24)
"""So long the secret before the present one signs too, so that a county system can change over in its own time (our choice)."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a fact is called outside, and which of its ids names the thing it is about."""

    name: str
    field: str
    prefix: str


OFFERED: Mapping[type, Told] = {
    CaseOpened: Told("case.opened", "case_id", "case"),
    CaseClosed: Told("case.closed", "case_id", "case"),
    MemberJoined: Told("member.joined", "member_id", "mem"),
    MemberChanged: Told("member.changed", "member_id", "mem"),
    MemberLeft: Told("member.left", "member_id", "mem"),
    PlanActivated: Told("plan.activated", "plan_id", "plan"),
    PlanAtRisk: Told("plan.at_risk", "plan_id", "plan"),
    PlanRestored: Told("plan.restored", "plan_id", "plan"),
    PlanEnded: Told("plan.ended", "plan_id", "plan"),
    CommitmentOffered: Told("commitment.offered", "commitment_id", "com"),
    CommitmentAnswered: Told("commitment.answered", "commitment_id", "com"),
    CommitmentChanged: Told("commitment.changed", "commitment_id", "com"),
    CommitmentEnded: Told("commitment.ended", "commitment_id", "com"),
    CoverageGapOpened: Told("gap.opened", "gap_id", "gap"),
    CoverageGapClosed: Told("gap.closed", "gap_id", "gap"),
    MeetingScheduled: Told("meeting.scheduled", "meeting_id", "mtg"),
    MeetingRescheduled: Told("meeting.rescheduled", "meeting_id", "mtg"),
    MeetingChanged: Told("meeting.changed", "meeting_id", "mtg"),
    MeetingCancelled: Told("meeting.cancelled", "meeting_id", "mtg"),
    ResponseRecorded: Told("response.recorded", "meeting_id", "mtg"),
}

_AROUND: Mapping[str, str] = {"case_id": "case", "plan_id": "plan"}
"""What a thing belongs to, named beside it so that a county system need not ask."""

TYPES = tuple(sorted(told.name for told in OFFERED.values()))


class EndpointState(StrEnum):
    """Whether an endpoint is called. `disabled` says why; `ended` is gone for whoever looks."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ENDED = "ended"


class DeliveryState(StrEnum):
    """Where one call to one endpoint stands. `failed` may be tried again by hand."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a county system listens. `generation` counts its secrets; `rotated_at` is when the present one began."""

    id: UUID
    url: str
    types: tuple[str, ...]
    state: EndpointState
    reason: str
    generation: int
    rotated_at: datetime
    version: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call: the same body and the same `webhook_id` in every attempt."""

    id: UUID
    endpoint_id: UUID
    webhook_id: str
    type: str
    body: str
    state: DeliveryState
    attempt: int
    status: int | None
    reason: str
    due_at: datetime
    made_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a call came to: a status, or a word for why there was none. `retry_after` is what the endpoint asked for."""

    status: int | None
    reason: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What becomes of a delivery; `disables` is why its endpoint is called no more."""

    state: DeliveryState
    reason: str
    due_at: datetime | None = None
    disables: str = ""


def body_of(fact: Any, *, county_id: UUID, position: int, at: datetime) -> tuple[str, str]:
    """Return a fact's name outside and what is posted. `sequence` rises with every fact about the same thing, not by one."""
    told = OFFERED[type(fact)]
    data: dict[str, str | int] = {"id": spell(told.prefix, getattr(fact, told.field)), "county_id": str(county_id)}
    for around, prefix in _AROUND.items():
        if told.field != around and hasattr(fact, around):
            data[around] = spell(prefix, getattr(fact, around))
    return told.name, _json({"type": told.name, "timestamp": _z(at), "data": data | {"sequence": position}})


def test_body(endpoint_id: UUID, *, county_id: UUID, at: datetime) -> str:
    """Return what is posted when somebody asks whether an endpoint answers."""
    data = {"id": spell("wh", endpoint_id), "county_id": str(county_id)}
    return _json({"type": TEST, "timestamp": _z(at), "data": data})


def secret_of(county_key: bytes, endpoint_id: UUID, generation: int) -> bytes:
    """Return an endpoint's secret. It is derived, so no row and no backup holds it."""
    return hmac.new(county_key, f"webhook|{endpoint_id}|{generation}".encode(), hashlib.sha256).digest()


def spelled_secret(secret: bytes) -> str:
    """Return a secret as county systems configure it (Standard Webhooks)."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def signing(endpoint: Endpoint, county_key: bytes, *, now: datetime) -> list[bytes]:
    """Return the secrets that sign now, the present one first."""
    generations = [endpoint.generation]
    if endpoint.generation > 1 and now < endpoint.rotated_at + OLD_SECRET_LIVES:
        generations.append(endpoint.generation - 1)
    return [secret_of(county_key, endpoint.id, each) for each in generations]


def signature(secrets: Sequence[bytes], *, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return `webhook-signature`: one value for each secret, apart by spaces (Standard Webhooks, v1)."""
    signed = b".".join((webhook_id.encode(), str(timestamp).encode(), body))
    made = (base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode() for secret in secrets)
    return " ".join(f"v1,{each}" for each in made)


def after_call(answered: Answered, *, attempt: int, now: datetime, jitter: float) -> Next:
    """Say what becomes of a delivery. Only 2xx is success; 410 means that nobody listens there any more."""
    if answered.status is not None and 200 <= answered.status < 300:
        return Next(state=DeliveryState.DELIVERED, reason="")
    reason = answered.reason or f"status_{answered.status}"
    if answered.status == 410:
        return Next(state=DeliveryState.FAILED, reason="gone", disables="gone")
    if attempt > len(RETRIES):
        return Next(state=DeliveryState.FAILED, reason=reason)
    wait = RETRIES[attempt - 1] * (1 - JITTER + 2 * JITTER * jitter)
    wait = min(max(wait, answered.retry_after or timedelta(0)), LONGEST_WAIT)
    return Next(state=DeliveryState.WAITING, reason=reason, due_at=now + wait)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _z(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
