"""Sentences for staff pages: times, people and messages as one says them aloud. What single codes are called is in `codes`.

Staff pages are English; what members see is in `member_words`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name

from services.portal.domain.families import Channel, Member, Person
from services.portal.domain.meetings import Message
from services.portal.domain.reach import Reach, Way, Why
from services.portal.web import codes
from services.portal.web.member_words import Say, base_of
from shared.kernel.wall import Adjustment, at_wall, zone


def channel_words(channel: Channel) -> str:
    """Say a channel and its state."""
    return codes.CHANNEL_STATES.get((channel.channel, channel.consent), codes.CHANNELS.get(channel.channel, channel.channel))


def reach_words(reach: Reach) -> str:
    """Say how somebody will be told."""
    if reach.why is Why.RELAY:
        return "You call whoever passes messages on"
    words = {Way.EMAIL: "Email with a calendar entry", Way.SMS: "Text message", Way.CALL: "You call them"}[reach.way]
    return f"{words} and a letter" if reach.letter else words


def only_words(person: Person) -> str:
    """Say what a roster says in one breath: how this person is reached at all."""
    if person.relay_person_id:
        return "Only through somebody else"
    if person.channels and not person.safe:
        return "No safe way on record"
    usable = {one.channel for one in person.safe if one.consent not in {"revoked", "invalid_number"}}
    if not usable:
        return "Cannot be reached yet" if not person.channels else "All messages stopped"
    if usable == {"sms"}:
        return "Text only"
    return "Call only" if usable <= {"voice", "letter"} else ""


def relationship_words(member: Member) -> str:
    """Say how a member stands to the child."""
    if member.relationship == "other" and member.relationship_words:
        return member.relationship_words
    return codes.RELATIONSHIPS.get(member.relationship, member.relationship.replace("_", " "))


@cache
def language_words(tag: str) -> str:
    """Say a language in English."""
    base, _, rest = tag.partition("-")
    english = Locale("en")
    name = codes.ALSO_SPOKEN.get(base) or english.languages.get(base, tag)
    detail = english.scripts.get(rest) or english.territories.get(rest)
    return f"{name} ({detail})" if detail else name


def label(table: Mapping[str, str], code: str) -> str:
    """Say a code; one that is new to us is shown as it is, without underscores."""
    return table.get(code, code.replace("_", " "))


def pair(table: Mapping[str, tuple[str, str]], code: str) -> tuple[str, str]:
    """Return icon and words of a code."""
    return table.get(code, ("help", code.replace("_", " ")))


def day(on: date, today: date | None = None) -> str:
    """Say a day: "Thu, Mar 4", with the year where it is not this one."""
    year = "" if today is None or on.year == today.year else ", y"
    return format_date(on, f"EEE, MMM d{year}", locale="en_US")


def long_day(on: date) -> str:
    """Say a day in full: "Thursday, March 4, 2027"."""
    return format_date(on, "EEEE, MMMM d, y", locale="en_US")


def message(one: Message, zone_name: str, today: date, *, answered: bool = False) -> tuple[str, str]:
    """Return icon and words of a message: what it is, how it travels, and how far it is. Who answered was called."""
    kind, by_hand = label(codes.MESSAGE_KINDS, one.kind), one.channel in {"call", "voice", "letter"}
    if by_hand:
        task = "a letter to post" if one.channel == "letter" else "by phone" if answered else "a call to make"
        when = f", {moment(one.due_at, zone_name, today)}" if one.state == "pending" and one.due_at else ""
        return ("mail_outline" if one.channel == "letter" else "phone"), f"{kind}: {task}{when}"
    icon, state = pair(codes.MESSAGE_STATES, one.state)
    when = ""
    if one.state == "pending" and one.due_at:
        when = f" until {moment(one.due_at, zone_name, today)}"
    elif one.finished_at:
        when = f", {moment(one.finished_at, zone_name, today)}"
    return icon, f"{kind} by {label(codes.MESSAGE_WAYS, one.channel)}: {state}{when}"


def near_day(on: date, today: date) -> str:
    """Say a day as one would aloud: today, tomorrow, or its date."""
    if on == today:
        return "today"
    return "tomorrow" if on == today + timedelta(days=1) else day(on, today)


def clock(at: datetime) -> str:
    """Say a wall time: "2:30 PM"."""
    return clock_time(at.time())


def clock_time(at: time) -> str:
    """Say a time of day: "2:30 PM"."""
    return format_time(at, "h:mm a", locale="en_US").replace("\u202f", " ")


def clock_field(at: time) -> str:
    """Write a time of day as its field in a form has it."""
    return f"{at:%H:%M}"


def hours(starts: datetime, ends: datetime) -> str:
    """Say from when till when: "2:30 to 4:00 PM"."""
    if starts.date() != ends.date():
        return f"{clock(starts)} to {day(ends.date())}, {clock(ends)}"
    first = clock(starts)
    return f"{first.rpartition(' ')[0] if first[-2:] == clock(ends)[-2:] else first} to {clock(ends)}"


@cache
def zone_words(name: str, locale: str = "en_US") -> str:
    """Say a zone: "Pacific Time"."""
    return get_timezone_name(zone(name), width="long", zone_variant="generic", locale=locale)


def at_local(at: datetime, zone_name: str) -> datetime:
    """Return what clocks in a zone show at an instant."""
    return at_wall(at.astimezone(UTC), zone_name)


def causes(given: Sequence[str]) -> str:
    """Say why somebody is not free."""
    return listed([label(codes.CAUSES, code) for code in given]) or codes.CAUSES["other"]


def pool_causes(given: Sequence[str]) -> str:
    """Say why nobody, or nothing, of a pool is free."""
    return listed([{"booked": "all are taken", "none_fits": "none fits"}.get(code, label(codes.CAUSES, code)) for code in given])


def answer_word(partstat: str) -> str:
    """Say a raw answer of a reply."""
    return pair(codes.ANSWERS, partstat.replace("-", "_"))[1]


def moment(at: datetime, zone_name: str, today: date) -> str:
    """Say an instant as clocks in a zone showed it: "today, 4:31 PM"."""
    local = at_wall(at.astimezone(UTC), zone_name)
    return f"{near_day(local.date(), today)}, {clock(local)}"


def adjusted_words(adjustment: str, starts_local: datetime) -> str:
    """Say aloud what a clock change does to a time; empty when nothing."""
    if adjustment == Adjustment.GAP:
        return f"The clocks go forward that night, so this time does not exist. The meeting is at {clock(starts_local)}."
    if adjustment == Adjustment.FOLD:
        return f"The clocks go back that night, so {clock(starts_local)} happens twice. The meeting is at the first of the two."
    return ""


def preview_language(tag: str) -> str:
    """Return the language in which a person's messages are written: theirs where we have the words."""
    return base_of(tag)


def preview(tag: str, starts: datetime) -> str:
    """Say the day and hour as a person's own message will say it."""
    say = Say(tag)
    return f"{say.day(starts)}, {say.clock(starts)}"


def capital(words: str) -> str:
    """Begin a line with a capital."""
    return words[:1].upper() + words[1:]


def phone(number: str) -> str:
    """Say a number as people read it: `+12095550101` is (209) 555-0101."""
    digits = number.removeprefix("+1")
    if number.startswith("+1") and len(digits) == 10 and digits.isdigit():
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number


def count(number: int, one: str, many: str | None = None) -> str:
    """Say a number of things: "1 answer", "3 answers"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Join words as in speech: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def days_words(days: int) -> str:
    """Say how far away a due date is."""
    if days < 0:
        return f"{count(-days, 'day')} ago"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
