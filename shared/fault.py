"""Places in the shipped code where a test may pull the plug: `fault.here("relay.after_xadd_before_mark")` (RELIABILITY §3.1).

Such a line does nothing unless the process was started with `FAULT=<place>`, `FAULT=<place>:<n>` for the nth pass (default: the
first), or `FAULT=<place>:<n>:freeze`, which stops the process where it stands until it is continued. It is refused where messages
reach real people.
"""

import os
import signal
from collections.abc import Mapping

VARIABLE = "FAULT"
KILLED = 137
"""The exit code of a process that died at its place: that of `kill -9`, seen from a shell."""

PLACES: frozenset[str] = frozenset(
    {
        "api.before_commit",
        "cover.before_asking",
        "ticker.before_asking_on",
        "import.before_chunk_commit",
        "import.after_chunk_commit",
        "api.after_commit_before_response",
        "relay.after_number_before_xadd",
        "relay.after_xadd_before_mark",
        "consumer.after_effects_before_cursor",
        "consumer.after_commit_before_next",
        "consumer.while_healing",
        "consumer.after_park",
        "ticker.after_claim_before_enqueue",
        "ticker.after_enqueue",
        "send.on_receipt",
        "send.before_attempt_commit",
        "send.after_attempt_before_connect",
        "send.after_result_before_mark",
        "smtp.after_rcpt",
        "smtp.before_final_dot",
        "smtp.after_final_dot_before_reply",
        "smtp.after_reply_before_mark",
        "sms.after_post_before_reply",
        "sms.after_reply_before_mark",
        "webhook.after_post_before_reply",
        "webhook.after_reply_before_mark",
        "mail_in.after_data_before_commit",
        "mail_in.after_commit_before_250",
        "webhook_in.after_verify_before_commit",
        "webhook_in.after_commit_before_200",
    }
)
"""Every place there is; `tests/architecture/test_faults.py` holds the list to the code and to the tests."""


class FaultRefused(Exception):
    """The environment asks for a fault that cannot be: an unknown place, an odd spelling, or where messages reach real people."""


class _Armed:
    """The one place that was asked for, and how many passes are left until it breaks."""

    place: str = ""
    left: int = 0
    freezes: bool = False


def arm(environment: Mapping[str, str], *, live: bool) -> None:
    """Read what the environment asks for; nothing is the rule. Raises FaultRefused."""
    asked = environment.get(VARIABLE, "").strip()
    _Armed.place = ""
    if not asked:
        return
    place, _, rest = asked.partition(":")
    count, _, how = rest.partition(":")
    if live:
        raise FaultRefused(f"{VARIABLE} is refused where SURROUND_SENDING is live")
    if place not in PLACES or not (count or "1").isdecimal() or how not in {"", "freeze"}:
        raise FaultRefused(f"{VARIABLE} is <place>, <place>:<n> or <place>:<n>:freeze")
    _Armed.place, _Armed.left, _Armed.freezes = place, int(count or "1"), how == "freeze"


def here(place: str) -> None:
    """End the process at this place, without any goodbye, if that was asked for and enough passes were made."""
    if _Armed.place != place:
        return
    _Armed.left -= 1
    if _Armed.left:
        return
    if _Armed.freezes:
        os.kill(os.getpid(), signal.SIGSTOP)
        return
    os._exit(KILLED)
