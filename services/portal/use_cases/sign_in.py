"""Sign somebody in at their county's identity provider: begin, come back, sign out. What is random or timed is an argument."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from services.portal.gateways.identity import LOGOUT_SECONDS, Identity, SignInRefused
from services.portal.gateways.network import Network
from services.portal.gateways.sign_ins import Pending, SignIn, SignIns
from shared.settings import County


@dataclass(frozen=True, slots=True)
class Chance:
    """Fresh random words for one sign-in."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the word for its cookie."""

    address: str
    word: str


async def begin(
    sign_ins: SignIns, identity: Identity, county: County, *, redirect_uri: str, return_to: str, chance: Chance
) -> Begun:
    """Begin a sign-in. Raises ProviderAway."""
    address = await identity.authorization_url(
        county, redirect_uri=redirect_uri, state=chance.state, nonce=chance.nonce, challenge=challenge_of(chance.verifier)
    )
    return Begun(address, await sign_ins.begin(Pending(county.slug, chance.state, chance.nonce, chance.verifier, return_to)))


async def come_back(
    sign_ins: SignIns,
    identity: Identity,
    counties: tuple[County, ...],
    *,
    word: str,
    state: str,
    issuer: str | None,
    code: str,
    redirect_uri: str,
    csrf: str,
    at: float,
) -> tuple[str, Pending]:
    """Finish a sign-in that this browser began; return the word for its cookie. Raises SignInRefused or ProviderAway.

    `issuer` is what the provider calls itself in its answer (RFC 9207), None where it does not say.
    """
    pending = await sign_ins.take_pending(word) if word else None
    if pending is None or not hmac.compare_digest(pending.state.encode(), state.encode()):
        raise SignInRefused("state")
    county = next((one for one in counties if one.slug == pending.county), None)
    if county is None or issuer not in {None, county.issuer}:
        raise SignInRefused("issuer")
    tokens = await identity.redeem(county, code=code, verifier=pending.verifier, redirect_uri=redirect_uri, nonce=pending.nonce)
    sign_in = SignIn(
        county=county.slug,
        staff_id=tokens.subject,
        name=tokens.name,
        access_token=tokens.access_token,
        access_until=at + tokens.expires_in,
        refresh_token=tokens.refresh_token,
        id_token=tokens.id_token,
        signed_in_at=at,
        csrf=csrf,
        session=tokens.session,
    )
    return await sign_ins.add(sign_in), pending


async def sign_out(sign_ins: SignIns, identity: Identity, sign_in: SignIn, *, word: str, return_to: str) -> str:
    """Forget the sign-in and what was being typed; return where to sign out of the provider too, or `return_to`."""
    await sign_ins.end(word)
    await sign_ins.forget_drafts(sign_in)
    address = await identity.end_session_url(sign_in.county, id_token=sign_in.id_token, return_to=return_to)
    return address or return_to


async def end_at_the_providers_word(sign_ins: SignIns, identity: Identity, token: str) -> None:
    """End what a provider says has ended there. Raises SignInRefused, also for a word heard before, or ProviderAway."""
    logout = await identity.read_logout(token)
    # Twice the time, because a token from the future of our clock is believed for as long as one from its past.
    if not await sign_ins.is_first(logout.county, logout.token_id, seconds=2 * LOGOUT_SECONDS):
        raise SignInRefused("replayed")
    if logout.session:
        await sign_ins.end_all(logout.county, session=logout.session)
    else:
        await sign_ins.end_all(logout.county, staff_id=logout.subject)


async def end_sign_ins_of(sign_ins: SignIns, network: Network, staff_id: str, *, county: str, key: str) -> None:
    """End all sign-ins of a colleague, once network has put on record that an administrator wants it. Raises Problem."""
    await network.note_ended_sign_ins(staff_id, key=key)
    await sign_ins.end_all(county, staff_id=staff_id)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
