"""Words for staff pages: every code of the services in plain English, and times as people say them.

Staff pages are English; what members see is in `member_words`. "Family" stands where the record says case, and no word blames.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name

from services.portal.domain.board import DueFlag, Flag
from services.portal.domain.families import Channel, Member, Person
from services.portal.domain.meetings import Message
from services.portal.domain.reach import Reach, Way, Why
from services.portal.web.member_words import Say, base_of
from shared.kernel.wall import Adjustment, at_wall, zone

RELATIONSHIPS: Mapping[str, str] = {
    "mother": "mother",
    "father": "father",
    "alleged_father": "alleged father",
    "stepparent": "stepparent",
    "guardian": "guardian",
    "indian_custodian": "Indian custodian",
    "grandparent_maternal": "grandparent, mother's side",
    "grandparent_paternal": "grandparent, father's side",
    "aunt_uncle": "aunt or uncle",
    "adult_sibling": "adult brother or sister",
    "minor_sibling": "brother or sister",
    "cousin": "cousin",
    "parent_of_sibling": "parent of a brother or sister",
    "godparent": "godparent",
    "family_friend": "family friend",
    "neighbor": "neighbor",
    "teacher": "teacher",
    "coach": "coach",
    "clergy": "clergy",
    "employer": "employer",
    "nrefm": "nonrelative extended family member",
    "resource_parent": "resource parent",
    "tribal_member": "tribal member",
    "service_provider": "service provider",
    "other": "other",
}
SIDES: Mapping[str, str] = {
    "na": "not through a parent",
    "maternal": "mother's side",
    "paternal": "father's side",
    "both": "both sides",
}
CIRCLES: Mapping[str, str] = {
    "inner": "Inner circle",
    "middle": "Middle circle",
    "outer": "Outer circle",
    "none": "Not in a circle yet",
}
SUPPORTS: Mapping[str, str] = {"informal": "family or friend", "formal": "professional"}
ROLES: Mapping[str, str] = {
    "child": "Child",
    "youth": "Youth",
    "nmd": "Nonminor dependent",
    "parent": "Parent",
    "guardian": "Guardian",
    "indian_custodian": "Indian custodian",
    "current_caregiver": "Current caregiver",
    "placing_agency_worker": "Social worker",
    "ffa_rep": "Foster family agency",
    "strtp_rep": "STRTP",
    "county_mental_health_rep": "County mental health",
    "icc_coordinator": "ICC coordinator",
    "regional_center_rep": "Regional center",
    "casa": "CASA",
    "tribal_representative": "Tribal representative",
    "education_rights_holder": "Education rights holder",
    "probation_officer": "Probation officer",
    "extended_family": "Extended family",
    "informal_support": "Family's support",
    "educator": "Educator",
    "sud_professional": "Service provider (SUD)",
    "service_provider": "Service provider",
    "attorney_child": "Child's attorney",
    "attorney_parent": "Parent's attorney",
    "county_counsel": "County counsel",
    "facilitator": "Facilitator",
    "interpreter": "Interpreter",
    "scheduler": "Scheduler",
    "supervisor": "Supervisor",
    "coach_observer": "Coach or observer",
    "security": "Security",
    "childcare_support": "Child care",
}
MODES: Mapping[str, str] = {"in_person": "in person", "video": "by video", "phone": "by phone"}
PURPOSES: Mapping[str, str] = {
    "safety_plan": "Safety plan",
    "initial_cft": "First CFT",
    "case_plan_development": "Make the family's plan",
    "case_plan_review": "Review the family's plan",
    "placement_preservation": "Keep the placement",
    "placement_change": "Placement change",
    "emergency_removal": "After an emergency separation",
    "return_home": "Return home",
    "transition_planning": "Transition",
    "case_closure": "Closing our work together",
    "safety_mapping": "Safety mapping",
    "permanency": "Permanency",
    "youth_independence": "Youth's independence",
    "cans_review": "CANS review",
    "strtp_consideration": "STRTP consideration",
    "family_requested": "The family asked for it",
    "other": "Something else",
}
PLACEMENTS: Mapping[str, str] = {
    "home": "at home",
    "relative": "with relatives",
    "nrefm": "with a nonrelative extended family member",
    "resource_family": "with a resource family",
    "ffa": "in a foster family agency home",
    "tfc": "in therapeutic foster care",
    "strtp": "in an STRTP",
    "shelter": "in a shelter",
    "hospital": "in hospital",
    "silp": "in supervised independent living",
    "tribal": "in a tribal placement",
    "other": "elsewhere",
}
ICWA: Mapping[str, str] = {
    "unknown": "ICWA: not asked yet",
    "inquiry_pending": "ICWA: inquiry under way",
    "reason_to_believe": "ICWA: reason to believe",
    "reason_to_know": "ICWA: reason to know",
    "applies": "ICWA applies",
    "does_not_apply": "ICWA does not apply",
}
SEPARATIONS: Mapping[str, str] = {
    "protective_order": "protective order",
    "dv_safety": "safety from violence at home",
    "no_contact_order": "no-contact order",
    "child_request": "the child asked for it",
    "other_safety": "other safety reason",
}
RULES: Mapping[str, str] = {
    "cft.initial": "set by the first-meeting rule",
    "cft.initial_icwa": "set by the ICWA rule",
    "cft.periodic": "set by the six-month rule",
    "cft.intensive": "set by the 90-day rule",
}
ANSWERS: Mapping[str, tuple[str, str]] = {
    "accepted": ("check_circle", "Yes"),
    "declined": ("cancel", "No"),
    "tentative": ("help", "Not sure"),
    "delegated": ("people", "Sends somebody else"),
    "needs_action": ("schedule", "No answer yet"),
}
ANSWER_CHANNELS: Mapping[str, str] = {
    "mail": "by email",
    "sms": "by text",
    "link": "on their page",
    "staff": "told to staff",
    "phone": "by phone, told to staff",
    "in_person": "in person, told to staff",
}
CAUSES: Mapping[str, str] = {
    "school": "school hours",
    "work": "work",
    "court": "court",
    "treatment": "an appointment",
    "other": "not free",
    "outside_hours": "outside usual hours",
    "calendar": "busy in the calendar",
    "booked": "in another meeting",
    "travel": "no time to get there",
    "separation": "not possible at this place",
    "none_fits": "none fits",
    "daily_limit": "has enough meetings that day",
    "notice_too_short": "needs more notice",
    "one_person_two_seats": "needed twice",
    "holiday": "county holiday",
    "after_due_date": "after the due date",
    "too_soon": "too soon",
    "too_long": "too short a day for this length",
}
POOLS: Mapping[str, str] = {"facilitator": "Facilitator", "room": "Room", "interpreter": "Interpreter"}
PLUSES: Mapping[str, str] = {
    "everyone": "Everyone can come",
    "family_wish": "The family asked for this time",
    "outside_school": "Outside school hours",
    "same_facilitator": "Same facilitator as last time",
}
STATES: Mapping[str, str] = {
    "requested": "Asked for",
    "preparing": "Being prepared",
    "proposing": "Times proposed",
    "scheduled": "Scheduled",
    "confirmed": "Confirmed",
    "held": "Held",
    "held_partial": "Held in part",
    "cancelled": "Cancelled",
    "no_quorum": "Not enough people came",
    "declined_by_youth": "Declined by the youth",
}
MEETING_FLAGS: Mapping[str, str] = {
    "separated": "Two people in this meeting must never meet. Take one of them off, or plan two meetings.",
    "after_due_date": "This is later than the day by which this family must meet.",
    "required_declined": "Somebody who must be there said no. Find another time, or phone them.",
    "required_role_missing": "A seat that this meeting needs is still empty.",
    "interpreter_unfilled": "An interpreter has not said yes yet.",
}
CANCEL_REASONS: Mapping[str, str] = {
    "family_asked": "The family asked",
    "key_person_cannot_come": "A key person cannot come",
    "staff_unavailable": "Staff cannot come",
    "illness": "Illness",
    "weather": "Weather or emergency",
    "no_longer_needed": "No longer needed",
    "booked_by_mistake": "Booked by mistake",
}
MESSAGE_KINDS: Mapping[str, str] = {
    "invitation": "Invitation",
    "moved": "New time",
    "changed": "Change",
    "again": "Invitation, sent again",
    "cancelled": "Cancellation",
    "removed": "Taken off the meeting",
    "reminder_7d": "Reminder, 7 days before",
    "reminder_2d": "Reminder, 2 days before",
    "reminder_2h": "Reminder, 2 hours before",
    "double_opt_in": "May we text you?",
    "opt_in_confirmation": "Thanks for saying yes to texts",
    "opt_out_confirmation": "Texts stopped",
    "help": "Help",
    "answer_confirmation": "Thanks for the answer",
    "unclear": "We did not understand",
    "which_meeting": "Which meeting?",
}
MESSAGE_WAYS: Mapping[str, str] = {"email": "email", "sms": "text", "call": "phone call", "voice": "phone call", "letter": "letter"}
MESSAGE_STATES: Mapping[str, tuple[str, str]] = {
    "pending": ("schedule", "waits"),
    "claimed": ("schedule", "about to leave"),
    "sending": ("schedule", "being sent"),
    "sent": ("check", "sent"),
    "delivered": ("check_circle", "arrived"),
    "failed": ("error", "did not get through"),
    "missed": ("error", "not sent in time"),
    "cancelled": ("cancel", "no longer needed"),
    "suppressed": ("cancel", "not sent"),
    "unknown": ("help", "may have arrived"),
    "open": ("schedule", "waits for you"),
    "done": ("check", "done"),
}
TASK_REASONS: Mapping[str, str] = {
    "by_phone": "They are reached by phone.",
    "minor": "A minor is not written to by machine.",
    "opted_out": "They asked us to stop messages.",
    "invalid_number": "Their number does not work. Ask for a new one.",
    "no_consent": "They have not agreed to messages yet.",
    "no_channel": "We know no way to write to them.",
    "translation_missing": "There are no words for this in their language yet.",
    "failed": "A message did not get through.",
    "missed": "A message could not leave in time.",
    "suppressed": "Messages to them are stopped.",
}
OUTCOMES: Mapping[str, str] = {
    "reached": "I spoke with them",
    "left_voicemail": "I left a voicemail",
    "no_answer": "Nobody answered",
}
REPLY_KINDS: Mapping[str, str] = {
    "answer": "An answer",
    "other_time": "Asks for another time",
    "delegation": "Wants to send somebody else",
    "refresh": "Asked for the invitation again",
    "not_an_answer": "A message that is no answer",
}
WHYS: Mapping[Why, str] = {
    Why.BY_PHONE: "reached by phone",
    Why.MINOR: "a minor; tell them through an adult",
    Why.OPTED_OUT: "asked us to stop messages",
    Why.INVALID_NUMBER: "the number we have does not work",
    Why.NO_CONSENT: "has not agreed to texts yet",
    Why.NO_CHANNEL: "no number or address on record",
}
FLAGS: Mapping[Flag, tuple[str, str]] = {
    Flag.REPLIES_WAIT: ("chat", "A reply waits for you"),
    Flag.REFUSED: ("cancel", "Somebody said no"),
    Flag.ANSWERS_MISSING: ("schedule", "Answers missing"),
    Flag.NOT_CONFIRMED: ("info", "All have answered; not confirmed yet"),
    Flag.ALL_YES: ("check_circle", "Confirmed"),
}
DUE_FLAGS: Mapping[DueFlag, tuple[str, str]] = {
    DueFlag.OVERDUE: ("error", "Overdue"),
    DueFlag.THIS_WEEK: ("error", "This week"),
    DueFlag.SOON: ("schedule", "Soon"),
    DueFlag.LATER: ("event", "Later"),
}
_CONSENTS: Mapping[tuple[str, str], str] = {
    ("sms", "granted"): "Texts: verified",
    ("sms", "requested"): "Texts: asked, waiting for their yes",
    ("sms", "pending_double_opt_in"): "Texts: asked, waiting for their yes",
    ("sms", "none"): "Texts: not asked yet",
    ("sms", "revoked"): "Texts: opted out",
    ("sms", "invalid_number"): "Texts: number does not work",
    ("email", "revoked"): "Email: opted out",
    ("email", "invalid_number"): "Email: address does not work",
    ("email", "granted"): "Email: verified",
    ("voice", "revoked"): "Phone: asked us not to call",
    ("voice", "invalid_number"): "Phone: number does not work",
}
# Spoken here, and unknown to CLDR.
_ALSO_SPOKEN: Mapping[str, str] = {
    "mix": "Mixtec",
    "mxb": "Mixtec (Tezoatlán)",
    "trc": "Triqui (Copala)",
    "trq": "Triqui (Itunyoso)",
    "ium": "Mien",
    "kjb": "Q'anjob'al",
    "tsz": "Purépecha",
    "mam": "Mam",
    "hnj": "Hmong Njua",
    "mww": "Hmong Daw",
}
_CHANNELS: Mapping[str, str] = {"sms": "Texts", "email": "Email", "voice": "Phone calls", "letter": "Letters"}


def channel_words(channel: Channel) -> str:
    """Say a channel and its state."""
    return _CONSENTS.get((channel.channel, channel.consent), _CHANNELS.get(channel.channel, channel.channel))


def reach_words(reach: Reach) -> str:
    """Say how somebody will be told."""
    words = {Way.EMAIL: "Email with a calendar entry", Way.SMS: "Text message", Way.CALL: "You call them"}[reach.way]
    return f"{words} and a letter" if reach.letter else words


def only_words(person: Person) -> str:
    """Say what a roster says in one breath: how this person is reached at all."""
    usable = {one.channel for one in person.channels if one.consent not in {"revoked", "invalid_number"}}
    if not usable:
        return "Cannot be reached yet" if not person.channels else "All messages stopped"
    if usable == {"sms"}:
        return "Text only"
    return "Call only" if usable <= {"voice", "letter"} else ""


def relationship_words(member: Member) -> str:
    """Say how a member stands to the child."""
    if member.relationship == "other" and member.relationship_words:
        return member.relationship_words
    return RELATIONSHIPS.get(member.relationship, member.relationship.replace("_", " "))


@cache
def language_words(tag: str) -> str:
    """Say a language in English."""
    base, _, rest = tag.partition("-")
    english = Locale("en")
    name = _ALSO_SPOKEN.get(base) or english.languages.get(base, tag)
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
    kind, by_hand = label(MESSAGE_KINDS, one.kind), one.channel in {"call", "voice", "letter"}
    if by_hand:
        task = "a letter to post" if one.channel == "letter" else "by phone" if answered else "a call to make"
        when = f", {moment(one.due_at, zone_name, today)}" if one.state == "pending" and one.due_at else ""
        return ("mail_outline" if one.channel == "letter" else "phone"), f"{kind}: {task}{when}"
    icon, state = pair(MESSAGE_STATES, one.state)
    when = ""
    if one.state == "pending" and one.due_at:
        when = f" until {moment(one.due_at, zone_name, today)}"
    elif one.finished_at:
        when = f", {moment(one.finished_at, zone_name, today)}"
    return icon, f"{kind} by {label(MESSAGE_WAYS, one.channel)}: {state}{when}"


def near_day(on: date, today: date) -> str:
    """Say a day as one would aloud: today, tomorrow, or its date."""
    if on == today:
        return "today"
    return "tomorrow" if on == today + timedelta(days=1) else day(on, today)


def clock(at: datetime) -> str:
    """Say a wall time: "2:30 PM"."""
    return format_time(at.time(), "h:mm a", locale="en_US").replace("\u202f", " ")


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


def causes(codes: Sequence[str]) -> str:
    """Say why somebody is not free."""
    return listed([label(CAUSES, code) for code in codes]) or CAUSES["other"]


def pool_causes(codes: Sequence[str]) -> str:
    """Say why nobody, or nothing, of a pool is free."""
    return listed([{"booked": "all are taken", "none_fits": "none fits"}.get(code, label(CAUSES, code)) for code in codes])


def answer_word(partstat: str) -> str:
    """Say a raw answer of a reply."""
    return pair(ANSWERS, partstat.replace("-", "_"))[1]


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
