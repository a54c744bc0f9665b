"""A revision of several people's entries and whoever has one of them in hand do not wait for one another."""

from services.notify.storage import entries, messages
from shared.events.meetings import MeetingCancelled
from shared.events.network import Channel
from tests.notify.office import Office
from tests.support.waiting import waits_for


async def test_a_revision_holds_nobody_s_messages_while_it_waits_for_somebody_else_s_entry(office: Office) -> None:
    people = [await office.known(Channel.SMS) for _ in range(3)]
    booked = await office.book(*people)
    first, *_, last = await office.rows("SELECT id FROM entries WHERE county_id = :county ORDER BY participant_id, part")
    [invitation] = await office.rows("SELECT id FROM messages WHERE entry_id = :entry AND kind = 'invitation'", entry=first.id)
    async with office.unit() as unit:
        await entries.hold(unit, [last.id])
        cancelling = await waits_for(office.owner, unit, office.hear(MeetingCancelled, office.cancelled(booked)))
        assert await messages.find_for_update(unit, invitation.id) is not None
    await cancelling
    assert {state for _, _, state in await office.states("invitation")} == {"cancelled"}
