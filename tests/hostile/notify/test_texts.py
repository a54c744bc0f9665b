"""Texts at notify: words that end texts, words that could mean two things, and calls of the provider that come again."""

from dataclasses import replace
from uuid import uuid4

from services.notify.jobs.sending import Dispatch
from shared.events.network import Channel
from shared.settings import Sending
from tests.hostile.rows import Row, tries
from tests.hostile.wire import Listening, Shelf
from tests.notify.office import Office
from tests.notify.web.conftest import Web

STOPS = (
    "STOP", "stop", "Stop.", "STOPALL", "QUIT", "END", "CANCEL", "UNSUBSCRIBE", "REVOKE", "OPT OUT", "ALTO", "PARAR",
)  # fmt: skip


@tries("con-023")
async def test_each_word_that_means_stop_ends_texts_and_is_confirmed_once(
    office: Office, web: Web, row: Row, listening: Listening
) -> None:
    assert row.text in STOPS
    for word in STOPS:
        carmen = await office.known(Channel.SMS)
        for _ in range(2):
            assert (await web.text_from(carmen.phone, word)).status in row.statuses
        await office.send_due()
        assert len(office.texts.to(carmen.phone)) == 1, word
        assert (await office.facts("consent_changed"))[-1]["consent"] == "revoked", word
        assert carmen.phone not in listening.heard()
    assert len(await office.facts("consent_changed")) == len(STOPS)


@tries("con-025")
async def test_cancel_ends_texts_and_staff_hear_that_it_may_have_meant_the_meeting(office: Office, web: Web, row: Row) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    await office.send_due()
    assert (await web.text_from(carmen.phone, row.text)).status in row.statuses
    assert (await office.facts("consent_changed"))[-1]["consent"] == "revoked"
    assert [(r["kind"], r["partstat"]) for r in await office.facts("reply_received")] == [("not_an_answer", "")]


@tries("con-027")
async def test_yes_to_two_invitations_asks_which(office: Office, web: Web, row: Row) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    await office.book(carmen)
    await office.send_due()
    assert (await web.text_from(carmen.phone, row.text)).status in row.statuses
    assert [r["partstat"] for r in await office.facts("reply_received")] in ([], [""])
    await office.send_due()
    assert len(office.texts.to(carmen.phone)) == 3


@tries("con-029")
async def test_a_call_of_the_provider_that_comes_again_changes_nothing(office: Office, web: Web, row: Row, shelf: Shelf) -> None:
    carmen = await office.known(Channel.SMS)
    await office.book(carmen)
    await office.send_due()
    sid = f"SM{uuid4().hex}"
    assert (await web.text_from(carmen.phone, "1", sid=sid)).status == 200
    await office.run("UPDATE inbound SET received_at = received_at - interval '10 min' WHERE county_id = :county")
    before = shelf.of(office.county.id)
    assert (await web.text_from(carmen.phone, "1", sid=sid)).status in row.statuses
    assert shelf.of(office.county.id) == before
    assert (await web.text_from(carmen.phone, "2")).status == 200
    assert [r["partstat"] for r in await office.facts("reply_received")] == ["accepted", "declined"]


@tries("abu-004")
async def test_with_sending_off_a_real_phone_stays_silent_and_the_message_is_recorded(office: Office, row: Row) -> None:
    assert row.state == "recorded, not delivered"
    await office.book(await office.known(Channel.SMS), await office.known(Channel.EMAIL))
    settings = replace(office.settings, service=replace(office.settings.service, sending=Sending.OFF))
    office.dispatch = Dispatch(office.units, settings, None, None)
    office.ticker = office.new_ticker()
    await office.send_due()
    assert {state for _, _, state in await office.states("invitation")} == {"suppressed"}
    assert (office.texts.texts, office.mail.mails) == ([], [])
