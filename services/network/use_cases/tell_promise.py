"""Keep a promise that changed, tell its member, and keep step with the member's fourth quality."""

from typing import Any

from services.network.domain.commitments import Commitment
from services.network.domain.plans import Plan
from services.network.domain.promises_told import entry_of, fact, next_revision, words_of
from services.network.storage import commitments
from services.network.use_cases.refresh_member_state import refresh_member_state
from shared.db.unit import Unit
from shared.events.entries import Notice
from shared.events.network import BackupAsked, BackupClosed, CommitmentChanged, CommitmentEnded, CommitmentOffered, PromiseRevision
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County

_KINDS: dict[Notice, type[PromiseRevision]] = {
    Notice.OFFER: CommitmentOffered,
    Notice.ASK: BackupAsked,
    Notice.CONFIRMED: CommitmentChanged,
    Notice.CHANGED: CommitmentChanged,
    Notice.ENDED: CommitmentEnded,
    Notice.COVERED: BackupClosed,
}


async def tell_new(unit: Unit, commitment: Commitment, plan: Plan, county: County) -> Commitment:
    """Store a new promise and ask its member; an ask to a backup says until when it waits.

    Who said yes already is not asked any more: the first that reaches them is what they promised.
    """
    await commitments.add(unit, commitment)
    _keep(unit, None, commitment)
    if commitment.holds:
        _announce(unit, commitment, plan, Notice.CONFIRMED, county)
        await unit.session.flush()
        await _refresh_member(unit, commitment)
    elif commitment.ask is None:
        _announce(unit, commitment, plan, Notice.OFFER, county)
    else:
        _announce(unit, commitment, plan, Notice.ASK, county, answer_by=commitment.ask.answer_by)
    return commitment


async def tell_change(
    unit: Unit, before: Commitment, after: Commitment, plan: Plan, county: County, notice: Notice | None, **more: Any
) -> Commitment:
    """Store a promise that changed; with a notice its member learns of it, at the next revision."""
    if after == before:
        return before
    told = next_revision(after) if notice is not None else after
    await commitments.save(unit, told)
    _keep(unit, before, told)
    if notice is not None:
        _announce(unit, told, plan, notice, county, **more)
    if told.holds != before.holds:
        await _refresh_member(unit, told)
    return told


async def _refresh_member(unit: Unit, commitment: Commitment) -> None:
    promised = await commitments.list_open_of_member(unit, commitment.member_id)
    await refresh_member_state(unit, commitment.member_id, has_commitment=any(each.holds for each in promised), now=unit.now)


def _keep(unit: Unit, before: Commitment | None, after: Commitment) -> None:
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "commitment", after.id, before=before, after=after)


def _announce(unit: Unit, commitment: Commitment, plan: Plan, notice: Notice, county: County, **more: Any) -> None:
    entry = entry_of(commitment, plan, notice, county_slug=county.slug, now=unit.now)
    kind = _KINDS[notice]
    sealed = kind in {CommitmentOffered, CommitmentChanged, BackupAsked}
    unit.announce(
        fact(kind, commitment, entry, at=unit.now, **more),
        subject=commitment.case_id,
        words=words_of(commitment) if sealed else None,
        key=KeyOf(KeyKind.CASE, commitment.case_id) if sealed else None,
    )
