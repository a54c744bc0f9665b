"""Make and end the secrets that staff hand over: a feed for a calendar program, a link to one page of a meeting or a promise."""

from collections.abc import Callable
from uuid import UUID

from services.notify.domain.errors import LinkNotFound
from services.notify.domain.links import FEED_ENTROPY_BYTES, Link, LinkSubject, Purpose, spell_token, token_hash
from services.notify.storage import case_access, contacts, entries, links
from services.notify.use_cases.hold_tokens import hold_tokens
from shared.db.unit import Unit
from shared.kernel.access import Caller, CaseAccess, Role, may_see
from shared.kernel.errors import NotFound

_WHOLE_COUNTY = frozenset({Role.COUNTY_ADMIN, Role.SYSTEM})


async def make_feed(unit: Unit, person_id: UUID, *, caller: Caller, entropy: Callable[[int], bytes]) -> str:
    """Return the secret of a new feed; an earlier one ends. Raises NotFound for a person the caller has nothing to do with."""
    await _require_sight(unit, person_id, caller)
    await links.revoke_of_person(unit, person_id, [Purpose.FEED])
    token = spell_token(entropy(FEED_ENTROPY_BYTES))
    link = Link(
        id=unit.new_id(),
        purpose=Purpose.FEED,
        person_id=person_id,
        subject_id=None,
        token_hash=token_hash(token),
        expires_at=None,
    )
    await links.add(unit, [(link, None)])
    await unit.audit("feed.made", subject_kind="person", subject_id=person_id)
    return token


async def end_feeds(unit: Unit, person_id: UUID, *, caller: Caller) -> None:
    """End a person's feeds at once."""
    await _require_sight(unit, person_id, caller)
    await links.revoke_of_person(unit, person_id, [Purpose.FEED])
    await unit.audit("feed.ended", subject_kind="person", subject_id=person_id)


async def hand_over_link(
    unit: Unit, person_id: UUID, subject: LinkSubject, *, caller: Caller, entropy: Callable[[int], bytes]
) -> str:
    """Return the secret of a person's page for a meeting or a promise; it is the one that their messages carry."""
    mine = [
        entry
        for entry in await entries.list_by_subject(unit, subject.id)
        if entry.person_id == person_id and entry.is_live and entry.subject_kind is subject.kind
    ]
    access = await case_access.list_by_case(unit, {entry.case_id for entry in mine})
    if not mine:
        raise NotFound
    if not _sees(access.get(mine[0].case_id), caller):
        raise NotFound.hiding("person", person_id)
    token = (await hold_tokens(unit, [mine[0].id], entropy=entropy))[mine[0].id].link
    if not token:
        raise LinkNotFound
    await unit.audit("link.handed_over", subject_kind="person", subject_id=person_id, details={"of": subject.kind.value})
    return token


async def end_links(unit: Unit, person_id: UUID, *, caller: Caller) -> None:
    """End a person's answer pages at once; the next message makes new ones."""
    await _require_sight(unit, person_id, caller)
    held = await entries.hold_of_person(unit, person_id)
    await links.revoke_of_person(unit, person_id, [Purpose.ANSWER])
    await entries.forget_links(unit, held)
    await unit.audit("link.ended", subject_kind="person", subject_id=person_id)


async def _require_sight(unit: Unit, person_id: UUID, caller: Caller) -> None:
    """A caller has to do with a person of the county through a family that both belong to."""
    if await contacts.find(unit, person_id) is None:
        raise NotFound
    if caller.roles & _WHOLE_COUNTY:
        return
    mine = await entries.list_by_person(unit, person_id, ending_after=unit.now)
    access = await case_access.list_by_case(unit, {entry.case_id for entry in mine})
    if not any(may_see(each, caller) for each in access.values()):
        raise NotFound.hiding("person", person_id)


def _sees(access: CaseAccess | None, caller: Caller) -> bool:
    return bool(caller.roles & _WHOLE_COUNTY) or (access is not None and may_see(access, caller))
