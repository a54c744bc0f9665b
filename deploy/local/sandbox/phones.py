"""Every phone of the outside world, behind an SMS provider that speaks Twilio's HTTP API and signs its callbacks as Twilio does.

Texts are kept in memory, the newest up to a cap; nothing about their words or numbers is logged.
"""

import asyncio
import base64
import hashlib
import hmac
import math
import re
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

import aiohttp

from deploy.local.sandbox.changes import Changes
from deploy.local.sandbox.settings import is_loopback

MOST_TEXTS = 5_000
LONGEST_BODY = 1_600
_CALL_SECONDS = 10
# The sender must have read the provider's answer, and stored its id, before the first callback names it.
_REPORT_AFTER_SECONDS = 0.2
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# The provider's own test numbers: one that is never valid, one that takes no texts.
INVALID_NUMBER = "+15005550001"
NO_TEXTS_NUMBER = "+15005550009"

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = frozenset("^{}\\[~]|€\f")


class Direction(StrEnum):
    """Which way a text went, seen from the provider."""

    TO_PHONE = "outbound-api"
    FROM_PHONE = "inbound"


@dataclass(slots=True)
class Text:
    """One text message. `outcome` is how the call back to Surround went, in words for the page."""

    sid: str
    phone: str
    other: str
    body: str
    direction: Direction
    at: datetime
    status: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: its alphabet and its number of parts."""

    alphabet: str
    units: int
    count: int


class ProviderRefusal(Exception):
    """The provider's answer to a request it does not take: its own code, and a status."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def segments(body: str) -> Segments:
    """Count the parts of a text: 160 septets, or 153 each where there are several; 70 and 67 outside the GSM-7 alphabet."""
    if all(c in _GSM7 or c in _GSM7_TWICE for c in body):
        units = sum(2 if c in _GSM7_TWICE else 1 for c in body)
        return Segments("GSM-7", units, 1 if units <= 160 else math.ceil(units / 153))
    units = len(body.encode("utf-16-be")) // 2
    return Segments("UCS-2", units, 1 if units <= 70 else math.ceil(units / 67))


