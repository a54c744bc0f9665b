"""Secrets of one purpose and one person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notify.domain.errors import LinkNotFound
from services.notify.domain.links import Link, Purpose, expires_at, is_token, reply_address, spell_token, token_hash, token_in

NOW = datetime(2027, 3, 4, tzinfo=UTC)
TOKEN = spell_token(bytes(range(16)))
LINK = Link(
    id=UUID(int=1),
    purpose=Purpose.ANSWER,
    person_id=UUID(int=2),
    subject_id=UUID(int=3),
    token_hash=token_hash(TOKEN),
    expires_at=NOW + timedelta(days=1),
)


def test_a_token_has_128_bits_or_more_and_its_own_shape() -> None:
    assert is_token(TOKEN)
    assert is_token(spell_token(bytes(32)))
    assert not any(is_token(text) for text in ("", TOKEN[:-1], TOKEN.upper(), TOKEN + "a", "../" + TOKEN, "0" * 26))


def test_a_reply_address_carries_the_token_there_and_back() -> None:
    address = reply_address("calendar@alder.example.org", TOKEN)
    assert address == f"calendar+{TOKEN}@alder.example.org"
    assert token_in(f"<{address.upper()}>") == TOKEN
    assert len(address.partition("@")[0]) <= 64


@pytest.mark.parametrize("address", ["calendar@alder.example.org", "calendar+x@alder.example.org", "", "@", "+@"])
def test_other_addresses_carry_none(address: str) -> None:
    assert token_in(address) is None


@pytest.mark.parametrize(
    "bad",
    [
        replace(LINK, purpose=Purpose.FEED),
        replace(LINK, expires_at=NOW),
        replace(LINK, revoked_at=NOW),
    ],
)
def test_every_bad_link_gets_the_same_refusal(bad: Link) -> None:
    with pytest.raises(LinkNotFound):
        bad.require(Purpose.ANSWER, at=NOW)


def test_a_good_link_opens() -> None:
    assert LINK.require(Purpose.ANSWER, at=NOW) is LINK


def test_a_feed_never_expires_and_a_link_outlives_its_meeting_a_little() -> None:
    assert expires_at(Purpose.FEED, NOW) is None
    assert expires_at(Purpose.ANSWER, NOW) == NOW + timedelta(days=1)
