"""Rate limits: who has asked how often, counted over all replicas of a service, and what a caller is told of it.

A request is counted in this process at once and shared with the other replicas a moment later, all callers in one question to
Valkey: so a limit costs a request microseconds and no waiting. In the first moment of a window each replica may therefore let as
many through as the whole service may; after that they agree. While Valkey is away each replica goes on counting alone: reading and
staff's work never stop for it (API O9). What must not be exceeded at all, such as texts to one person, is counted in PostgreSQL.
"""

import asyncio
import contextlib
import hashlib
import math
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_address
from typing import Final

from aiohttp import web
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared import logs
from shared.kernel.quotas import Quota, Who
from shared.settings import LimitSettings
from shared.web.errors import QuotaExceeded

SHARED_EVERY_SECONDS = 0.05
TRIED_AGAIN_AFTER_SECONDS = 1.0
FORGOTTEN_EVERY_SECONDS = 5.0
STOPS_WITHIN_SECONDS = 1.0
ASKED_AT_ONCE = 500
MOST_WINDOWS = 100_000
"""So many windows are kept in mind; beyond that, those opened first are forgotten: a flood of addresses costs no memory."""

AWAY = (RedisError, OSError, TimeoutError)

_REFUSED = Counter("quota_refusals", "Requests refused for their number.", ["service", "who"])

# Adds what each key was used here, and says what all replicas used. A key ends with its window.
_ADD = """
local totals = {}
for i, key in ipairs(KEYS) do
  local used = tonumber(ARGV[2 * i - 1])
  totals[i] = redis.call('INCRBY', key, used)
  if totals[i] == used then redis.call('EXPIRE', key, ARGV[2 * i]) end
end
return totals
"""

log = logs.get()


