"""The codes of plans, promises and cover in plain English. What lies open is said as it is, and nobody is blamed for it."""

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, str]] = {
    "immediate": ("Immediate plan", "For the next days. 7 days at most."),
    "sdm_safety_plan": ("SDM safety plan", "For an SDM safety threat. 30 days at most."),
    "family_safety_plan": ("Family safety plan", "The family's own plan for the long run. No end, but regular reviews."),
    "ongoing": ("Ongoing plan", "For months. A year at most, then a new one."),
}
STATES: Mapping[str, tuple[str, str]] = {
    "draft": ("edit", "Being made"),
    "agreed": ("people", "Agreed, not in force yet"),
    "supervisor_review": ("schedule", "Waits for the supervisor"),
    "active": ("check_circle", "In force"),
    "at_risk": ("error", "In force, and time lies open"),
    "under_review": ("schedule", "In force, and being reviewed"),
    "ended_resolved": ("check", "Ended: the danger is resolved"),
    "ended_separation": ("info", "Ended: the child was separated"),
    "expired": ("schedule", "Its time is over"),
    "superseded": ("autorenew", "A newer plan took its place"),
    "cancelled": ("cancel", "Called off"),
}
STATE_MARKS: Mapping[str, str] = {"active": "good", "at_risk": "bad", "supervisor_review": "wait", "under_review": "wait"}
COVERS: Mapping[str, str] = {
    "weekend": "This weekend",
    "nights": "Every night",
    "weekends": "Every weekend",
    "own": "Other times",
}
PROMISES: Mapping[str, tuple[str, str]] = {
    "offered": ("schedule", "Asked, no answer yet"),
    "accepted": ("check_circle", "Said yes"),
    "active": ("check_circle", "Promised"),
    "paused": ("info", "Rests"),
    "declined": ("cancel", "Said no"),
    "withdrawn": ("cancel", "Taken back"),
    "completed": ("check", "Done"),
    "expired": ("schedule", "Over"),
    "superseded": ("autorenew", "No longer needed"),
}
PROMISE_MARKS: Mapping[str, str] = {"accepted": "good", "active": "good", "offered": "wait", "paused": "wait"}
ASKS: Mapping[str, tuple[str, str]] = {
    "queued": ("schedule", "Will be asked"),
    "sent": ("schedule", "Asked, no answer yet"),
    "accepted": ("check_circle", "Steps in"),
    "accepted_partial": ("check_circle", "Steps in for part of it"),
    "declined": ("cancel", "Cannot"),
    "no_answer": ("help", "Did not answer in time"),
    "expired": ("help", "Did not answer in time; a late yes still counts"),
    "covered": ("check", "Somebody else was first"),
    "withdrawn": ("cancel", "Took it back"),
}
GAPS: Mapping[str, tuple[str, str]] = {
    "open": ("error", "Nobody yet"),
    "asking_backups": ("error", "Nobody yet; backups are being asked"),
    "partly_filled": ("error", "Part of it is covered, the rest is open"),
    "filled": ("check_circle", "Covered"),
    "accepted_by_worker": ("info", "Left open, with a reason"),
    "elapsed_uncovered": ("error", "Its time has come, and nobody is there"),
}
TOLD: Mapping[str, str] = {
    "opened": "The worker was told.",
    "unfilled": "The worker was told that nobody is left to ask.",
    "urgent": "The supervisor and the worker on call were told.",
    "loud": "The supervisor and the worker on call were told again, urgently.",
}
HELD: Mapping[str, tuple[str, str]] = {
    "covered": ("check_circle", "Covered"),
    "short": ("error", "Nobody yet"),
    "accepted": ("info", "Left open, with a reason"),
    "missed": ("error", "Nobody was there"),
}
TURNS: Mapping[str, tuple[str, str]] = {
    "planned": ("event", "Planned"),
    "confirmed": ("check", "Confirmed"),
    "in_progress": ("schedule", "Now"),
    "kept": ("check_circle", "Went well"),
    "partly_kept": ("info", "Partly"),
    "missed": ("error", "Did not take place"),
    "excused": ("cancel", "Cannot this time"),
    "covered_by_backup": ("check_circle", "A backup was there"),
    "uncovered": ("error", "Nobody was there"),
    "unknown": ("help", "Not known how it went"),
}
SOURCES: Mapping[str, str] = {"text": "by text", "tap": "on their page", "mail": "by email", "recorded": "told to staff"}
CANNOT_PROTECT: Mapping[str, str] = {
    "minor": "Under 18. Welcome to help, but cover needs an adult.",
    "caregiver_of_concern": "Caregiver of concern. Can take steps of the plan, but is never the cover.",
    "excluded": "Excluded from the network for now.",
    "not_here": "Has stepped back for now.",
    "unsuitable": "Looked into, and not suitable to protect.",
    "vetting_limit": "May help, but not protect: a limit of the vetting.",
}
LIMITS: Mapping[str, str] = {
    "not_overnight": "not overnight",
    "not_alone": "not alone",
    "not_driving": "not driving",
    "no_protective": "does not count as cover",
    "other": "other limits",
}
ENDINGS: Mapping[str, tuple[str, str]] = {
    "ended_resolved": ("The danger is resolved", "The plan did its work, or a longer one takes over."),
    "ended_separation": ("The child was separated", "People decided it. Surround only writes it down."),
    "cancelled": ("It is called off", "It was made by mistake, or is no longer wanted."),
}
SAID: Mapping[str, tuple[str, str]] = {
    "accepted": ("Yes, they will do it", ""),
    "partial": ("Yes, but only until a time", "What is left stays open, and the next person is asked."),
    "declined": ("No, they cannot", "No reason is needed."),
    "turn_excused": ("They cannot this time", "The rest stays promised. Backups are asked at once."),
    "turn_confirmed": ("They will be there this time", ""),
    "withdrawn": ("They take it back wholly", "Always possible, without a reason. Backups are asked at once."),
    "kept": ("It went well", ""),
    "partly_kept": ("It went well in part", ""),
    "missed": ("It did not take place", ""),
}
METHODS: Mapping[str, str] = {"recorded": "said so", "wet": "signed on paper", "e_sign": "signed electronically"}
MEMBER_STATES: Mapping[str, tuple[str, str]] = {
    "identified": ("person", "Known by name"),
    "contacted": ("chat", "Contacted"),
    "met_agency": ("people", "Has met us"),
    "informed_of_concern": ("info", "Knows the worry"),
    "committed": ("check", "Has promised something"),
    "active": ("check_circle", "Active in the network"),
    "paused": ("schedule", "Rests for now"),
    "lapsed": ("priority_high", "Was active; something is missing now"),
    "withdrawn": ("cancel", "Has stepped back"),
    "excluded": ("cancel", "Excluded for now"),
    "left": ("cancel", "Has left"),
}
MEMBER_MARKS: Mapping[str, str] = {"active": "good", "lapsed": "wait"}
QUALITIES: Mapping[str, str] = {
    "cares": "Cares about the child",
    "willing_to_meet": "Is willing to meet",
    "understands_concern": "Understands the worry",
    "will_do_something": "Will do something specific",
}
QUALITIES_SHORT: Mapping[str, str] = {
    "cares": "cares",
    "willing_to_meet": "willing to meet",
    "understands_concern": "understands the worry",
    "will_do_something": "will do something",
}
KNOWS: Mapping[str, str] = {"everything": "knows everything", "some": "knows some of it", "nothing": "knows nothing of it yet"}
VETTINGS: Mapping[str, str] = {
    "not_vetted": "Not looked into yet",
    "suitable": "Looked into: suitable",
    "suitable_with_limits": "Looked into: suitable with limits",
    "unsuitable": "Looked into: not suitable",
}
SET_ASIDE: Mapping[str, str] = {"paused": "Rests for now", "withdrawn": "Has stepped back", "excluded": "Is excluded for now"}
PROMPTS: Mapping[str, str] = {
    "paternal_side": "Father's side",
    "maternal_side": "Mother's side",
    "siblings_parent": "Parent of a brother or sister",
    "tribe": "Tribe",
    "school": "School",
    "faith": "Faith community",
}
PROMPT_STATES: Mapping[str, tuple[str, str]] = {
    "found": ("check_circle", "Somebody is there"),
    "nobody_found": ("info", "We looked, and found nobody"),
    "open": ("help", "Nobody has looked yet"),
    "not_asked": ("info", "Does not apply"),
}
NOTICES: Mapping[str, tuple[str, str]] = {
    "identified": ("schedule", "Known by name; must still be found"),
    "located": ("schedule", "Found; must still be told in writing"),
    "notified": ("check_circle", "Told in writing"),
    "responded": ("check_circle", "Has answered"),
    "notice_exempt": ("info", "Not told, with a reason"),
}
NOTICE_METHODS: Mapping[str, str] = {"letter": "by letter", "handed_letter": "letter handed over"}
DUES: Mapping[str, tuple[str, str]] = {
    "meeting": ("event", "Meet by"),
    "plan_review": ("visibility", "Review the safety plan"),
    "supervisor": ("person", "The supervisor reviews the plan"),
    "plan_ends": ("schedule", "The safety plan ends"),
    "kin_notice": ("mail_outline", "Tell relatives in writing"),
    "tell_again": ("chat", "Tell members the new words"),
}
STATEMENTS: Mapping[str, str] = {
    "harm": "Harm",
    "danger": "Danger",
    "complicating_factor": "Complicating factor",
    "safety_act": "Act of protection",
    "supporting_strength": "Supporting strength",
    "safety_goal": "Safety goal",
    "grey_area": "Grey area",
    "bottom_line": "Bottom line",
}
HINTS: Mapping[str, str] = {
    "too_long": "This is long. Short sentences are easier to share.",
    "hard_to_read": "This reads harder than sixth grade.",
    "blaming_words": "Some words blame. Say what the person did, and what it did to the child.",
    "impact_missing": "Say what it does to the child.",
    "service_only_step": "Going to a service is not yet a change.",
    "not_a_danger": "Link the danger or harm that this makes smaller.",
}
VOICES: Mapping[str, str] = {"three_houses": "Three Houses", "safety_house": "Safety House", "safe_signal": "safe word or object"}
ROOMS: Mapping[str, str] = {
    "good_things": "House of good things",
    "worries": "House of worries",
    "dreams": "House of dreams",
    "inside": "Who lives in the safe house",
    "visitors": "Who may visit",
    "not_safe": "Who or what is not safe",
    "rules": "Rules of the house",
    "path": "The path to it",
    "signal": "The signal",
}
VISIBILITIES: Mapping[str, str] = {
    "self_only": "whoever wrote it",
    "network": "the network, once told",
    "team": "the team",
    "agency": "staff only",
    "restricted_persons": "the people named",
}
RECORDS: Mapping[str, str] = {
    "social_service": "Social services",
    "medical": "Medical",
    "mental_health": "Mental health",
    "education": "Education",
    "sud_part2": "Substance use treatment (42 CFR Part 2; stands alone)",
}
CAPACITIES: Mapping[str, str] = {
    "self": "For themselves",
    "parent": "Parent",
    "guardian": "Guardian",
    "attorney_for_child": "The child's attorney",
    "other_authorized": "Otherwise authorized",
}
SIGNED: Mapping[str, str] = {"wet": "On paper", "e_sign": "Electronically"}
REVIEWS: Mapping[str, str] = {
    "continue": "It goes on as it is",
    "change": "It has to change",
    "end": "It can end",
}
CASE_STEPS: Mapping[str, tuple[str, str]] = {
    "planned": ("event", "Planned"),
    "under_way": ("schedule", "Under way"),
    "seen": ("check_circle", "Others have seen it"),
    "dropped": ("cancel", "Dropped"),
}
