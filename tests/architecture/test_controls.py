"""Every control that comes first has its proof, and every proof is a test that there is."""

import ast
from functools import cache

import pytest

from tests.architecture.controls import CONTROLS, FIRST, PAGE, ROOT, NotBuilt, Proof, page


def test_no_control_that_comes_first_is_missing() -> None:
    assert FIRST - set(CONTROLS) == set()


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_names_tests_that_there_are_or_says_why_it_is_not_built(name: str) -> None:
    match CONTROLS[name]:
        case Proof(tests=tests):
            assert tests
            assert [each for each in tests if not is_a_test(each)] == []
        case NotBuilt(why=why):
            assert why.endswith(".")


def test_the_page_of_controls_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.architecture.controls"


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
