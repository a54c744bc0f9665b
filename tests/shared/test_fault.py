"""A place where a test may pull the plug does nothing until it is asked to, and never where real people are reached."""

import subprocess
import sys

import pytest

from shared import fault

PLACE = "relay.after_xadd_before_mark"
PASSES = f"""
import os
from shared import fault
fault.arm(os.environ, live=False)
for n in range(1, 4):
    fault.here("relay.after_number_before_xadd")
    fault.here("{PLACE}")
    print(n, flush=True)
"""


def passes(asked: str) -> tuple[int, str]:
    """Run three passes in a process of its own; return its exit code and how far it came."""
    ran = subprocess.run([sys.executable, "-c", PASSES], check=False, env={"FAULT": asked}, capture_output=True, text=True)
    return ran.returncode, ran.stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("asked", "came"),
    [("", (0, "123")), (PLACE, (fault.KILLED, "")), (f"{PLACE}:3", (fault.KILLED, "12")), (f"{PLACE}:4", (0, "123"))],
)
def test_a_process_dies_at_the_pass_that_was_asked_for(asked: str, came: tuple[int, str]) -> None:
    assert passes(asked) == came


@pytest.mark.parametrize("asked", ["relay.somewhere", f"{PLACE}:x", f"{PLACE}:1:explode", "relay"])
def test_an_unknown_place_is_refused(asked: str) -> None:
    with pytest.raises(fault.FaultRefused):
        fault.arm({"FAULT": asked}, live=False)


def test_nothing_breaks_on_purpose_where_messages_reach_real_people() -> None:
    with pytest.raises(fault.FaultRefused):
        fault.arm({"FAULT": PLACE}, live=True)
