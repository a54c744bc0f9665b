"""Who can see a family and who has looked: what network and meetings each know of it, put side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One member of staff who sees a family by name, since when, and who let them in later."""

    staff_id: str
    since: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Who can see a family: some by name, others by their role in its unit or in the county."""

    unit: str
    assigned: tuple[Holder, ...] = ()
    shared_with: tuple[Holder, ...] = ()
    roles_of_unit: tuple[str, ...] = ()
    roles_of_county: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody in one service's record: in how many requests they looked, what they did, how often they were turned away."""

    actor_kind: str
    actor_id: str
    roles: tuple[str, ...] = ()
    times: int = 0
    refused: int = 0
    first_at: datetime
    last_at: datetime
    did: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlooker:
    """Somebody who looked, or tried to, over all services. `did` is in the order of how often."""

    actor_kind: str
    actor_id: str
    roles: tuple[str, ...]
    of_record: int
    of_meetings: int
    refused: int
    last_at: datetime
    did: tuple[tuple[str, int], ...]

    @property
    def was_only_refused(self) -> bool:
        """Whether they never got to see anything."""
        return not self.of_record and not self.of_meetings


def together(of_record: Iterable[Viewer], of_meetings: Iterable[Viewer]) -> tuple[Onlooker, ...]:
    """Put both records together: one line a person and role, whoever was there last first."""
    record = {_who(one): one for one in of_record}
    meetings = {_who(one): one for one in of_meetings}
    found = [_onlooker(who, record.get(who), meetings.get(who)) for who in record | meetings]
    return tuple(sorted(found, key=lambda one: one.last_at, reverse=True))


def _who(one: Viewer) -> tuple[str, str, tuple[str, ...]]:
    return one.actor_kind, one.actor_id, one.roles


def _onlooker(who: tuple[str, str, tuple[str, ...]], record: Viewer | None, meetings: Viewer | None) -> Onlooker:
    kind, actor_id, roles = who
    seen = [one for one in (record, meetings) if one is not None]
    did: dict[str, int] = {}
    for one in seen:
        for action, times in one.did.items():
            did[action] = did.get(action, 0) + times
    return Onlooker(
        actor_kind=kind,
        actor_id=actor_id,
        roles=roles,
        of_record=record.times if record else 0,
        of_meetings=meetings.times if meetings else 0,
        refused=sum(one.refused for one in seen),
        last_at=max(one.last_at for one in seen),
        did=tuple(sorted(did.items(), key=lambda each: (-each[1], each[0]))),
    )
