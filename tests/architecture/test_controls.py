"""Every control that comes first, and every promise, has its proof, and every proof is a test that there is."""

import pytest

from tests.architecture import controls, promises
from tests.architecture.controls import CONTROLS, FIRST
from tests.architecture.promises import EXPECTED, PROMISES
from tests.architecture.proofs import unproved


def test_no_control_that_comes_first_is_missing() -> None:
    assert FIRST - set(CONTROLS) == set()


def test_no_promise_is_missing() -> None:
    assert EXPECTED - set(PROMISES) == set()


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_names_tests_that_there_are_or_says_why_it_is_not_built(name: str) -> None:
    assert unproved(CONTROLS[name]) == []


@pytest.mark.parametrize("name", PROMISES)
def test_a_promise_names_tests_that_there_are_or_says_why_it_is_not_built(name: str) -> None:
    assert unproved(PROMISES[name]) == []


def test_the_page_of_controls_is_current() -> None:
    assert controls.PAGE.read_text(encoding="utf-8") == controls.page(), "run: python -m tests.architecture.controls"


def test_the_page_of_promises_is_current() -> None:
    assert promises.PAGE.read_text(encoding="utf-8") == promises.page(), "run: python -m tests.architecture.promises"
