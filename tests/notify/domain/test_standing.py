"""How a promise stands, and what was answered, is what the last fact in its owner's log says, whenever the work on that began."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.notify.domain.entries import Revision, answered, settle
from shared.events.entries import Answer, Notice
from tests.notify.domain.test_entries import NOW, SATURDAYS, a_fact, an_entry, kept_after

EARLIER = NOW - timedelta(minutes=5)


def told(*, revision: int, position: int, standing: str, answer: Answer = Answer.ACCEPTED, at: datetime = NOW) -> Revision:
    """A revision that its member is told of."""
    entry = replace(an_entry(*SATURDAYS, sequence=revision, notice=Notice.CHANGED), answer=answer)
    return replace(a_fact(entry, revision=revision, standing=standing, at=at), position=position)


def silent(*, revision: int, position: int, standing: str, at: datetime = NOW) -> Revision:
    """A fact of which its member is told nothing."""
    return replace(a_fact(None, revision=revision, standing=standing, at=at), position=position)


def test_a_pause_that_had_to_wait_for_a_yes_is_what_stands() -> None:
    """The worker's transaction began first, waited for the promise, and came after the yes that was just being taken."""
    active = kept_after(None, told(revision=2, position=7, standing="active"))
    paused = kept_after(active, told(revision=3, position=8, standing="paused", at=EARLIER))
    assert (paused.standing, paused.due_turns) == ("paused", ())


def test_so_is_one_of_which_its_member_is_told_nothing_and_hearing_it_again_changes_nothing() -> None:
    active = kept_after(None, told(revision=2, position=7, standing="active"))
    pause = silent(revision=2, position=8, standing="paused", at=EARLIER)
    paused = kept_after(active, pause)
    assert (paused.standing, paused.due_turns) == ("paused", ())
    assert settle(paused, pause) is None


def test_a_revision_that_was_set_aside_undoes_neither_the_standing_nor_the_answer_that_came_after_it() -> None:
    offered = kept_after(None, told(revision=1, position=5, standing="offered", answer=Answer.NEEDS_ACTION))
    settled = kept_after(offered, silent(revision=2, position=9, standing="active"))
    late = kept_after(settled, told(revision=2, position=7, standing="offered", answer=Answer.NEEDS_ACTION))
    assert (late.revision, late.standing, late.answer) == (2, "active", Answer.ACCEPTED)


def test_of_two_judged_answers_the_one_that_stands_later_in_the_log_is_shown() -> None:
    entry = kept_after(None, told(revision=1, position=5, standing="offered", answer=Answer.NEEDS_ACTION))
    no = answered(entry, Answer.DECLINED, position=8)
    assert answered(no, Answer.ACCEPTED, position=7) == no
    assert answered(no, Answer.ACCEPTED, position=9).answer is Answer.ACCEPTED
