"""Claims and the tests that prove them, as data: what the pages of controls and of promises are made of."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is claimed, the tests that fail when it no longer holds, and what the claim leaves out."""

    claim: str
    tests: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotBuilt:
    """What would be claimed, and why there is nothing yet to prove."""

    claim: str
    why: str


def of(path: str, *names: str) -> tuple[str, ...]:
    """Spell tests that stand in one file below tests/."""
    return tuple(f"tests/{path}::{name}" for name in names)


def unproved(claimed: Proof | NotBuilt) -> list[str]:
    """Return what is wrong with a claim: a named test that there is not, no test at all, or no reason."""
    match claimed:
        case Proof(tests=tests):
            return [each for each in tests if not is_a_test(each)] or ([] if tests else ["no test"])
        case NotBuilt(why=why):
            return [] if why.endswith(".") else ["no reason"]


def is_a_test(node_id: str) -> bool:
    """Say whether a file has a test of this name."""
    path, _, name = node_id.partition("::")
    return name.startswith("test_") and name in functions_of(path)


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return what a file defines; nothing where there is no file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def table(title: str, words: str, claims: Mapping[str, Proof | NotBuilt]) -> str:
    """Return a page: each claim with its tests."""
    lines = [f"# {title}", "", words, "", "| id | what holds | proved by |", "|---|---|---|"]
    for name, claimed in claims.items():
        match claimed:
            case Proof(claim=claim, tests=tests, note=note):
                proofs = "<br>".join(f"`{each.removeprefix('tests/')}`" for each in tests)
                lines.append(f"| {name} | {claim}.{f' {note}' if note else ''} | {proofs} |")
            case NotBuilt(claim=claim, why=why):
                lines.append(f"| {name} | {claim}. | **Not built.** {why} |")
    return "\n".join(lines) + "\n"
