"""Wall time: what a person means by "Saturday at half past two" in a place, and which instant that is.

A time in the spring gap is shifted forward by the gap (RFC 5545 §3.3.5: the offset before the change); of the two times in
the autumn fold the first is meant. Either is reported, so that a screen can say it aloud.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


class Adjustment(StrEnum):
    """Why the instant is not simply what the clock on the wall would say."""

    NONE = "none"
    GAP = "gap"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A wall time made definite: the instant (UTC), the wall time that clocks there really show, and what was adjusted."""

    instant: datetime
    local: datetime
    adjustment: Adjustment


@cache
def zone_names() -> frozenset[str]:
    """The canonical Area/City names; abbreviations, links to files and folders are no zones to us (our choice)."""
    areas = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return frozenset(name for name in available_timezones() if name.startswith(areas)) | {"UTC"}


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone; raises ValueError for a name outside `zone_names`."""
    if name not in zone_names():
        raise ValueError("unknown time zone")
    return ZoneInfo(name)


def resolve(local: datetime, zone_name: str) -> Resolved:
    """Return the instant that the naive wall time `local` means in a zone."""
    place = zone(zone_name)
    first = local.replace(tzinfo=place, fold=0)
    instant = first.astimezone(UTC)
    shown = instant.astimezone(place).replace(tzinfo=None, fold=0)
    if shown != local:
        return Resolved(instant, shown, Adjustment.GAP)
    second = local.replace(tzinfo=place, fold=1)
    if second.utcoffset() != first.utcoffset():
        return Resolved(instant, local, Adjustment.FOLD)
    return Resolved(instant, local, Adjustment.NONE)


class Clock:
    """The clocks of one zone, asked many times: what `resolve` answers, remembered for days on which no clock changes."""

    def __init__(self, zone_name: str) -> None:
        """Read no day yet. Raises ValueError for a name outside `zone_names`."""
        self._zone_name = zone_name
        self._zone = zone(zone_name)
        self._midnights: dict[date, datetime | None] = {}

    def at(self, day: date, since_midnight: timedelta) -> datetime:
        """Return the instant at which clocks show so much time since midnight on that day, as `resolve` does."""
        try:
            midnight = self._midnights[day]
        except KeyError:
            midnight = self._midnights[day] = self._midnight_of(day)
        if midnight is None:
            return resolve(datetime.combine(day, time()) + since_midnight, self._zone_name).instant
        return midnight + since_midnight

    def _midnight_of(self, day: date) -> datetime | None:
        """The instant at which the day begins; None where clocks change between the day before and the day after."""
        noon = datetime.combine(day, time(12))
        offsets = {(noon + timedelta(hours=hours)).replace(tzinfo=self._zone).utcoffset() for hours in (-36, -12, 0, 12, 36)}
        if len(offsets) != 1:
            return None
        return resolve(datetime.combine(day, time()), self._zone_name).instant


def at_wall(instant: datetime, zone_name: str) -> datetime:
    """Return the naive wall time that clocks in a zone show at an instant."""
    return instant.astimezone(zone(zone_name)).replace(tzinfo=None, fold=0)


def local_date(instant: datetime, zone_name: str) -> date:
    """Return the calendar date in a zone at an instant."""
    return at_wall(instant, zone_name).date()


def same_wall_earlier(local: datetime, days: int, zone_name: str) -> datetime:
    """Return the instant of the same wall time `days` calendar days before: "1 day before" is not 24 hours."""
    return resolve(local - timedelta(days=days), zone_name).instant
