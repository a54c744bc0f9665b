"""Safety threats, as a worker typed what the SDM Safety Assessment came to (DOMAIN §2.3 row 20).

SDM is proprietary: results are kept, and none of its items is ever reckoned here. A threat that is open makes a plan necessary; the
software says so and never decides a separation.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from shared.kernel.errors import Fault, Invalid

ThreatId = NewType("ThreatId", UUID)


class ThreatState(StrEnum):
    """Whether a threat stands. Only people say that it is resolved."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """One result: the assessment's code, a worker's words, which children, since when, and how it was resolved.

    The list of codes is open: it is the county's. Days are county-local.
    """

    id: ThreatId
    case_id: CaseId
    code: str
    text: str
    identified_on: date
    child_ids: tuple[PersonId, ...]
    state: ThreatState
    resolved_on: date | None
    how: str
    version: int
    updated_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether a plan must answer it."""
        return self.state is ThreatState.OPEN


def check_threat(threat: Threat, *, children: Collection[PersonId], today: date) -> None:
    """Refuse a threat of a day to come, of other families' children, or resolved without a word how and when."""
    faults = []
    if threat.identified_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/identified_on"))
    if set(threat.child_ids) - set(children):
        faults.append(Fault("not_of_this_family", "Choose children of this family.", pointer="#/child_ids"))
    if threat.is_open:
        if threat.resolved_on is not None or threat.how:
            faults.append(Fault("not_applicable", "An open threat has no resolution. Leave it out.", pointer="#/how"))
    else:
        faults += _faults_of_resolution(threat, today)
    if faults:
        raise Invalid(faults)


def _faults_of_resolution(threat: Threat, today: date) -> list[Fault]:
    faults = []
    if threat.resolved_on is None:
        faults.append(Fault("needed_here", "Say since when the threat is resolved.", pointer="#/resolved_on"))
    elif threat.resolved_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/resolved_on"))
    elif threat.resolved_on < threat.identified_on:
        faults.append(Fault("end_before_start", "Choose the day it was identified, or a later one.", pointer="#/resolved_on"))
    if not threat.how:
        faults.append(Fault("needed_here", "Say what resolved the threat.", pointer="#/how"))
    return faults


def reopened(threat: Threat) -> Threat:
    """Return the threat as standing again, without what was said of its end."""
    return replace(threat, state=ThreatState.OPEN, resolved_on=None, how="")
