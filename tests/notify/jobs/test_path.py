"""The thinnest path: network tells of a person, meetings books, and a mail with a calendar part leaves."""

from services.notify.gateways.ics import read_reply
from shared.events.network import Channel
from tests.notify.office import Office
from tests.support.icslint import lint


async def test_an_invitation_leaves_as_mail_with_a_calendar_part(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    await office.send_due()
    mail = office.mail.to(denise.mail)
    assert len(mail) == 1
    assert lint(mail[0].calendar) == []
    assert booked.of(denise).uid.encode() in mail[0].calendar.replace(b"\r\n ", b"")
    assert "https://portal.example.org/m/" in mail[0].text
    assert mail[0].envelope_from.startswith(f"{office.county.mailbox.split('@')[0]}+")
    states = await office.states()
    assert states == [
        ("invitation", "email", "sent"),
        ("reminder_7d", "email", "pending"),
        ("reminder_2d", "email", "pending"),
        ("reminder_2h", "email", "pending"),
    ]
    assert [fact["state"] for fact in await office.facts("message_finished")] == ["sent"]
    assert read_reply(mail[0].calendar).refused
