"""Store what came back, before anything is made of it; the same thing again is no news."""

import base64
from collections.abc import Mapping
from uuid import UUID

from services.notify.gateways.ics import spell_reply
from services.notify.gateways.inbox import ParsedMail
from services.notify.gateways.sms import InboundText
from services.notify.storage import inbound
from shared.db.unit import Unit
from shared.events.notify import ReplyChannel

KEPT_BYTES = 256 * 1024
"""How much of a mail is kept as it came; what it says was read from all of it."""


async def store_text(unit: Unit, text: InboundText) -> UUID | None:
    """Store a text; None when the provider delivered it before."""
    return await inbound.add(
        unit,
        channel=ReplyChannel.SMS,
        provider_id=text.provider_id,
        lookup=unit.lookup_of(text.sender),
        raw={"sender": text.sender, "recipient": text.recipient, "body": text.body},
    )


async def store_mail(unit: Unit, mail: ParsedMail, raw: bytes) -> UUID | None:
    """Store a mail; None when one with this Message-ID came before."""
    return await inbound.add(
        unit,
        channel=ReplyChannel.MAIL,
        provider_id=mail.message_id,
        lookup=unit.lookup_of(mail.from_address.casefold()) if mail.from_address else "",
        raw={**_plain(mail), "raw": base64.b64encode(raw[:KEPT_BYTES]).decode()},
    )


def _plain(mail: ParsedMail) -> Mapping[str, str]:
    bounce = mail.bounce
    return {
        "mailbox": mail.mailbox,
        "token": mail.token or "",
        "from_address": mail.from_address,
        "is_aligned": "yes" if mail.is_aligned else "",
        "origin": mail.origin.value,
        "reply": spell_reply(mail.reply) if mail.reply else "",
        "text": mail.text,
        "bounce_message_id": str(bounce.message_id) if bounce else "",
        "bounce_status": bounce.status if bounce else "",
        "bounce_final": "yes" if bounce and bounce.is_final else "",
    }
