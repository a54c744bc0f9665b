"""Whoever ends links ends those too that are being made at that moment, and nothing leaves or is answered with one that ended."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.use_cases.begin_attempts import begin_attempts
from services.notify.use_cases.claim_due import claim_due
from services.notify.use_cases.forget_words import forget_words
from services.notify.use_cases.hold_tokens import hold_tokens
from services.notify.use_cases.keep_roster import close_case, leave_roster
from services.notify.use_cases.make_links import end_links
from shared.db.unit import Unit
from shared.events.network import CaseClosed, Channel, MemberLeft
from shared.kernel.access import Caller, Role
from shared.kernel.sealed import KeyKind, KeyOf
from tests.notify.office import Booked, Office, Person, outlet
from tests.notify.web.conftest import Web
from tests.notify.web.test_links import with_link
from tests.support.waiting import waits_for

Ending = Callable[[Office, Person, Booked], Coroutine[Any, Any, None]]


async def ends_all(office: Office, unit: Unit, person: Person) -> None:
    """Let a worker end somebody's answer pages."""
    await end_links(unit, person.id, caller=Caller(office.county.id, "amy", frozenset({Role.COUNTY_ADMIN})))


async def a_new_number(office: Office, person: Person, booked: Booked) -> None:
    await office.tell(office.with_new(person, Channel.EMAIL), changed=True)


async def a_workers_word(office: Office, person: Person, booked: Booked) -> None:
    async with office.unit() as unit:
        await ends_all(office, unit, person)


async def leaving(office: Office, person: Person, booked: Booked) -> None:
    async with office.unit() as unit:
        left = MemberLeft(case_id=booked.case_id, member_id=uuid4(), person_id=person.id, at=unit.now)
        await leave_roster(unit, left, position=office.position())


async def the_familys_end(office: Office, person: Person, booked: Booked) -> None:
    async with office.unit() as unit:
        await close_case(unit, CaseClosed(case_id=booked.case_id, at=unit.now))


async def destroyed_words(office: Office, person: Person, booked: Booked) -> None:
    async with office.unit() as unit:
        await forget_words(unit, KeyOf(KeyKind.PERSON, person.id))


@pytest.mark.parametrize("ending", [a_new_number, a_workers_word, leaving, the_familys_end, destroyed_words])
async def test_a_link_that_is_being_made_does_not_survive_its_end(office: Office, ending: Ending) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    lease = uuid4()
    async with office.unit() as unit:
        ids = [each.message.id for each in await claim_due(unit, lease=lease, most=10)]
    async with office.unit() as unit:
        [ready] = await begin_attempts(unit, ids, lease=lease, outlet=outlet(office))
        ended = await waits_for(office.owner, unit, ending(office, denise, booked))
    await ended
    assert ready.message.person_id == denise.id
    still_open = await office.rows("SELECT 1 FROM links WHERE county_id = :county AND purpose = 'answer' AND revoked_at IS NULL")
    assert still_open == []


async def test_no_message_carries_a_link_that_is_just_being_ended(office: Office, web: Web) -> None:
    denise, _, secret = await with_link(office)
    [entry] = await office.rows("SELECT id FROM entries WHERE county_id = :county")
    async with office.unit() as unit:
        await ends_all(office, unit, denise)
        reading = await waits_for(office.owner, unit, read_token(office, entry.id))
    assert await reading != secret
    assert (await web.link("GET", "", await reading)).status == 200


async def read_token(office: Office, entry_id: UUID) -> str:
    """Read the secret of an answer page as the next message does."""
    async with office.unit() as unit:
        return (await hold_tokens(unit, [entry_id], entropy=outlet(office).entropy))[entry_id].link


async def test_a_wish_that_waited_while_its_link_was_ended_is_refused(office: Office, web: Web) -> None:
    denise, _, secret = await with_link(office)
    async with office.unit() as unit:
        await ends_all(office, unit, denise)
        wish = {"words": "After school is better", "starts_local": "2030-01-10T16:00"}
        asking = await waits_for(office.owner, unit, web.link("POST", "/other-time", secret, wish))
    assert (await asking).status == 404
    assert await office.facts("reply_received") == []
