"""Which loopback ports a demo uses: the usual ones where they are free, others where not."""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from deploy.local.servers import free_port, is_free

USUAL: Mapping[str, int] = {
    "portal": 8080,
    "network": 8081,
    "meetings": 8082,
    "notify": 8083,
    "sandbox": 8090,
    "mail": 8025,  # where outgoing mail arrives: the sandbox
    "inbox": 8026,  # where answers to invitations arrive: notify
    "valkey": 8079,
    "network metrics": 8181,
    "meetings metrics": 8182,
    "notify metrics": 8183,
    "portal metrics": 8180,
    "worker metrics": 8184,
}


@dataclass(frozen=True, slots=True)
class Ports:
    """The chosen ports by purpose, and those for which the wished one was taken."""

    of: Mapping[str, int]
    moved: Mapping[str, int]
    """Purpose → the wished port that something else holds."""


def choose(base: int | None = None, *, usual: Mapping[str, int] = USUAL) -> Ports:
    """Choose a port for every purpose: the usual ones, or `base` and those that follow it."""
    wished = dict(zip(usual, itertools.count(base), strict=False)) if base else dict(usual)
    chosen: dict[str, int] = {}
    moved: dict[str, int] = {}
    for purpose, port in wished.items():
        if is_free(port):
            chosen[purpose] = port
        else:
            moved[purpose] = port
            chosen[purpose] = _another({*wished.values(), *chosen.values()})
    return Ports(chosen, moved)


def choose_free(purposes: Collection[str] = tuple(USUAL)) -> Ports:
    """Choose any free ports, for runs beside others."""
    chosen: dict[str, int] = {}
    for purpose in purposes:
        chosen[purpose] = _another(set(chosen.values()))
    return Ports(chosen, {})


def _another(taken: Collection[int]) -> int:
    while True:
        port = free_port()
        if port not in taken:
            return port
