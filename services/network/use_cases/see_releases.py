"""Look at the releases of a family; the look is on record."""

from datetime import datetime
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.releases import Release, ReleaseId
from services.network.storage import releases
from shared.db.unit import Unit


async def see_releases(unit: Unit, case: Case, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Release]:
    """Return a page of the releases of a family that the caller sees, those that ended too."""
    found = await releases.list_of(unit, case, after=after, limit=limit)
    for release in found:
        await _on_record(unit, release)
    return found


async def see_release(unit: Unit, case: Case, release_id: ReleaseId) -> Release:
    """Return a release of this family, of no other."""
    release = await releases.get(unit, case, release_id)
    await _on_record(unit, release)
    return release


async def hold_release(unit: Unit, case: Case, release_id: ReleaseId) -> Release:
    """The same, held for a change."""
    return await releases.get(unit, case, release_id, for_update=True)


async def _on_record(unit: Unit, release: Release) -> None:
    details = {"case_id": str(release.case_id), "release_id": str(release.id)}
    await unit.audit("release.read", subject_kind="person", subject_id=release.signer_person_id, details=details)
