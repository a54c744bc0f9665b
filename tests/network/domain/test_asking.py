"""Who is asked next, how long they are waited for, and when staff hear of it: by table, and in evenings made up by chance."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.network.domain.asking import POLICY, Asked, AskNow, Step, next_step
from services.network.domain.commitments import AskState
from services.network.domain.gaps import Gap, Told
from services.network.domain.members import MemberId
from shared.kernel.spans import Span
from tests.network.domain.planned import NOW, a_gap

ABARA, LUIS, BETH, ROSA = (MemberId(UUID(int=n)) for n in range(1, 5))
HALF_AN_HOUR, TEN_MINUTES = timedelta(minutes=30), timedelta(minutes=10)


def gap_in(before: timedelta, *, told: Told = Told.OPENED) -> Gap:
    """A night of twelve hours that begins so long after now."""
    return a_gap(Span(NOW + before, NOW + before + timedelta(hours=12)), told=told)


def asked(member_id: MemberId, state: AskState = AskState.SENT, *, minutes_left: float = 10) -> Asked:
    return Asked(member_id, state, NOW + timedelta(minutes=minutes_left))


def step(gap: Gap, *asks: Asked, chain: tuple[MemberId, ...] = (), others: tuple[MemberId, ...] = (), now: datetime = NOW) -> Step:
    return next_step(gap, asks, chain=chain, others=others, now=now)


@pytest.mark.parametrize(
    ("before", "timebox"),
    [
        (timedelta(days=2), HALF_AN_HOUR),
        (timedelta(hours=3), HALF_AN_HOUR),
        (timedelta(hours=3) - timedelta(seconds=1), TEN_MINUTES),
        (timedelta(minutes=5), TEN_MINUTES),
        (timedelta(0), TEN_MINUTES),
        (-timedelta(hours=2), TEN_MINUTES),
    ],
)
def test_half_an_hour_for_an_answer_and_ten_minutes_where_the_time_is_near(before: timedelta, timebox: timedelta) -> None:
    gap = gap_in(before)
    assert step(gap, chain=(ABARA, LUIS)).ask == AskNow((ABARA,), gap.left, NOW + timebox)


@pytest.mark.parametrize(
    ("asks", "next_", "expire"),
    [
        ((), (ABARA,), ()),
        ((asked(ABARA),), (), ()),
        ((asked(ABARA, minutes_left=0),), (LUIS,), (ABARA,)),
        ((asked(ABARA, minutes_left=-90),), (LUIS,), (ABARA,)),
        ((asked(ABARA, AskState.DECLINED),), (LUIS,), ()),
        ((asked(ABARA, AskState.ACCEPTED_PARTIAL),), (LUIS,), ()),
        ((asked(ABARA, AskState.WITHDRAWN),), (LUIS,), ()),
        ((asked(ABARA, AskState.EXPIRED), asked(LUIS)), (), ()),
        ((asked(ABARA, AskState.EXPIRED), asked(LUIS, AskState.DECLINED)), (BETH, ROSA), ()),
        ((asked(LUIS), asked(ABARA, minutes_left=-1)), (), (ABARA,)),
        ((asked(ABARA, AskState.EXPIRED), asked(LUIS, AskState.EXPIRED), asked(BETH), asked(ROSA, minutes_left=-1)), (), (ROSA,)),
        ((asked(ABARA, AskState.EXPIRED), asked(LUIS, AskState.EXPIRED), asked(BETH, AskState.DECLINED)), (ROSA,), ()),
    ],
)
def test_backups_are_asked_in_their_order_then_all_others_at_once(
    asks: tuple[Asked, ...], next_: tuple[MemberId, ...], expire: tuple[MemberId, ...]
) -> None:
    found = step(gap_in(timedelta(days=2)), *asks, chain=(ABARA, LUIS), others=(ABARA, BETH, ROSA))
    assert (found.ask.members if found.ask else (), found.expire) == (next_, expire)


def test_the_whole_of_what_is_left_is_asked_for() -> None:
    gap = gap_in(timedelta(days=2))
    evening = Span(gap.span.start, gap.span.start + timedelta(hours=2))
    morning = Span(gap.span.end - timedelta(hours=2), gap.span.end)
    ask = step(replace(gap, left=(evening, morning)), chain=(ABARA,)).ask
    assert ask is not None
    assert ask.spans == (evening, morning)


@pytest.mark.parametrize(
    ("before", "told", "waits", "tells"),
    [
        (timedelta(days=2), Told.NOBODY, True, (Told.OPENED,)),
        (timedelta(days=2), Told.OPENED, True, ()),
        (timedelta(days=2), Told.OPENED, False, (Told.UNFILLED,)),
        (timedelta(days=2), Told.NOBODY, False, (Told.UNFILLED,)),
        (timedelta(days=2), Told.UNFILLED, False, ()),
        (timedelta(days=8), Told.OPENED, False, ()),
        (timedelta(hours=8, seconds=1), Told.UNFILLED, False, ()),
        (timedelta(hours=8), Told.UNFILLED, False, (Told.URGENT,)),
        (timedelta(hours=8), Told.OPENED, True, ()),
        (timedelta(hours=8), Told.NOBODY, False, (Told.URGENT,)),
        (timedelta(hours=3, seconds=1), Told.URGENT, False, ()),
        (timedelta(hours=3), Told.URGENT, False, (Told.LOUD,)),
        (timedelta(hours=3), Told.OPENED, True, (Told.LOUD,)),
        (timedelta(hours=1), Told.LOUD, False, ()),
        (-timedelta(hours=1), Told.LOUD, False, ()),
        (-timedelta(hours=1), Told.NOBODY, True, (Told.LOUD,)),
    ],
)
def test_staff_hear_each_thing_once_and_ever_more_loudly(
    before: timedelta, told: Told, waits: bool, tells: tuple[Told, ...]
) -> None:
    found = step(gap_in(before, told=told), *[asked(ABARA)] * waits)
    assert tuple(tell.told for tell in found.tell) == tells


@pytest.mark.parametrize(
    ("before", "look_in"),
    [
        (timedelta(days=9), timedelta(days=2)),
        (timedelta(days=2), timedelta(days=2) - timedelta(hours=8)),
        (timedelta(hours=8), timedelta(hours=5)),
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(0), timedelta(hours=12)),
        (-timedelta(hours=5), timedelta(hours=7)),
        (-timedelta(hours=12), None),
    ],
)
def test_the_next_look_is_when_something_is_due_by_the_clock(before: timedelta, look_in: timedelta | None) -> None:
    assert step(gap_in(before)).look_at == (None if look_in is None else NOW + look_in)


def test_while_somebody_is_waited_for_the_next_look_is_at_the_end_of_their_time() -> None:
    assert step(gap_in(timedelta(days=2)), asked(ABARA, minutes_left=7), chain=(ABARA, LUIS)).look_at == NOW + timedelta(minutes=7)
    assert step(gap_in(timedelta(days=2)), chain=(ABARA, LUIS)).look_at == NOW + HALF_AN_HOUR


def test_nobody_is_asked_more_than_a_week_before() -> None:
    far = gap_in(timedelta(days=7, seconds=1), told=Told.NOBODY)
    found = step(far, chain=(ABARA,), others=(BETH,))
    assert (found.ask, found.look_at) == (None, NOW + timedelta(seconds=1))
    assert found.tell == step(gap_in(timedelta(days=2), told=Told.NOBODY), asked(ABARA)).tell
    assert step(far, chain=(ABARA,), now=NOW + timedelta(seconds=1)).ask is not None


@dataclass
class Evening:
    """A gap, who was asked for it, and what staff heard, as steps are taken."""

    gap: Gap
    asks: list[Asked]
    chain: tuple[MemberId, ...]
    others: tuple[MemberId, ...]
    heard: list[Told]
    now: datetime

    def take(self) -> Step:
        """Take one step."""
        found = next_step(self.gap, self.asks, chain=self.chain, others=self.others, now=self.now)
        self.asks = [replace(each, state=AskState.EXPIRED) if each.member_id in found.expire else each for each in self.asks]
        members = found.ask.members if found.ask else ()
        self.asks += [Asked(member_id, AskState.SENT, found.ask.answer_by) for member_id in members if found.ask]
        self.heard += [tell.told for tell in found.tell]
        self.gap = replace(self.gap, told=self.heard[-1] if self.heard else Told.NOBODY)
        return found

    def decline(self, most: int) -> None:
        """So many of those who are waited for say no."""
        no = [each.member_id for each in self.asks if each.state is AskState.SENT][:most]
        self.asks = [replace(each, state=AskState.DECLINED) if each.member_id in no else each for each in self.asks]


def test_in_any_evening_everybody_is_asked_once_in_order_and_the_clock_always_leads_on() -> None:
    chance = random.Random(9)
    for _ in range(500):
        people = chance.sample([MemberId(UUID(int=n)) for n in range(8)], 8)
        chain, others = tuple(people[: chance.randint(0, 4)]), tuple(chance.sample(people, chance.randint(0, 8)))
        gap = gap_in(timedelta(hours=chance.uniform(-2, 200)), told=Told.NOBODY)
        evening, late_by = Evening(gap, [], chain, others, [], NOW), chance.choice([0, 0, 20])
        found = evening.take()
        while found.look_at is not None and found.look_at < gap.span.end:
            assert found.look_at > evening.now
            evening.decline(chance.randint(0, 1))
            late = timedelta(hours=chance.uniform(0, late_by))
            evening.now = min(found.look_at + late, gap.span.end - timedelta(seconds=1))
            found = evening.take()
            again = evening.take()
            assert (again.ask, again.expire, again.tell, again.look_at) == (None, (), (), found.look_at), "one look does all"
        names = [each.member_id for each in evening.asks]
        assert len(set(names)) == len(names), "nobody is asked twice"
        assert names[: len(chain)] == list(chain[: len(names)]), "in their order"
        assert late_by or set(names) == {*chain, *others}, "and nobody is left out by a clock that runs"
        assert evening.heard == sorted(evening.heard, key=list(Told).index)
        assert len(set(evening.heard)) == len(evening.heard)
        assert evening.heard[-1] is Told.LOUD


def test_of_the_chain_one_at_a_time_is_waited_for() -> None:
    evening = Evening(gap_in(timedelta(days=3)), [], (ABARA, LUIS, BETH), (ROSA,), [Told.OPENED], NOW)
    moments = []
    for _ in range(5):
        found = evening.take()
        moments.append((evening.now - NOW, [each.member_id for each in evening.asks if each.state is AskState.SENT]))
        evening.now = found.look_at or evening.now
    assert moments == [
        (timedelta(0), [ABARA]),
        (HALF_AN_HOUR, [LUIS]),
        (2 * HALF_AN_HOUR, [BETH]),
        (3 * HALF_AN_HOUR, [ROSA]),
        (4 * HALF_AN_HOUR, []),
    ]
    assert evening.heard == [Told.OPENED, Told.UNFILLED]


def test_where_the_times_come_from_stands_beside_them() -> None:
    assert POLICY.source == "DOMAIN 4.6; V5"