def signature(secret: str, url: str, form: Mapping[str, str]) -> str:
    """Sign a callback as the provider does: HMAC-SHA1 over the address and the sorted form, in base64."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    # SHA-1 is the provider's choice; as an HMAC it is what has to be verified.
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class Phones:
    """The provider, and the phones behind it."""

    def __init__(
        self,
        changes: Changes,
        now: Callable[[], datetime],
        http: aiohttp.ClientSession,
        *,
        account: str,
        secret: str,
        callback_base: str,
    ) -> None:
        self.account = account
        self._secret = secret
        self._inbound_url = f"{callback_base}/v1/providers/sms/inbound"
        self._changes = changes
        self._now = now
        self._http = http
        self._texts: deque[Text] = deque(maxlen=MOST_TEXTS)
        self._off: set[str] = set()
        self._calls: set[asyncio.Task[None]] = set()

    def knows(self, account: str, secret: str) -> bool:
        """Say whether these are the provider's account and its secret."""
        return bool(self._secret) and hmac.compare_digest(f"{account}:{secret}".encode(), f"{self.account}:{self._secret}".encode())

    def accept(self, form: Mapping[str, str]) -> Text:
        """Take a text to be sent to a phone; raises ProviderRefusal. Status callbacks follow by themselves."""
        to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        if not to:
            raise ProviderRefusal(400, 21604, "A 'To' phone number is required.")
        if not sender:
            raise ProviderRefusal(400, 21603, "A 'From' phone number is required.")
        if not body:
            raise ProviderRefusal(400, 21602, "Message body is required.")
        if len(body) > LONGEST_BODY:
            raise ProviderRefusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        if not _E164.fullmatch(to) or to == INVALID_NUMBER:
            raise ProviderRefusal(400, 21211, "The 'To' number is not a valid phone number.")
        if to == NO_TEXTS_NUMBER:
            raise ProviderRefusal(400, 21614, "'To' number is not a valid mobile number.")
        text = Text(f"SM{uuid4().hex}", to, sender, body, Direction.TO_PHONE, self._now(), "queued")
        self._texts.append(text)
        self._changes.mark()
        self._start(self._report(text, form.get("StatusCallback", "")))
        return text

    def answer_of(self, text: Text) -> dict[str, str | int | None]:
        """Return the provider's JSON for a text."""
        return {
            "sid": text.sid,
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "to": text.phone,
            "from": text.other,
            "body": text.body,
            "status": text.status,
            "direction": text.direction.value,
            "num_segments": str(segments(text.body).count),
            "num_media": "0",
            "error_code": None,
            "error_message": None,
            "date_created": text.at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "uri": f"/2010-04-01/Accounts/{self.account}/Messages/{text.sid}.json",
        }

    def thread(self, phone: str) -> list[Text]:
        """Return one phone's texts, oldest first."""
        return [t for t in self._texts if t.phone == phone]

    def threads(self) -> Mapping[str, list[Text]]:
        """Return every phone with its texts, the one with the newest first."""
        found: dict[str, list[Text]] = {}
        for text in reversed(self._texts):
            found.setdefault(text.phone, []).insert(0, text)
        return found

    def is_off(self, phone: str) -> bool:
        """Say whether a phone is out of reach."""
        return phone in self._off

    def switch(self, phone: str, *, off: bool) -> None:
        """Put a phone out of reach, or back: texts to it then come to nothing, and the provider says so."""
        (self._off.add if off else self._off.discard)(phone)
        self._changes.mark()

    def clear(self) -> None:
        """Forget every text and switch every phone on."""
        self._texts.clear()
        self._off.clear()
        self._changes.mark()

    async def text_back(self, phone: str, to: str, body: str, *, sid: str = "") -> Text:
        """Send a text from a phone to Surround; the same `sid` again is the provider delivering twice."""
        text = Text(sid or f"SM{uuid4().hex}", phone, to, body, Direction.FROM_PHONE, self._now(), "received")
        self._texts.append(text)
        self._changes.mark()
        text.outcome = await self._post(self._inbound_url, self._inbound_form(text))
        self._changes.mark()
        return text

    def _inbound_form(self, text: Text) -> dict[str, str]:
        return {
            "MessageSid": text.sid,
            "SmsMessageSid": text.sid,
            "SmsSid": text.sid,
            "AccountSid": self.account,
            "From": text.phone,
            "To": text.other,
            "Body": text.body,
            "NumMedia": "0",
            "NumSegments": str(segments(text.body).count),
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }

    async def _report(self, text: Text, callback: str) -> None:
        """Tell the sender how the text fared: sent, then delivered, or undelivered to a phone that is off."""
        await asyncio.sleep(_REPORT_AFTER_SECONDS)
        for status in ("sent", "undelivered" if self.is_off(text.phone) else "delivered"):
            text.status = status
            self._changes.mark()
            if not callback:
                continue
            form = {
                "MessageSid": text.sid,
                "SmsSid": text.sid,
                "AccountSid": self.account,
                "From": text.other,
                "To": text.phone,
                "MessageStatus": status,
                "SmsStatus": status,
                "ApiVersion": "2010-04-01",
            }
            if status == "undelivered":
                form["ErrorCode"] = "30003"
            text.outcome = await self._post(callback, form)
        self._changes.mark()

    async def _post(self, url: str, form: Mapping[str, str]) -> str:
        """Post a signed form and say in words how it went; only ever to this machine."""
        if not is_loopback(url):
            return "not reported: the callback address is not on this machine"
        headers = {"X-Twilio-Signature": signature(self._secret, url, form), "I-Twilio-Idempotency-Token": str(uuid4())}
        try:
            async with self._http.post(
                url, data=form, headers=headers, timeout=aiohttp.ClientTimeout(total=_CALL_SECONDS)
            ) as answer:
                return "" if answer.status < 300 else f"Surround answered {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Surround could not be reached ({type(error).__name__})"

    def _start(self, call: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def finish(self) -> None:
        """End the callbacks that are under way."""
        for task in list(self._calls):
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
