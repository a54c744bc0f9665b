"""How a plan is proposed: usual dates, usual times to cover, and who could take which part of them. People change all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.portal.domain.families import Member
from services.portal.domain.plans import Window

KINDS = ("immediate", "sdm_safety_plan", "family_safety_plan", "ongoing")
USUAL_DAYS = {"immediate": 7, "sdm_safety_plan": 30, "ongoing": 90}
"""How long each kind is proposed to last; network knows how long it may. A family's own plan has no end, but reviews."""

COVERS = ("weekend", "nights", "weekends", "own")
FRIDAY, SUNDAY = 4, 6
EVENING, MORNING = time(20), time(7)
BEGINS = time(18)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NATURAL_HOURS = (8, 20)
"""When people change over in a long time: not in the middle of a night."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Times:
    """A first time on the wall, and how it recurs."""

    starts: datetime
    ends: datetime
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one member could take of a time; `weekdays` are set where the time comes every day."""

    member_id: str
    starts: datetime
    ends: datetime
    weekdays: tuple[str, ...] = ()


def usual_end(kind: str, starts_on: date) -> date | None:
    """Return the last day that is proposed for a kind of plan."""
    days = USUAL_DAYS.get(kind)
    return starts_on + timedelta(days=days) if days else None


def weekend(now: datetime) -> Times:
    """Return this weekend, Friday evening to Sunday evening; one that has begun begins with this hour."""
    friday = datetime.combine(now.date() - timedelta(days=(now.weekday() - FRIDAY) % 7), BEGINS)
    ends = friday + 2 * DAY
    if ends - HOUR <= now:
        return Times(friday + 7 * DAY, ends + 7 * DAY)
    begun = now.replace(minute=0, second=0, microsecond=0)
    return Times(begun if begun.date() > friday.date() else friday, ends)


def times_of(cover: str, *, now: datetime, starts_on: date, ends_on: date | None) -> Times:
    """Return the first time, and how it recurs, of one of the usual times to cover."""
    if cover == "nights":
        starts = datetime.combine(starts_on, EVENING)
        return Times(starts, datetime.combine(starts_on + DAY, MORNING), _until("FREQ=DAILY", ends_on - DAY if ends_on else None))
    here = weekend(now) if starts_on == now.date() else weekend(datetime.combine(starts_on, time()))
    if cover == "weekends":
        friday = here.starts if here.starts.weekday() == FRIDAY else here.ends - 2 * DAY + 7 * DAY
        return Times(friday, friday + 2 * DAY, _until("FREQ=WEEKLY;BYDAY=FR", ends_on))
    return here


def _until(rule: str, last: date | None) -> str:
    return f"{rule};UNTIL={last:%Y%m%d}" if last else rule


def repeated(rule: str, starts: datetime, ends_on: date | None) -> str:
    """Return how typed times recur: once, every day or every week until the plan ends."""
    if rule == "daily":
        return _until("FREQ=DAILY", ends_on)
    return _until(f"FREQ=WEEKLY;BYDAY={WEEKDAYS[starts.weekday()]}", ends_on) if rule == "weekly" else ""


def rule_parts(repeats: str) -> dict[str, str]:
    """Return a recurrence rule by its parts."""
    return dict(part.split("=", 1) for part in repeats.split(";") if "=" in part)


def is_daily(repeats: str) -> bool:
    """Whether a time comes day by day, so that people share it by weekdays."""
    return rule_parts(repeats).get("FREQ") == "DAILY"


def shares(window: Window, member_ids: Sequence[str], *, ends_on: date | None) -> tuple[Part, ...]:
    """Return a first proposal of who takes which part of a window, so that all of it is covered once."""
    if not member_ids:
        return ()
    if is_daily(window.repeats):
        return _by_weekday(window, member_ids, ends_on)
    edges = _edges(window.starts_local, window.ends_local, len(member_ids))
    return tuple(
        Part(member_id, start, end) for member_id, start, end in zip(member_ids, edges, edges[1:], strict=False) if start < end
    )


def _edges(starts: datetime, ends: datetime, number: int) -> list[datetime]:
    length = (ends - starts) / number
    plain = [_to_hour(starts + each * length) for each in range(1, number)]
    if ends - starts > DAY:
        natural = [_natural(at) for at in plain]
        if len({starts, *natural, ends}) == number + 1:
            plain = natural
    return [starts, *plain, ends]


def _to_hour(at: datetime) -> datetime:
    return (at + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0)


def _natural(at: datetime) -> datetime:
    midnight = datetime.combine(at.date(), time())
    near = [midnight + timedelta(days=day, hours=hour) for day in (-1, 0, 1) for hour in NATURAL_HOURS]
    return min(near, key=lambda each: (abs(each - at), at - each))


def _by_weekday(window: Window, member_ids: Sequence[str], ends_on: date | None) -> tuple[Part, ...]:
    first = window.starts_local.date()
    until = rule_parts(window.repeats).get("UNTIL")
    last = date.fromisoformat(f"{until[:4]}-{until[4:6]}-{until[6:8]}") if until else ends_on or first + 6 * DAY
    count = max(1, min(7, (last - first).days + 1))
    days = [WEEKDAYS[(first.weekday() + each) % 7] for each in range(count)]
    parts, begin = [], 0
    for number, member_id in enumerate(member_ids):
        end = round(count * (number + 1) / len(member_ids))
        if mine := tuple(days[begin:end]):
            parts.append(Part(member_id, window.starts_local, window.ends_local, mine))
        begin = end
    return tuple(parts)


def on_weekdays(window: Window, starts: time, ends: time, weekdays: Sequence[str]) -> Times | None:
    """Return one member's share of a time that comes every day: these weekdays, from the first of them on. None without any."""
    chosen = [day for day in WEEKDAYS if day in weekdays]
    if not chosen:
        return None
    first = window.starts_local.date()
    while WEEKDAYS[first.weekday()] not in chosen:
        first += DAY
    begin = datetime.combine(first, starts)
    until = rule_parts(window.repeats).get("UNTIL")
    rule = f"FREQ=WEEKLY;BYDAY={','.join(chosen)}" + (f";UNTIL={until}" if until else "")
    return Times(begin, datetime.combine(first if ends > starts else first + DAY, ends), rule)


def within(window: Window, starts: datetime, ends: datetime) -> Times:
    """Return one member's share of a window; it recurs as the window does, on its own weekday."""
    parts = rule_parts(window.repeats)
    if not parts:
        return Times(starts, ends)
    until = f";UNTIL={parts['UNTIL']}" if "UNTIL" in parts else ""
    interval = f";INTERVAL={parts['INTERVAL']}" if "INTERVAL" in parts else ""
    return Times(starts, ends, f"FREQ=WEEKLY{interval};BYDAY={WEEKDAYS[starts.weekday()]}{until}")


def backups_for(member_id: str, picked: Sequence[str], others: Sequence[Member]) -> tuple[str, ...]:
    """Return who is proposed to step in: the others who protect, those who come next first; then whoever else could."""
    at = picked.index(member_id) if member_id in picked else 0
    ring = [*picked[at + 1 :], *picked[:at]]
    return tuple(dict.fromkeys((*ring, *(one.id for one in others if one.id != member_id))))


def usual_action(children: Sequence[str]) -> str:
    """Return a verb phrase to begin with."""
    return f"Stay with {children[0] if len(children) == 1 else 'the children'}"
