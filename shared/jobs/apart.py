"""Reads what strangers wrote in a process of its own, which is ended when it takes too long or too much.

`Apart("services.notify.gateways.mail_apart:read")` keeps a few such processes, started when they are first needed. Each calls that
function, `read(raw, asked)`, which must return something JSON-plain; it has its own limits of memory and processor time, no
settings, no keys and no open files of ours. A parser that never comes back costs one process and two seconds of its time, and
nobody else anything.
"""

import asyncio
import contextlib
import importlib
import json
import math
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shared import logs

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2
PATIENCE_SECONDS = 5.0
"""In all, for a machine that does other things too; what ends a bomb is the processor time."""
CPU_SECONDS = 2.0
START_SECONDS = 30.0
MEMORY_BYTES = 512 * 1024 * 1024
LARGEST_ANSWER = 16 * 1024 * 1024
FORSAKEN_SECONDS = 30.0
"""How long a process reads on when nobody is left to end it."""

_READY = b"\x06"
_SIZES = struct.Struct(">II")
_SIZE = struct.Struct(">I")


class Unread(Exception):
    """Nothing was read: it took too long or too much, or the reader broke over it. `cause` is for a log line."""

    def __init__(self, cause: str) -> None:
        """Name the cause."""
        super().__init__(cause)
        self.cause = cause


class _EndedByOthers(Unread):
    """Somebody else killed the process, which says nothing about what it was reading."""


class Apart:
    """A function that runs apart, `at_once` times at most; the rest wait their turn. Any loop and any thread may ask."""

    def __init__(self, function: str, *, at_once: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        """Start nothing yet. `function` is spelled `package.module:name`."""
        self._function = function
        self._patience = patience
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="apart")
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        weakref.finalize(self, _end_all, self._all)

    async def read(self, raw: bytes, **asked: Any) -> Any:
        """Return what the function makes of the bytes. Raises Unread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, raw, asked)

    def close(self) -> None:
        """End all processes; one that reads is ended too. Whoever asks afterwards starts anew."""
        with self._lock:
            resting, self._idle = self._idle, []
        for each in resting:
            self._all.discard(each)
            each.end()
        for busy in list(self._all):
            busy.kill()

    def _read(self, raw: bytes, asked: Mapping[str, Any]) -> Any:
        try:
            return self._ask(raw, asked)
        except _EndedByOthers:
            return self._ask(raw, asked)

    def _ask(self, raw: bytes, asked: Mapping[str, Any]) -> Any:
        process = self._taken()
        try:
            answer = process.ask(raw, asked, self._patience)
        except Unread as unread:
            self._all.discard(process)
            process.end()
            logs.get().warning("apart.unread", function=self._function, cause=unread.cause, octets=len(raw))
            raise
        with self._lock:
            self._idle.append(process)
        return answer

    def _taken(self) -> "_Process":
        with self._lock:
            process = self._idle.pop() if self._idle else None
        if process is not None and process.lives:
            return process
        if process is not None:
            self._all.discard(process)
            process.end()
        started = _Process(self._function)
        self._all.add(started)
        return started


class _Process:
    """One process, and the way to it."""

    def __init__(self, function: str) -> None:
        """Start it and wait until it has loaded what it needs."""
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  this interpreter and our own module
                [sys.executable, "-m", __name__, function],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
                process_group=0,  # Ctrl-C at a terminal is for us alone
            )
        self._is_killed = False
        try:
            self._channel.settimeout(START_SECONDS)
            if self._channel.recv(1) != _READY:
                raise RuntimeError(f"{function} cannot be read apart: its process ended with {self._process.wait()}")
        except BaseException:
            self.end()
            raise

    @property
    def lives(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, raw: bytes, asked: Mapping[str, Any], patience: float) -> Any:
        """Return the function's answer, within the patience."""
        deadline = time.monotonic() + patience
        words = json.dumps(asked).encode()
        try:
            self._channel.settimeout(patience)
            self._channel.sendall(_SIZES.pack(len(words), len(raw)) + words + raw)
            (size,) = _SIZE.unpack(_received(self._channel, _SIZE.size, deadline))
            if size > LARGEST_ANSWER:
                raise Unread("answer_too_large")
            said = json.loads(_received(self._channel, size, deadline))
        except TimeoutError:
            raise Unread("too_long") from None
        except (EOFError, OSError):
            raise self._why_it_ended() from None
        if "error" in said:
            raise Unread(said["error"])
        return said["answer"]

    def kill(self) -> None:
        """Kill it; whoever waits for its answer hears of it, and ends it."""
        self._is_killed = True
        self._process.kill()

    def end(self) -> None:
        """Kill it and wait until it is gone, so that no zombie stays."""
        self.kill()
        self._process.wait()
        self._channel.close()

    def _why_it_ended(self) -> Unread:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        if self._is_killed:
            return Unread("closed")
        ended_by = -(self._process.returncode or 0)
        if ended_by == signal.SIGKILL:
            return _EndedByOthers("killed")
        return Unread("too_much_processor_time" if ended_by == signal.SIGPROF else "ended")


def _end_all(processes: set[_Process]) -> None:
    for each in list(processes):
        each.end()


def _received(channel: socket.socket, size: int, deadline: float = math.inf) -> bytes:
    """Return so many bytes; EOFError where the other side has gone."""
    found = bytearray()
    while len(found) < size:
        if deadline < math.inf:
            channel.settimeout(max(deadline - time.monotonic(), 0.001))
        part = channel.recv(min(size - len(found), 1 << 20))
        if not part:
            raise EOFError
        found += part
    return bytes(found)


# --- the other side --------------------------------------------------------------------------------------------------------------


def _serve(channel: socket.socket, function: Callable[[bytes, dict[str, Any]], Any]) -> None:
    """Answer one after another, until there is nobody left to answer. A broken reader ends: what it holds is not to be trusted."""
    channel.sendall(_READY)
    while True:
        words, raw = (_received(channel, size) for size in _SIZES.unpack(_received(channel, _SIZES.size)))
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, FORSAKEN_SECONDS)
        try:
            said = json.dumps({"answer": function(raw, json.loads(words))}).encode()
        except Exception as error:  # the parser of a stranger's bytes: whatever it raises, and MemoryError too, is told by its name
            said = json.dumps({"error": type(error).__name__}).encode()
            channel.sendall(_SIZE.pack(len(said)) + said)
            return
        channel.sendall(_SIZE.pack(len(said)) + said)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    """Load the function, put up the limits, and serve."""
    module, _, name = sys.argv[1].partition(":")
    function = getattr(importlib.import_module(module), name)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=0) as channel, contextlib.suppress(EOFError):
        _serve(channel, function)


if __name__ == "__main__":
    main()
