"""Who is asking, and whose families they may see: assigned staff, their unit's supervisor and scheduler, explicit shares."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

NO_COUNTY = UUID(int=0)
"""Stands where a county would, for what belongs to none: the log's reader, and callers whom nobody vouches for."""


class Role(StrEnum):
    """The roles of staff and of county systems (DESIGN §8). An unknown role in a token grants nothing."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    FACILITATOR = "facilitator"
    SCHEDULER = "scheduler"
    COUNTY_ADMIN = "county_admin"
    ON_CALL = "on_call"
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Caller:
    """One verified principal. `staff_id` is the token's subject; `units` are the units named in the token."""

    county_id: UUID
    staff_id: str
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    @property
    def is_system(self) -> bool:
        """A county system or a service of ours, not a person."""
        return Role.SYSTEM in self.roles


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """Who holds a family: its unit, its assigned staff, and staff it was shared with."""

    unit: str
    assigned: frozenset[str] = frozenset()
    shared_with: frozenset[str] = frozenset()


OF_THE_UNIT = frozenset({Role.SUPERVISOR, Role.SCHEDULER})
"""Who sees the families of their own units."""

OF_THE_COUNTY = frozenset({Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM})
"""Who sees every family of their county."""


def may_see(access: CaseAccess, caller: Caller) -> bool:
    """Say whether a family is visible to a caller of its county; everybody else gets the answer for "does not exist"."""
    if caller.staff_id in access.assigned or caller.staff_id in access.shared_with:
        return True
    if caller.roles & OF_THE_COUNTY:
        return True
    return bool(caller.roles & OF_THE_UNIT) and access.unit in caller.units
