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
    "asking_backups": ("schedule", "Backups are being asked"),
    "partly_filled": ("error", "Part of it is covered"),
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
