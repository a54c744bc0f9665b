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


LIBRARIES = """
import asyncio, logging, threading
from shared import logs

logs.set_up("toy")

class UniqueViolation(Exception):
    sqlstate = "23505"

def dial(number):
    raise UniqueViolation(f"Key (value)=({number}) already exists.")

async def nobody_waits():
    task = asyncio.create_task(asyncio.to_thread(dial, "+19165550131"))
    await asyncio.wait([task])

try:
    dial("+19165550131")
except UniqueViolation:
    logging.getLogger("celery.app.trace").error("Task raised %s", "+19165550131", exc_info=True)
asyncio.run(nobody_waits())
other = threading.Thread(target=dial, args=("+19165550131",))
other.start()
other.join()
dial("+19165550131")
"""


def test_errors_that_libraries_or_nobody_caught_keep_their_words_too() -> None:
    done = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, text=True, check=False)

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert "5550131" not in done.stderr
    assert [line.get("logger") or line["event"] for line in lines] == [
        "celery.app.trace", "asyncio", "thread.failed", "process.failed",
    ]  # fmt: skip
    assert {line["trail"][0]["error"] for line in lines} == {"UniqueViolation"}
    assert {line["trail"][0]["code"] for line in lines} == {"23505"}
