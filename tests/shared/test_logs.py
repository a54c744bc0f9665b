"""Logs say what happened and where, and never a person's words."""

import json
import subprocess
import sys

PROGRAM = """
from shared import logs

logs.set_up("toy")

def dial(number):
    raise ValueError(f"cannot reach {number}")

try:
    dial("+19165550131")
except ValueError:
    logs.get().error("call.failed", exc_info=True, phone="+19165550131", task_id="task_1")
"""


def test_an_error_leaves_a_trail_without_its_message_or_variables() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    line = json.loads(done.stderr)
    assert "5550131" not in done.stderr
    assert line["event"] == "call.failed"
    assert line["task_id"] == "task_1"
    assert line["phone"] == "[withheld]"
    assert line["trail"][0]["error"] == "ValueError"
    assert line["trail"][0]["at"][-1].endswith("dial")
