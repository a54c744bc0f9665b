"""From a booking's answer to its invitation in a mailbox, in an idle county of real processes (DESIGN §9, RELIABILITY G4).

On its way: meetings' relay, notify's consumer, the ticker's claim, Celery, the worker, SMTP. The stopwatch starts when the booking
is answered, which is after its commit, and stops when the mail server of the sandbox shows the mail; both are asked over HTTP.
"""

import asyncio
import statistics
from datetime import timedelta
from time import perf_counter
from typing import Any

from tests.bench.parts.crowd import family_with_mailboxes, free_day, invite, journey_of
from tests.bench.parts.figures import figure, quantile
from tests.support.stack import Stack

PEOPLE, WARM = 65, 5
GOAL_MS = 500.0


async def _measure(county: Stack) -> tuple[list[float], list[float]]:
    waits, looks = [], []
    async with journey_of(county) as journey:
        family, people = await family_with_mailboxes(journey, PEOPLE)
        at = await free_day(journey, days=30)
        for n, person in enumerate(people):
            await invite(family, [person], at + timedelta(days=7 * (n // 8), hours=n % 8))
            begun = perf_counter()
            await journey.outside.mails(person.mailbox, count=1)
            seen = perf_counter()
            await journey.outside.mails(person.mailbox, count=1)  # what looking alone costs
            if n >= WARM:
                waits.append((seen - begun) * 1000)
                looks.append((perf_counter() - seen) * 1000)
    return waits, looks


def measure(county: Stack) -> list[dict[str, Any]]:
    """Book one meeting after the other, each with one person."""
    waits, looks = asyncio.run(_measure(county))
    name, look = "event committed -> accepted by SMTP, idle", statistics.median(looks)
    p99 = quantile(waits, 99)
    return [
        figure(f"{name}, p50 (beside: looking into the mailbox)", statistics.median(waits), "ms", beside=look),
        figure(f"{name}, p99", p99, "ms", goal=f"p99 <= {GOAL_MS:g} ms", met=p99 <= GOAL_MS),
    ]
