"""The SMS provider: its API, its signed callbacks, and phones that text back."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import aiohttp
import pytest

from deploy.local.sandbox.phones import segments
from tests.shared.sandbox.conftest import ACCOUNT, COUNTY_NUMBER, GRANDMOTHERS_PHONE, SECRET, World


def credentials(secret: str) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, secret)}


async def send(world: World, form: Mapping[str, str], *, secret: str = SECRET) -> tuple[int, dict[str, object]]:
    address = f"{world.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    async with world.http.post(address, data=form, headers=credentials(secret)) as answer:
        return answer.status, await answer.json()


def a_text(**changed: str) -> dict[str, str]:
    return {"To": GRANDMOTHERS_PHONE, "From": COUNTY_NUMBER, "Body": "Meeting. Reply 1"} | changed


def signed(url: str, form: Mapping[str, str]) -> str:
    """The provider's signature, written a second time from its documentation."""
    words = url + "".join(f"{name}{value}" for name, value in sorted(form.items()))
    return base64.b64encode(hmac.new(SECRET.encode(), words.encode(), hashlib.sha1).digest()).decode()


async def test_a_text_is_accepted_and_its_fate_reported_with_a_signature(world: World) -> None:
    callback = f"{world.settings.sms_callback_base}/v1/providers/sms/status"
    status, body = await send(world, a_text(StatusCallback=callback))
    assert (status, body["status"], body["num_segments"]) == (201, "queued", "1")
    await world.surround.until_forms(2)
    assert [form["MessageStatus"] for _, form, _ in world.surround.forms] == ["sent", "delivered"]
    for url, form, signature in world.surround.forms:
        assert form["MessageSid"] == body["sid"]
        assert signature == signed(url, form)


async def test_a_phone_that_is_off_makes_the_text_undelivered(world: World) -> None:
    world.box.phones.switch(GRANDMOTHERS_PHONE, off=True)
    callback = f"{world.settings.sms_callback_base}/v1/providers/sms/status"
    await send(world, a_text(StatusCallback=callback))
    await world.surround.until_forms(2)
    assert (world.surround.forms[1][1]["MessageStatus"], world.surround.forms[1][1]["ErrorCode"]) == ("undelivered", "30003")


async def test_a_text_back_reaches_surround_signed(world: World) -> None:
    await send(world, a_text())
    async with world.http.post(f"{world.url}/api/phones/{GRANDMOTHERS_PHONE}/reply", json={"body": "Sí, voy"}) as answer:
        assert answer.status == 200
    ((url, form, signature),) = world.surround.forms
    assert url == f"{world.settings.sms_callback_base}/v1/providers/sms/inbound"
    assert (form["From"], form["To"], form["Body"], form["AccountSid"]) == (GRANDMOTHERS_PHONE, COUNTY_NUMBER, "Sí, voy", ACCOUNT)
    assert signature == signed(url, form)


async def test_the_same_sid_again_is_the_provider_delivering_twice(world: World) -> None:
    for _ in range(2):
        async with world.http.post(f"{world.url}/api/phones/{GRANDMOTHERS_PHONE}/reply", json={"body": "1", "sid": "SM1"}):
            pass
    assert [form["MessageSid"] for _, form, _ in world.surround.forms] == ["SM1", "SM1"]


async def test_a_refused_text_back_says_so(world: World) -> None:
    world.surround.callback_status = 403
    async with world.http.post(f"{world.url}/api/phones/{GRANDMOTHERS_PHONE}/reply", json={"body": "1"}) as answer:
        assert (answer.status, (await answer.json())["outcome"]) == (502, "Surround answered 403")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": COUNTY_NUMBER, "Body": "x"}, 21604),
        ({"To": GRANDMOTHERS_PHONE, "Body": "x"}, 21603),
        ({"To": GRANDMOTHERS_PHONE, "From": COUNTY_NUMBER}, 21602),
        ({"To": GRANDMOTHERS_PHONE, "From": COUNTY_NUMBER, "Body": "x" * 1601}, 21617),
        ({"To": "530-555-0123", "From": COUNTY_NUMBER, "Body": "x"}, 21211),
        ({"To": "+15005550001", "From": COUNTY_NUMBER, "Body": "x"}, 21211),
        ({"To": "+15005550009", "From": COUNTY_NUMBER, "Body": "x"}, 21614),
    ],
)
async def test_what_the_provider_refuses_has_its_code(world: World, form: dict[str, str], code: int) -> None:
    status, body = await send(world, form)
    assert (status, body["code"]) == (400, code)


async def test_a_wrong_secret_is_refused(world: World) -> None:
    status, body = await send(world, a_text(), secret="wrong")
    assert (status, body["code"]) == (401, 20003)


async def test_a_callback_off_this_machine_is_never_made(world: World) -> None:
    await send(world, a_text(StatusCallback="http://provider.example/status"))
    text = world.box.phones.thread(GRANDMOTHERS_PHONE)[0]
    assert await world.box.changes.until(lambda: bool(text.outcome))
    assert text.outcome == "not reported: the callback address is not on this machine"


async def test_the_phone_s_page_shows_the_thread_and_takes_a_text(world: World) -> None:
    await send(world, a_text(Body="Reunión. Responda 1 Sí"))
    address = f"{world.url}/phones/{GRANDMOTHERS_PHONE}/text"
    async with world.http.post(address, data={"body": "1", "to": COUNTY_NUMBER}) as answer:
        page = await answer.text()
    assert "Reunión. Responda 1 Sí" in page
    assert "1 segment (UCS-2)" in page
    assert world.surround.forms[0][1]["Body"] == "1"


@pytest.mark.parametrize(
    ("body", "alphabet", "count"),
    [
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("ñ¿¡ü", "GSM-7", 1),
        ("á" * 70, "UCS-2", 1),
        ("á" * 71, "UCS-2", 2),
        ("👵" * 36, "UCS-2", 2),
    ],
)
def test_segments_are_counted_as_carriers_do(body: str, alphabet: str, count: int) -> None:
    assert (segments(body).alphabet, segments(body).count) == (alphabet, count)
