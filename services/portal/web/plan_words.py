"""Times of a plan as one says them aloud: stretches, what repeats, and what a clock change does to them."""

from datetime import date, datetime, time

from services.portal.domain.cover_days import Piece
from services.portal.domain.plan_making import rule_parts
from services.portal.domain.plans import Commitment, Gap, Plan, Window
from services.portal.web import plan_codes, words
from shared.kernel.wall import Adjustment, resolve

DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


def clock(at: datetime) -> str:
    """Say a wall time shortly: "8 PM", "8:30 PM", "noon", "midnight"."""
    if at.time() == time():
        return "midnight"
    return "noon" if at.time() == time(12) else words.clock(at).replace(":00", "")


def stretch(starts: datetime, ends: datetime, today: date) -> str:
    """Say a stretch of time: "Fri, Nov 27, 6 PM to Sun, Nov 29, 6 PM"."""
    first = f"{words.day(starts.date(), today)}, {clock(starts)}"
    if ends.date() == starts.date():
        return f"{first} to {clock(ends)}"
    return f"{first} to {words.day(ends.date(), today)}, {clock(ends)}"


def aloud(starts: datetime, ends: datetime) -> str:
    """Say a stretch of time of these days: "Saturday 8 PM to Sunday 8 AM"."""
    first = f"{starts:%A} {clock(starts)}"
    return f"{first} to {clock(ends)}" if ends.date() == starts.date() else f"{first} to {ends:%A} {clock(ends)}"


def piece(one: Piece) -> str:
    """Say a stretch of one day: "8 PM to midnight"; a whole day is all day."""
    if one.ends_the_day and one.starts_local.time() == time():
        return "All day"
    return f"{words.capital(clock(one.starts_local))} to {clock(one.ends_local)}"


def when(one: Window | Commitment, today: date) -> str:
    """Say when a window, or a promise, is: its first time, or how it recurs."""
    parts = rule_parts(one.repeats)
    if not parts:
        return stretch(one.starts_local, one.ends_local, today)
    hours = f"{clock(one.starts_local)} to {clock(one.ends_local)}"
    until = f", until {words.day(date.fromisoformat(_dashed(parts['UNTIL'])), today)}" if "UNTIL" in parts else ""
    if parts["FREQ"] == "WEEKLY" and one.ends_local.date() != one.starts_local.date() and "," not in parts.get("BYDAY", ""):
        hours = f"{clock(one.starts_local)} to {one.ends_local:%A} {clock(one.ends_local)}"
    return f"{words.capital(_how_often(parts, one.starts_local))}, {hours}{until}"


SPOKEN = {
    "rules": "Rules",
    "triggers": "Signs that it is not working",
    "backup": "What happens then",
    "monitoring": "How we see that it works",
}
"""The lists of a plan's words, as pages call them."""


def plan_says(plan: Plan, today: date) -> dict[str, str]:
    """Say what a plan says, part by part: what a form about it carries, to tell what somebody else changes meanwhile."""
    days = f"{words.day(plan.starts_on, today)}{f' to {words.day(plan.ends_on, today)}' if plan.ends_on else ' on'}"
    covered = [f"{words.capital(when(one, today))} ({words.count(one.adults, 'adult')} at a time)" for one in plan.windows]
    return {
        "How it stands": words.pair(plan_codes.STATES, plan.state)[1],
        "From when till when": days,
        "Time to cover": "\n".join(covered),
        "Review": words.day(plan.review_on, today),
        **{said: "\n".join(getattr(plan.words, name)) for name, said in SPOKEN.items()},
        "What the supervisor said": plan.returned_words if plan.approved_at is None else "Approved",
    }


def gap_says(gap: Gap, today: date) -> dict[str, str]:
    """Say what is to be said of time that lies open, part by part."""
    return {
        "How it stands": words.pair(plan_codes.GAPS, gap.state)[1],
        "What is left": "\n".join(stretch(one.starts_local, one.ends_local, today) for one in gap.left),
    }


def _dashed(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}"


def _how_often(parts: dict[str, str], starts: datetime) -> str:
    number = int(parts.get("INTERVAL", "1"))
    if parts["FREQ"] == "DAILY":
        return "every day" if number == 1 else f"every {number} days"
    if parts["FREQ"] == "MONTHLY":
        return "every month" if number == 1 else f"every {number} months"
    days = [DAYS[each] for each in parts["BYDAY"].split(",")] if "BYDAY" in parts else [f"{starts:%A}"]
    often = "every" if number == 1 else f"every {number} weeks on"
    return f"{often} {words.listed(days)}"


def clock_change(starts: datetime, ends: datetime, zone_name: str) -> str:
    """Say aloud what a clock change does to a time; empty when nothing."""
    for at, which in ((starts, "begins"), (ends, "ends")):
        resolved = resolve(at, zone_name)
        if resolved.adjustment is Adjustment.GAP:
            return f"The clocks go forward that night, so {clock(at)} does not exist. It {which} at {clock(resolved.local)}."
        if resolved.adjustment is Adjustment.FOLD:
            return f"The clocks go back that night, so {clock(at)} happens twice. It {which} at the first of the two."
    elapsed = resolve(ends, zone_name).instant - resolve(starts, zone_name).instant
    if elapsed > ends - starts:
        return "The clocks go back in this time: it is an hour longer than it looks."
    return "The clocks go forward in this time: it is an hour shorter than it looks." if elapsed < ends - starts else ""


def kind(code: str) -> str:
    """Say what kind of plan it is."""
    return plan_codes.KINDS[code][0] if code in plan_codes.KINDS else code.replace("_", " ")
