"""The codes of what a member may see, of reaching somebody safely, and of keeping people apart, in plain English."""

from collections.abc import Mapping

BECAUSE: Mapping[str, str] = {
    "release": "A release names them",
    "no_release": "No release names them",
    "no_part2_consent": "Needs a release of its own that names them",
    "takes_no_part": "They take no part now",
    "not_theirs": "Not theirs",
}
CIRCLES: Mapping[str, str] = {"inner": "inner", "middle": "middle", "outer": "outer", "none": "no circle"}
"""A circle as one says it in "from outer to inner"."""
WAYS: Mapping[str, tuple[str, str]] = {
    "sms": ("chat", "Mobile phone"),
    "voice": ("phone", "Landline: call only"),
    "email": ("mail", "Email"),
    "letter": ("mail_outline", "Postal address"),
}
ANY_WAY_STATES: Mapping[str, tuple[str, str, str]] = {
    "none": ("check", "In use", ""),
    "requested": ("schedule", "Asked, waiting for their yes", "wait"),
    "pending_double_opt_in": ("schedule", "Asked, waiting for their yes", "wait"),
    "granted": ("check_circle", "Verified", "good"),
    "revoked": ("cancel", "Opted out", "bad"),
    "invalid_number": ("error", "Does not work", "bad"),
}
WAY_STATES: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("sms", "none"): ("help", "Not asked yet: no text goes here", "wait"),
    ("voice", "revoked"): ("cancel", "Asked us not to call", "bad"),
}
ONCE_OFF: Mapping[str, str] = {
    "sms": "No text goes there any more, and nobody is asked to call it. The links to their own page that we sent end, wherever "
    "they went; the next message brings a new one.",
    "voice": "Nobody is asked to call it any more.",
    "email": "No email goes there any more. The links to their own page that we sent end, "
    "wherever they went; the next message brings a new one.",
    "letter": "No letter goes there any more.",
}
"""What follows when a number or address is taken off."""
