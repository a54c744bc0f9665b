"""The call to a county system's endpoint: to a checked address only, within limits, and without following anything."""

from datetime import timedelta

from services.notify.domain.webhooks import Answered
from shared import fault
from shared.settings import Sending
from shared.web.outward import FetchFailed, UrlRefused, check_url, send

SECONDS = 15.0
MOST_READ = 64 * 1024


def checked_address(url: str, *, sending: Sending) -> str:
    """Return an address that may be kept. Raises Invalid. Only the sandbox may name this machine."""
    try:
        return str(check_url(url, sandbox=sending is Sending.SANDBOX))
    except UrlRefused as refused:
        raise refused.at("#/url") from None


async def post(url: str, body: bytes, *, webhook_id: str, timestamp: int, signature: str, sending: Sending) -> Answered:
    """Post one call and say what it came to; it never raises for what the other side does."""
    headers = {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }
    try:
        got = await send(
            "POST",
            url,
            data=body,
            headers=headers,
            sandbox=sending is Sending.SANDBOX,
            patience=SECONDS,
            max_bytes=MOST_READ,
        )
    except FetchFailed as failed:
        return Answered(status=None, reason=failed.reason)
    fault.here("webhook.after_post_before_reply")
    asked = got.headers.get("Retry-After", "")
    wait = timedelta(seconds=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) <= 6 else None
    return Answered(status=got.status, retry_after=wait)
