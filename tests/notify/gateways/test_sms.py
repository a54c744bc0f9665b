"""Texts through the provider's HTTP API, and its signed calls back."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.errors import SendingNotAllowed
from services.notify.domain.messages import Phase, State
from services.notify.gateways.sms import (
    InboundText,
    SmsAccount,
    SmsProvider,
    is_signed,
    read_answer,
    read_inbound,
    read_status,
    signature,
)
from shared.settings import Sending

US, CARMEN = "+17075550100", "+17075550131"
SID = "SM0123456789abcdef0123456789abcdef"


async def go_on() -> bool:
    return True


@asynccontextmanager
async def a_provider(
    *, status: int = 201, body: object = None, behaviour: str = "", seconds: float = 30
) -> AsyncIterator[tuple[SmsProvider, list[dict[str, str]]]]:
    taken: list[dict[str, str]] = []

    async def messages(request: web.Request) -> web.Response:
        form = await request.post()
        taken.append({name: str(value) for name, value in form.items()})
        if behaviour == "hang":
            await asyncio.sleep(5)
        if behaviour == "reset" and request.transport is not None:
            request.transport.abort()
        return web.json_response(body if body is not None else {"sid": SID}, status=status)

    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/AC1/Messages.json", messages)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    account = SmsAccount(
        api_url=f"http://127.0.0.1:{port}",
        account="AC1",
        secret="s",
        callback_url="https://notify.example.org/",
        request_seconds=seconds,
    )
    async with aiohttp.ClientSession() as session:
        yield SmsProvider(account, session, sending=Sending.SANDBOX), taken
    await runner.cleanup()


async def test_a_text_is_handed_over_with_where_to_report() -> None:
    async with a_provider() as (provider, taken):
        outcome = await provider.send(US, CARMEN, "Jueves 18 mar", go_on)
        assert outcome == Outcome(fate=Fate.ACCEPTED, phase=Phase.ANSWERED, code=201, provider_id=SID)
        assert taken == [
            {
                "To": CARMEN,
                "From": US,
                "Body": "Jueves 18 mar",
                "StatusCallback": "https://notify.example.org/v1/providers/sms/status",
            }
        ]


async def test_a_text_withdrawn_before_sending_never_leaves() -> None:
    async def no() -> bool:
        return False

    async with a_provider() as (provider, taken):
        assert (await provider.send(US, CARMEN, "x", no)).fate is Fate.WITHDRAWN
        assert taken == []


@pytest.mark.parametrize(("behaviour", "seconds"), [("hang", 2), ("reset", 30)])
async def test_a_request_that_left_and_was_not_answered_is_unknown(behaviour: str, seconds: float) -> None:
    async with a_provider(behaviour=behaviour, seconds=seconds) as (provider, taken):
        assert (await provider.send(US, CARMEN, "x", go_on)).fate is Fate.UNKNOWN
        assert len(taken) == 1


async def test_nobody_listening_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    account = SmsAccount(api_url=f"http://127.0.0.1:{port}", account="AC1", secret="s", callback_url="https://x.example.org")
    async with aiohttp.ClientSession() as session:
        outcome = await SmsProvider(account, session, sending=Sending.SANDBOX).send(US, CARMEN, "x", go_on)
    assert outcome.fate is Fate.BROKE_BEFORE


@pytest.mark.parametrize("number", ["", "5550131", "+1707555013l", "+1 707 555 0131", "whatsapp:+17075550131", "+0123456789"])
async def test_an_odd_number_is_refused_here(number: str) -> None:
    async with a_provider() as (provider, taken):
        assert (await provider.send(US, number, "x", go_on)).bad_address
        assert taken == []


@pytest.mark.parametrize(
    ("status", "answer", "retry_after", "expected"),
    [
        (400, {"code": 21610}, "", (Fate.REFUSED, True, False)),
        (400, {"code": 21614}, "", (Fate.REFUSED, False, True)),
        (400, {"code": 99999}, "", (Fate.REFUSED, False, False)),
        (401, {}, "", (Fate.REFUSED, False, False)),
        (408, {}, "", (Fate.TRY_LATER, False, False)),
        (409, {}, "", (Fate.TRY_LATER, False, False)),
        (425, {}, "", (Fate.TRY_LATER, False, False)),
        (429, {"code": 20429}, "7", (Fate.TRY_LATER, False, False)),
        (500, {}, "", (Fate.UNKNOWN, False, False)),
        (503, {}, "30", (Fate.TRY_LATER, False, False)),
        (503, {}, "", (Fate.UNKNOWN, False, False)),
        (201, {}, "", (Fate.UNKNOWN, False, False)),
        (302, {}, "", (Fate.UNKNOWN, False, False)),
    ],
)
def test_each_answer_has_its_meaning(
    status: int, answer: dict[str, object], retry_after: str, expected: tuple[Fate, bool, bool]
) -> None:
    outcome = read_answer(status, answer, retry_after)
    assert (outcome.fate, outcome.opted_out, outcome.bad_address) == expected


@pytest.mark.parametrize(
    ("given", "wait"), [("7", timedelta(seconds=7)), ("999999", timedelta(hours=1)), ("soon", None), ("-1", None)]
)
def test_retry_after_is_honoured_within_reason(given: str, wait: timedelta | None) -> None:
    assert read_answer(429, {}, given).retry_after == wait


def test_the_signature_is_the_one_in_the_provider_s_documentation() -> None:
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, fields) == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert is_signed("12345", url, list(reversed(fields)), "L/OH5YylLD5NRKLltdqwSvS0BnU=")


@pytest.mark.parametrize("given", ["", "é", "L/OH5YylLD5NRKLltdqwSvS0BnU", "\ud800"])
def test_a_forged_signature_is_not_one(given: str) -> None:
    assert not is_signed("12345", "https://example.com/", [("From", US)], given)


def test_an_inbound_text_is_read() -> None:
    fields = {"MessageSid": SID, "From": CARMEN, "To": US, "Body": "si", "NumMedia": "0"}
    assert read_inbound(fields) == InboundText(provider_id=SID, sender=CARMEN, recipient=US, body="si")


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
def test_a_form_that_is_no_text_is_none(missing: str) -> None:
    fields = {"MessageSid": SID, "From": CARMEN, "To": US, "Body": "si"}
    assert read_inbound(fields | {missing: "x"}) is None


def test_receipts_say_what_became_of_a_text() -> None:
    states = {word: read_status({"MessageSid": SID, "MessageStatus": word}) for word in ("sent", "delivered", "undelivered", "odd")}
    assert {word: receipt.state if receipt else None for word, receipt in states.items()} == {
        "sent": State.SENT,
        "delivered": State.DELIVERED,
        "undelivered": State.FAILED,
        "odd": None,
    }


def test_a_receipt_with_an_unknown_number_loses_the_contact() -> None:
    receipt = read_status({"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30005"})
    assert receipt is not None
    assert (receipt.error_code, receipt.bad_number) == (30005, True)


def test_a_provider_out_of_reach_is_refused() -> None:
    account = SmsAccount(api_url="https://api.twilio.com", account="a", secret="s", callback_url="https://x.example.org")
    with pytest.raises(SendingNotAllowed):
        SmsProvider(account, None, sending=Sending.SANDBOX)  # type: ignore[arg-type]  # refused before it is used
