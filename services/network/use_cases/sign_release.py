"""Record that somebody signed a release."""

from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.releases import (
    Cover,
    Release,
    ReleaseId,
    check_not_apart,
    check_signable,
    classes_of,
    method_of,
    was_signed,
)
from services.network.storage import releases, separations
from services.network.use_cases.release_commands import SignRelease
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def sign_release(unit: Unit, case: Case, command: SignRelease, *, today: date, now: datetime) -> Release:
    """Record a release in an open family whose row is held, for members who take part now. Raises as `domain/releases.py` does."""
    release = Release(
        id=ReleaseId(unit.new_id()),
        case_id=case.id,
        signer_person_id=command.signer_person_id,
        signer_capacity=command.signer_capacity,
        covers=tuple(Cover(member_id=member_id) for member_id in sorted(set(command.covers_member_ids))),
        record_classes=classes_of(command.record_classes),
        method=method_of(command.method),
        signed_on=command.signed_on,
        recipients=command.recipients,
        note=command.note,
        revoked_on=None,
        ended_on=None,
        recorded_at=now,
        version=1,
        updated_at=now,
    )
    places = await releases.places_of(unit, case.id)
    check_signable(release, members=places.present, signers=places.people, today=today)
    named = [places.present[each.member_id] for each in release.covers]
    apart = await separations.list_about(unit, [release.signer_person_id])
    check_not_apart(release.signer_person_id, named, apart, today=today)
    await releases.add(unit, release, signer_member_id=places.member_of(release.signer_person_id))
    unit.changed(KeyOf(KeyKind.CASE, case.id), "release", release.id, before=None, after=release)
    await unit.audit("release.signed", subject_kind="case", subject_id=case.id, details={"release_id": str(release.id)})
    unit.announce(was_signed(release, at=now), subject=case.id)
    return release
