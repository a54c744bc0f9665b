"""What an operator watches of the link between services; labels name services, never people or counties."""

from prometheus_client import Counter, Gauge, Histogram

_LINK = ("service", "producer")

PUBLISHED = Counter("surround_bus_published", "Facts put on the stream by the relay.", ("service",))
PUBLISH_FAILURES = Counter(
    "surround_bus_publish_failures", "Facts that the stream did not take; they are tried again.", ("service",)
)
APPLIED = Counter("surround_bus_applied", "Events whose effects were committed.", _LINK)
IGNORED = Counter("surround_bus_ignored", "Events of a type this release does not know.", _LINK)
NEWER = Counter("surround_bus_newer", "Events with fields that this release does not know; the others were read.", _LINK)
HEALED = Counter("surround_bus_healed", "Events read from the producer's log over HTTP instead of the stream.", _LINK)
HEALINGS = Counter("surround_bus_healings", "Times the producer's log was asked over HTTP.", (*_LINK, "cause"))
PARKED = Counter("surround_bus_parked", "Events set aside after their last try.", _LINK)
OVERTAKEN = Counter("surround_bus_overtaken", "Transactions rolled back because another consumer had moved the cursor.", _LINK)
BEHIND = Gauge("surround_bus_behind", "Events seen on the stream or in the log and not yet applied.", _LINK)
HALTED = Gauge("surround_bus_halted", "1 while a producer's log contradicts what was applied of it; a person must decide.", _LINK)
DELAY = Histogram(
    "surround_bus_delay_seconds",
    "From the announcing transaction to the commit that applied it.",
    _LINK,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
