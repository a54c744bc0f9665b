"""The orders about releases, resting separations and shares: frozen, as the edge read them."""

from dataclasses import dataclass
from datetime import date

from services.network.domain.cases import ShareReason
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.releases import SignerCapacity
from shared.kernel.access import CaseAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRelease:
    """Record a release that somebody signed. Classes and method are as they were typed: some are refused by name."""

    signer_person_id: PersonId
    signer_capacity: SignerCapacity
    covers_member_ids: tuple[MemberId, ...]
    record_classes: tuple[str, ...]
    method: str
    signed_on: date
    recipients: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideSeparation:
    """Let a separation rest through a county-local date, and say why."""

    reason: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWish:
    """Share a family with a colleague through a date of the family's zone."""

    staff_id: str
    reason: ShareReason
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAccess:
    """Who shall hold a family. `shared_with` of `access` are all with whom it is shared; `shares` says whose share has an end.

    Without `shares` the ends that are there stay, for those who are still named.
    """

    access: CaseAccess
    shares: tuple[ShareWish, ...] | None = None
