"""Handlers for what the SMS provider posts: proved by its signature, stored, answered; understood afterwards."""

from urllib.parse import parse_qsl

from services.notify.domain.receipts import Receipt
from services.notify.gateways.sms import StatusReceipt, is_signed, read_inbound, read_status
from services.notify.use_cases.store_inbound import store_text
from services.notify.use_cases.store_receipt import store_receipt
from services.notify.web.place import place_of
from shared import fault, logs
from shared.db.unit import Actor
from shared.kernel.errors import Refused
from shared.web.routing import Call, Reply, content, no_content

SIGNATURE = "X-Twilio-Signature"
FORM = "application/x-www-form-urlencoded"
TWIML = "text/xml"
NOTHING_TO_SAY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
ACTOR = Actor("service", "sms-provider")


async def post_inbound(call: Call) -> Reply:
    """Take in a text that somebody sent. A second delivery is answered alike and changes nothing."""
    text = read_inbound(_signed(call, place_of(call).sms.inbound_url))
    county = place_of(call).county_with_number(text.recipient) if text else None
    if text is None or county is None:
        logs.get().info("sms.not_for_us")
    else:
        async with call.units.open(county.id, ACTOR, call.trace) as unit:
            fault.here("webhook_in.after_verify_before_commit")
            await store_text(unit, text)
        fault.here("webhook_in.after_commit_before_200")
    return content(NOTHING_TO_SAY, content_type=TWIML)


async def post_status(call: Call) -> Reply:
    """Take in what became of a text that we sent; doubled, late and out of order are all the same."""
    form = _signed(call, place_of(call).sms.status_url)
    status = read_status(form)
    county = place_of(call).county_with_number(form.get("From", ""))
    if status is None or county is None:
        logs.get().info("sms.receipt_unknown")
    else:
        async with call.units.open(county.id, ACTOR, call.trace) as unit:
            fault.here("webhook_in.after_verify_before_commit")
            await store_receipt(unit, _receipt(status))
        fault.here("webhook_in.after_commit_before_200")
    return no_content()


def _signed(call: Call, url: str) -> dict[str, str]:
    """Return the form if the provider signed it; otherwise nothing of it is read any further, or kept."""
    try:
        fields = parse_qsl(call.raw.decode("ascii"), keep_blank_values=True, strict_parsing=bool(call.raw), max_num_fields=100)
    except ValueError as error:
        raise Refused from error
    given = call.request.headers.get(SIGNATURE, "")
    sms = place_of(call).sms
    if not sms.secret or not is_signed(sms.secret, url, fields, given):
        logs.get().warning("sms.signature_refused")
        raise Refused
    return dict(fields)


def _receipt(status: StatusReceipt) -> Receipt:
    return Receipt(
        provider="sms",
        provider_id=status.provider_id,
        event=status.status,
        code=str(status.error_code or ""),
        state=status.state,
        bad_number=status.bad_number,
        opted_out=status.opted_out,
    )