@dataclass(slots=True)
class _Window:
    """One quota of one caller, now: `shared` is what all replicas had used when last asked, `own` what was used here since."""

    quota: Quota
    ends_at: float
    shared: int = 0
    own: int = 0

    @property
    def left(self) -> int:
        return max(self.quota.most - self.shared - self.own, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one caller may still ask for, as headers say it (draft-ietf-httpapi-ratelimit-headers)."""

    quotas: tuple[Quota, ...]
    tightest: Quota
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` with every quota, `RateLimit` with the one that ends first."""
        policy = ", ".join(f'"{each.name}";q={each.most};w={each.seconds}' for each in self.quotas)
        return {"RateLimit-Policy": policy, "RateLimit": f'"{self.tightest.name}";r={self.left};t={self.seconds}'}


STANDING: Final = web.RequestKey("standing", Standing)


class Limits:
    """The counters of one service in one process."""

    def __init__(
        self,
        redis: Redis,
        *,
        service: str,
        limits: LimitSettings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Count nothing yet."""
        self._add = redis.register_script(_ADD)
        self._service = service
        self._quotas = limits.quotas
        self._proxies = limits.proxies
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._unshared: dict[str, _Window] = {}
        self._forget_at = 0.0
        self._woken = asyncio.Event()
        self._was_told = False

    def spend(self, request: web.Request, who: Who, *caller: str) -> None:
        """Count a request of a caller. Raises QuotaExceeded for one too many, which is not counted itself."""
        now = self._clock()
        windows = self._windows_of(who, caller, now)
        tightest = min(windows, key=lambda each: each[1].left / each[1].quota.most)[1]
        is_spent = tightest.left == 0
        if not is_spent:
            for key, window in windows:
                window.own += 1
                self._unshared[key] = window
            self._woken.set()
        seconds = max(math.ceil(tightest.ends_at - now), 1)
        request[STANDING] = Standing(self._quotas[who], tightest.quota, tightest.left, seconds)
        if is_spent:
            _REFUSED.labels(self._service, who.value).inc()
            raise QuotaExceeded(seconds)

    def spend_for_address(self, request: web.Request, who: Who = Who.ADDRESS) -> None:
        """Count a request by where it comes from."""
        self.spend(request, who, self.address_of(request))

    def address_of(self, request: web.Request) -> str:
        """Return where a request comes from. X-Forwarded-For counts only as far as proxies of ours wrote it.

        The last /64 of IPv6 belongs to one subscriber, so it is one address here.
        """
        address = request.remote or ""
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        while hops and self._is_proxy(address) and _is_address(hops[-1].strip()):
            address = hops.pop().strip()
        if not _is_address(address):
            return address
        found = ip_address(address)
        return str(found) if found.version == 4 else str(IPv6Network((found.packed[:8] + bytes(8), 64)))

    async def share(self) -> None:
        """Tell the other replicas what was used here, and learn what all have used. Raises one of AWAY."""
        waiting, self._unshared = self._unshared, {}
        now = self._clock()
        asked = [(key, window) for key, window in waiting.items() if window.own and window.ends_at > now]
        for at in range(0, len(asked), ASKED_AT_ONCE):
            part = [(key, window, window.own) for key, window in asked[at : at + ASKED_AT_ONCE]]
            arguments = [word for _, window, used in part for word in (used, math.ceil(window.ends_at - now) + 1)]
            try:
                totals = await self._add(keys=[key for key, _, _ in part], args=arguments)
            except AWAY:
                self._unshared = {key: window for key, window in asked[at:]} | self._unshared
                raise
            for (_, window, used), total in zip(part, totals, strict=True):
                window.shared, window.own = int(total), window.own - used

    async def sharing(self, app: web.Application) -> AsyncIterator[None]:
        """Share while an application runs: one of its cleanup contexts."""
        stop = asyncio.Event()
        task = asyncio.create_task(self._share_until(stop))
        yield
        stop.set()
        self._woken.set()
        # A cancelled question to Valkey may come back as one that timed out: so it is asked to stop, and cancelled if it hangs.
        await asyncio.wait([task], timeout=STOPS_WITHIN_SECONDS)
        task.cancel()
        await asyncio.wait([task], timeout=STOPS_WITHIN_SECONDS)

    async def _share_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._woken.wait()
            self._woken.clear()
            await _pause(stop, SHARED_EVERY_SECONDS)
            try:
                await self.share()
                self._was_told = False
            except AWAY as error:
                if not self._was_told:
                    log.warning("limits.counted_here_alone", error=type(error).__name__)
                self._was_told = True
                self._woken.set()
                await _pause(stop, TRIED_AGAIN_AFTER_SECONDS)
            self._forget()

    def _windows_of(self, who: Who, caller: Sequence[str], now: float) -> list[tuple[str, _Window]]:
        # What names a caller, an address among it, is kept as a hash: Valkey holds nobody's address.
        name = hashlib.blake2b("\x00".join((self._service, who.value, *caller)).encode(), digest_size=16).hexdigest()
        found = []
        for quota in self._quotas[who]:
            number = int(now // quota.seconds)
            key = f"quota:{name}:{quota.name}:{number}"
            window = self._windows.get(key)
            if window is None:
                window = self._windows[key] = _Window(quota, (number + 1) * float(quota.seconds))
            found.append((key, window))
        return found

    def _forget(self) -> None:
        now = self._clock()
        if now < self._forget_at and len(self._windows) < MOST_WINDOWS:
            return
        self._forget_at = now + FORGOTTEN_EVERY_SECONDS
        self._windows = {key: window for key, window in self._windows.items() if window.ends_at > now}
        for key in list(self._windows)[: max(len(self._windows) - MOST_WINDOWS, 0)]:
            del self._windows[key]

    def _is_proxy(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self._proxies)


LIMITS: Final = web.AppKey("limits", Limits)


def limit(app: web.Application, limits: Limits) -> None:
    """Put limits into an application."""
    app[LIMITS] = limits
    app.cleanup_ctx.append(limits.sharing)


async def say_standing(request: web.Request, response: web.StreamResponse) -> None:
    """Let every answer to a counted request say how the caller stands: a signal of an application for programs."""
    standing = request.get(STANDING)
    if standing is not None:
        response.headers.update(standing.headers)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
