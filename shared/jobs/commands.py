"""The command line of a service with a database: what runs until it is stopped, and what an operator asks and is answered."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar, cast

from shared import logs
from shared.jobs.operators import migrate, replay_parked, show_parked, verify_audit
from shared.jobs.process import Part, run_parts, run_process
from shared.jobs.standing import Standing
from shared.settings import SettingsError, read_service_settings

Opened = TypeVar("Opened", bound=Standing)


class Found(NamedTuple):
    """What a command prints, and whether all is as it should be: an exit code of 0, or 1."""

    good: bool
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Runs(Generic[Opened]):
    """A word that runs parts until it is told to stop; `all` runs those of every such word in one process."""

    help: str
    parts: Callable[[Opened], Mapping[str, Part]]


@dataclass(frozen=True, slots=True)
class Asks(Generic[Opened]):
    """A word that an operator types, and that is answered at once."""

    help: str
    answer: Callable[[Opened, argparse.Namespace], Awaitable[Found]]
    options: Callable[[argparse.ArgumentParser], None] = lambda parser: None


@dataclass(frozen=True, slots=True)
class Commands(Generic[Opened]):
    """Every word of one service. `opening` reads the settings; what it returns opens the service when it is entered."""

    service: str
    opening: Callable[[Mapping[str, str]], AbstractAsyncContextManager[Opened]]
    runs: Mapping[str, Runs[Opened]]
    asks: Mapping[str, Asks[Opened]] = field(default_factory=dict)
    works: Mapping[str, tuple[str, Callable[[Mapping[str, str]], None]]] = field(default_factory=dict)
    """Words that run a process of their own making: their help, and what is called with the environment."""

    def main(self, words: Sequence[str]) -> int:
        """Run one command and return its exit code."""
        options = self.parser().parse_args(words)
        logs.set_up(self.service)
        try:
            if options.command in self.works:
                self.works[options.command][1](os.environ)
                return 0
            if options.command == "migrate":
                return _say(Found(True, migrate(read_service_settings(self.service, os.environ))))
            opening = self.opening(os.environ)
            if options.command in self._asks():
                return asyncio.run(_answer(opening, self._asks()[options.command], options))
        except SettingsError as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 2
        return run_process(self._run(opening, options.command))

    def parser(self) -> argparse.ArgumentParser:
        """The command line."""
        made = argparse.ArgumentParser(prog=f"python -m services.{self.service}")
        commands = made.add_subparsers(dest="command", required=True)
        commands.add_parser("all", help=f"{', '.join(self.runs)} in one process")
        for word, runs in self.runs.items():
            commands.add_parser(word, help=runs.help)
        for word, (words, _) in self.works.items():
            commands.add_parser(word, help=words)
        commands.add_parser("migrate", help="bring the database to this release")
        for word, asks in self._asks().items():
            asks.options(commands.add_parser(word, help=asks.help))
        return made

    def _asks(self) -> dict[str, Asks[Opened]]:
        return {
            "audit-verify": Asks("walk each county's audit chain", _verify_audit),
            "parked": Asks("show events that were set aside, or apply one now", _parked, _parked_options),
            **self.asks,
        }

    async def _run(self, opening: AbstractAsyncContextManager[Opened], command: str) -> None:
        async with opening as opened:
            await opened.declare_sending()
            chosen = [runs for word, runs in self.runs.items() if command in {"all", word}]
            parts = {name: part for runs in chosen for name, part in runs.parts(opened).items()}
            # The API serves the measures of its process beside itself.
            await run_parts(parts if "serve" in parts else {**parts, "metrics": opened.metrics()})


async def _answer(opening: AbstractAsyncContextManager[Opened], asks: Asks[Opened], options: argparse.Namespace) -> int:
    async with opening as opened:
        return _say(await asks.answer(opened, options))


async def _verify_audit(opened: Standing, _: argparse.Namespace) -> Found:
    verdicts = [verdict async for verdict in verify_audit(opened.units, opened.service.counties)]
    return Found(all(good for good, _ in verdicts), [line for _, line in verdicts])


async def _parked(opened: Standing, options: argparse.Namespace) -> Found:
    if options.replay is None:
        return Found(*await show_parked(opened.units))
    producer, position = options.replay
    try:
        lines = await replay_parked(
            opened.units, opened.listeners, producer=producer, position=position, heal=opened.healing.get(producer)
        )
    except Exception as error:  # whatever its listener says; the words of an error may quote the event
        return Found(False, [f"{producer} {position}: stays parked ({type(error).__name__})"])
    return Found(True, lines)


def _parked_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--replay", nargs=2, metavar=("PRODUCER", "POSITION"), action=_Place, help="apply this one now")


class _Place(argparse.Action):
    """Where an event is parked: a producer and a number."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option_string: str | None = None
    ) -> None:
        """Keep both, the second as a number."""
        _ = option_string
        producer, position = cast("Sequence[str]", values)
        if not position.isdecimal():
            parser.error("POSITION is a number")
        setattr(namespace, self.dest, (producer, int(position)))


def _say(found: Found) -> int:
    for line in found.lines:
        print(line)  # noqa: T201
    return 0 if found.good else 1
