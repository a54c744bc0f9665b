"""Shapes of who has looked: the same in every service that answers for its own audit."""

from uuid import UUID

from shared.db.looks import Look, Viewer
from shared.kernel.ids import spell
from shared.web.fields import Instant, Model

_SPELLED = {"case": "case", "person": "per", "meeting": "mtg"}


class LookOut(Model):
    """One entry of the record of who looked at something, changed it, or was turned away (`refused`, so many `times`)."""

    seq: int
    at: Instant
    actor_kind: str
    actor_id: str
    roles: list[str]
    action: str
    subject_kind: str
    subject_id: str
    times: int
    request_id: str


class ViewerOut(Model):
    """Somebody who has looked: in how many requests (`times`), what they did in how many, how often they were turned away."""

    actor_kind: str
    actor_id: str
    roles: list[str]
    times: int
    refused: int
    first_at: Instant
    last_at: Instant
    did: dict[str, int]


def look_out(look: Look) -> LookOut:
    """Write an entry of the record."""
    return LookOut(
        seq=look.seq,
        at=look.at,
        actor_kind=look.actor_kind,
        actor_id=look.actor_id,
        roles=list(look.roles),
        action=look.action,
        subject_kind=look.subject_kind,
        subject_id=_spelled(look.subject_kind, look.subject_id),
        times=look.times,
        request_id=look.request_id,
    )


def viewer_out(viewer: Viewer) -> ViewerOut:
    """Write somebody who has looked."""
    return ViewerOut(
        actor_kind=viewer.actor_kind,
        actor_id=viewer.actor_id,
        roles=list(viewer.roles),
        times=viewer.times,
        refused=viewer.refused,
        first_at=viewer.first_at,
        last_at=viewer.last_at,
        did=dict(viewer.did),
    )


def _spelled(kind: str, record_id: UUID) -> str:
    return spell(_SPELLED[kind], record_id) if kind in _SPELLED else str(record_id)
