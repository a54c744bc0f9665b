"""Texts through a provider that speaks Twilio's API: sending, and the signed calls it makes back to us."""

import base64
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from services.notify.domain.delivery import AWAY, Fate, Outcome
from services.notify.domain.messages import Phase, State
from services.notify.gateways.reach import require_reach
from shared import fault
from shared.settings import Sending

REQUEST_SECONDS = 15.0
LONGEST_WAIT = timedelta(hours=1)

OPTED_OUT = frozenset({21610})
BAD_NUMBER = frozenset({21211, 21214, 21217, 21219, 21401, 21407, 21421, 21614, 30003, 30004, 30005, 30006})
"""Twilio's error codes for a number that cannot take texts, when sending (21xxx) and in a receipt (300xx)."""

_TRY_LATER = frozenset({408, 409, 425, 429})
"""Every other 4xx of an HTTP provider is final (RELIABILITY Q)."""

_STATES: Mapping[str, State] = {
    "accepted": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SID = re.compile(r"[A-Za-z0-9]{8,64}")

BeforeSend = Callable[[], Awaitable[bool]]
"""Called before the request leaves, when nothing can be taken back any more: commit the phase, look again, and say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAccount:
    """The provider's address and our credentials there. `callback_url` is the public base that the provider calls and signs."""

    api_url: str
    account: str
    secret: str
    callback_url: str
    request_seconds: float = REQUEST_SECONDS

    @property
    def inbound_url(self) -> str:
        """Where the provider posts texts that people send us."""
        return f"{self.callback_url.rstrip('/')}/v1/providers/sms/inbound"

    @property
    def status_url(self) -> str:
        """Where the provider posts receipts."""
        return f"{self.callback_url.rstrip('/')}/v1/providers/sms/status"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A text somebody sent us. `provider_id` is unique and makes a second delivery harmless."""

    provider_id: str
    sender: str
    recipient: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReceipt:
    """What the provider says became of a text."""

    provider_id: str
    status: str
    state: State
    error_code: int | None
    bad_number: bool
    opted_out: bool


class SmsProvider:
    """Sends texts over one shared HTTP session."""

    def __init__(self, account: SmsAccount, session: aiohttp.ClientSession, *, sending: Sending) -> None:
        """Refuse a provider out of this deployment's reach."""
        require_reach(sending, account.api_url)
        self._account = account
        self._session = session

    async def send(self, sender: str, recipient: str, body: str, before_send: BeforeSend) -> Outcome:
        """Hand one text over and say how it ended.

        The provider has no idempotency keys, so a request that left and was not answered clearly is `unknown`, never tried again.
        """
        if not _NUMBER.fullmatch(recipient):
            return Outcome(fate=Fate.REFUSED, phase=Phase.BEGUN, reason="address_invalid", bad_address=True)
        if not await before_send():
            return Outcome(fate=Fate.WITHDRAWN, phase=Phase.BEGUN, reason="withdrawn_before_sending")
        account = self._account
        try:
            async with self._session.post(
                f"{account.api_url.rstrip('/')}/2010-04-01/Accounts/{account.account}/Messages.json",
                data={"To": recipient, "From": sender, "Body": body, "StatusCallback": account.status_url},
                headers={"Authorization": aiohttp.encode_basic_auth(account.account, account.secret)},
                timeout=aiohttp.ClientTimeout(total=account.request_seconds),
                allow_redirects=False,
            ) as response:
                fault.here("sms.after_post_before_reply")
                answer = await _json(response)
                fault.here("sms.after_reply_before_mark")
                return read_answer(response.status, answer, response.headers.get("Retry-After", ""))
        except aiohttp.ClientConnectorError:
            return Outcome(fate=Fate.BROKE_BEFORE, phase=Phase.BEGUN, reason=AWAY)
        except TimeoutError:
            return Outcome(fate=Fate.UNKNOWN, phase=Phase.DOT, reason="timed_out")
        except aiohttp.ClientError:
            return Outcome(fate=Fate.UNKNOWN, phase=Phase.DOT, reason="connection_lost")


def read_answer(status: int, answer: Mapping[str, object], retry_after: str) -> Outcome:
    """Return what the provider's HTTP answer means. A 5xx may come after the text was taken, so its fate is unknown."""
    error = answer.get("code")
    code = error if isinstance(error, int) else status
    if 200 <= status < 300:
        sid = answer.get("sid")
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            return Outcome(fate=Fate.UNKNOWN, phase=Phase.DOT, code=status, reason="odd_reply")
        return Outcome(fate=Fate.ACCEPTED, phase=Phase.ANSWERED, code=status, provider_id=sid)
    if status in _TRY_LATER or (status == 503 and retry_after):
        return Outcome(
            fate=Fate.TRY_LATER,
            phase=Phase.ANSWERED,
            code=code,
            reason="try_later",
            retry_after=_wait(retry_after),
            slow_down=status == 429,
        )
    if 400 <= status < 500:
        opted_out, bad = code in OPTED_OUT, code in BAD_NUMBER
        reason = "opted_out" if opted_out else "invalid_number" if bad else "refused"
        return Outcome(fate=Fate.REFUSED, phase=Phase.ANSWERED, code=code, reason=reason, opted_out=opted_out, bad_address=bad)
    return Outcome(fate=Fate.UNKNOWN, phase=Phase.DOT, code=code, reason="provider_error")


def signature(secret: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """Return Twilio's signature of a form post: HMAC-SHA1 over the URL and the sorted fields."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(secret.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()).decode()


def is_signed(secret: str, url: str, fields: Sequence[tuple[str, str]], given: str) -> bool:
    """Whether the provider really sent this. `url` comes from configuration, never from the request's Host."""
    return hmac.compare_digest(signature(secret, url, fields).encode(), given.encode("utf-8", "replace"))


def read_inbound(fields: Mapping[str, str]) -> InboundText | None:
    """Return the text of an inbound webhook, or None when the form is not one."""
    provider_id = fields.get("MessageSid", "")
    sender, recipient = fields.get("From", ""), fields.get("To", "")
    if not _SID.fullmatch(provider_id) or not _NUMBER.fullmatch(sender) or not _NUMBER.fullmatch(recipient):
        return None
    return InboundText(provider_id=provider_id, sender=sender, recipient=recipient, body=fields.get("Body", "")[:1600])


def read_status(fields: Mapping[str, str]) -> StatusReceipt | None:
    """Return the receipt of a status webhook, or None when the form is not one or says nothing we know."""
    provider_id = fields.get("MessageSid", "")
    status = fields.get("MessageStatus", "").lower()
    if not _SID.fullmatch(provider_id) or status not in _STATES:
        return None
    spelled = fields.get("ErrorCode", "")
    code = int(spelled) if spelled.isascii() and spelled.isdigit() and len(spelled) <= 6 else None
    return StatusReceipt(
        provider_id=provider_id,
        status=status,
        state=_STATES[status],
        error_code=code,
        bad_number=code in BAD_NUMBER,
        opted_out=code in OPTED_OUT,
    )


async def _json(response: aiohttp.ClientResponse) -> Mapping[str, object]:
    try:
        answer = await response.json(content_type=None)
    except (ValueError, aiohttp.ContentTypeError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _wait(retry_after: str) -> timedelta | None:
    if not (retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= 6):
        return None
    return min(timedelta(seconds=int(retry_after)), LONGEST_WAIT)
