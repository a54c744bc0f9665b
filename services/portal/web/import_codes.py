"""The codes of imports in plain English."""

import re
from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, str]] = {
    "people": ("People", "Who they are, their language, how they are reached."),
    "cases": ("Families", "What they are called, their unit, who works with them."),
    "members": ("Who belongs to which family", "Send people and families first."),
}
COLUMNS: Mapping[str, str] = {
    "people": "external_id, given_name, family_name, preferred_name, born_on, spoken_language, written_language, "
    "interpreter_needed, time_zone, quiet_from, quiet_until, voicemail_ok, safe_words, staff_id, confidential_address, phone, "
    "landline, email, address, substitute_address",
    "cases": "external_id, title, unit, assigned, time_zone",
    "members": "case_external_id, person_external_id, relationship, side, circle, support_type, caregiver_of_concern",
}
MODES: Mapping[str, tuple[str, str]] = {
    "upsert": ("Stays as it is", "The usual way."),
    "replace": (
        "Ends",
        "Members who are left out leave, families that are left out are closed; only what this source brought. Never people.",
    ),
}
STATES: Mapping[str, tuple[str, str]] = {
    "queued": ("schedule", "Waits for its turn"),
    "running": ("schedule", "Under way"),
    "succeeded": ("check_circle", "Done"),
    "failed": ("error", "Came to nothing"),
}
STATE_MARKS: Mapping[str, str] = {"queued": "wait", "running": "wait", "succeeded": "good", "failed": "bad"}
FAILURES: Mapping[str, str] = {
    "rows_rejected": "Some lines were rejected, and it was to be all or nothing. Correct them and try the file anew.",
    "replace_would_remove": "Other records than agreed to would have ended. Try the file anew, and look at their number.",
    "broke_off": "It broke off. Try the file anew; if it breaks off again, ask for help with the number in this page's address.",
}
REFUSALS: Mapping[str, str] = {
    "stale_import": "A newer file of this source was already taken. Ask for a fresh one, or name another source.",
    "import_running": "Another file of this source and kind is under way. Wait until it is through, then send this one.",
    "replace_would_remove": "Other records would end than when it was tried. Try the file anew.",
    "replace_incomplete": "Some lines do not say whom they are about, so what is left out cannot end. Correct them first.",
}
_ID = re.compile(r"imp_[0-9a-f]{32}")


def is_id(word: str) -> bool:
    """Whether a form's word can be the id of an import."""
    return bool(_ID.fullmatch(word))
