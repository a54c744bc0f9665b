"""End a release: its signer takes it back, or somebody it rests on takes part no longer."""

from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.members import Member
from services.network.domain.releases import Release, ended_by_leaving, revoked, was_revoked
from services.network.storage import cases, releases
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import local_date


async def revoke_release(unit: Unit, release: Release, on: date, *, today: date, now: datetime) -> Release:
    """Record that the signer took back a release whose row is held. Raises ReleaseEnded, SignedLater, RevokedBeforeSigned."""
    after = revoked(release, on, today=today, now=now)
    await releases.save_revoked(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, release.case_id), "release", release.id, before=release, after=after)
    await unit.audit("release.revoked", subject_kind="case", subject_id=release.case_id, details={"release_id": str(release.id)})
    unit.announce(was_revoked(after, at=now), subject=release.case_id)
    return after


async def end_releases_of_member(unit: Unit, member: Member, *, now: datetime) -> None:
    """Announce which releases end because a member leaves; call it before they have left.

    Nothing is stored: what a release covers is read from the places of its people, whether or not anybody was told.
    """
    case = await cases.get(unit, member.case_id)
    standing = await releases.list_unrevoked(unit, case, await releases.places_of(unit, case.id))
    for release in ended_by_leaving(standing, member.id, member.person_id, today=local_date(now, case.time_zone)):
        await _ended(unit, release, now)


async def end_releases_of_family(unit: Unit, case: Case, *, now: datetime) -> None:
    """Announce that all releases of a family end with the work; call it before the family is closed."""
    today = local_date(now, case.time_zone)
    for release in await releases.list_unrevoked(unit, case, await releases.places_of(unit, case.id)):
        if release.covered_on(today):
            await _ended(unit, release, now)


async def _ended(unit: Unit, release: Release, now: datetime) -> None:
    await unit.audit("release.ended", subject_kind="case", subject_id=release.case_id, details={"release_id": str(release.id)})
    unit.announce(was_revoked(release, at=now), subject=release.case_id)
