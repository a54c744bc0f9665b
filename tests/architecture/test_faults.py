"""The list of places where a test may pull the plug is that of the code, and each place is somewhere in the tests of faults."""

import ast
from collections.abc import Iterator
from pathlib import Path

from deploy.local.state import ROOT
from shared import fault


def trees(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_every_place_is_named_in_the_code_by_a_literal_and_no_other_is() -> None:
    calls = [
        node
        for _, tree in trees("services", "shared")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "fault.here"
    ]
    named = [ast.literal_eval(argument) for call in calls for argument in call.args]
    assert len(named) == len(calls)
    assert set(named) == fault.PLACES


def test_a_test_of_faults_names_each_place() -> None:
    words = {
        node.value
        for _, tree in trees("tests/faults")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {word.partition(":")[0] for word in words} >= fault.PLACES
