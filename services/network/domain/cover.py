"""A plan's cover: what its windows require, which promises protect in them, what lies open, and who could be asked to step in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.network.domain.commitments import Commitment, CommitmentState, asked_time, single_time
from services.network.domain.coverage import Cover, Shortfall, shortfalls
from services.network.domain.members import Member, MemberId
from services.network.domain.people import Person, PersonId
from services.network.domain.plans import Plan, needed
from services.network.domain.promises_told import turns_of
from services.network.domain.qualities import CannotProtect, may_protect
from services.network.domain.recurrence import span_of
from services.network.domain.separation import Apart
from shared.kernel.spans import Span
from shared.kernel.wall import Clock, local_date

NEVER_WITHIN = timedelta(hours=2)
"""People who are kept apart are never at one place within two hours of each other (DOMAIN §5.3)."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A present member, whether they may count as cover (None says yes), and who they must never meet."""

    member: Member
    person: Person
    barred: CannotProtect | None
    apart: frozenset[PersonId]


Seats = Mapping[MemberId, Seat]


def seats_of(
    members: Sequence[Member], people: Mapping[PersonId, Person], rules: Sequence[Apart], *, today: date
) -> dict[MemberId, Seat]:
    """Return the present members of a family by id; `today` is county-local."""
    return {
        member.id: Seat(
            member,
            people[member.person_id],
            may_protect(member, people[member.person_id], today),
            frozenset(
                rule.person_b if rule.person_a == member.person_id else rule.person_a
                for rule in rules
                if rule.holds(today) and member.person_id in (rule.person_a, rule.person_b)
            ),
        )
        for member in members
    }


def protects(commitment: Commitment, seats: Seats) -> bool:
    """Whether a promise counts as cover: it holds, it is protective, and its member is here and may protect."""
    seat = seats.get(commitment.member_id)
    return commitment.covers and seat is not None and seat.barred is None


def is_barred(commitment: Commitment, seats: Seats) -> bool:
    """Whether a promise cannot go on because its member may not protect any longer. An ask that waits is taken back by the asking.

    Who only lapsed still covers: cover is what is accepted and not withdrawn (DOMAIN §4.6), and a quality that was lost is
    announced for a worker to judge (§2.2). Who helps in other ways goes on helping.
    """
    seat = seats.get(commitment.member_id)
    waits = commitment.ask is not None and commitment.state is CommitmentState.OFFERED
    is_open = commitment.promise.is_protective and not commitment.has_ended
    return is_open and not waits and seat is not None and seat.barred is not None


def covers_of(plan: Plan, promised: Sequence[Commitment], seats: Seats, *, begin: date, end: date) -> list[Cover]:
    """Return the cover by turns that begin on these local dates; those of the days before may still run."""
    clocks: dict[str, Clock] = {}
    found = []
    for commitment in promised:
        if not protects(commitment, seats):
            continue
        name = commitment.promise.pattern.time_zone
        clock = clocks.setdefault(name, Clock(name))
        found += [
            Cover(span_of(turn), commitment.person_id)
            for turn in turns_of(commitment, plan, clock, begin=begin - timedelta(days=8), end=end + timedelta(days=8))
        ]
    return found


def open_time(
    plan: Plan, promised: Sequence[Commitment], seats: Seats, *, begin: date, end: date, now: datetime
) -> list[Shortfall]:
    """Return where, from now on, windows that begin on these local dates want more protective adults than promised."""
    found = shortfalls(needed(plan, begin=begin, end=end), covers_of(plan, promised, seats, begin=begin, end=end))
    return [
        each if each.span.start >= now else replace(each, span=Span(now, each.span.end)) for each in found if each.span.end > now
    ]


def lost_in(plan: Plan, span: Span, promised: Sequence[Commitment]) -> Commitment | None:
    """Return the protective promise that a stretch of open time belonged to: one of whose turns, kept or not, lies over it."""
    for commitment in promised:
        if commitment.ask is not None or not commitment.promise.is_protective:
            continue
        if commitment.promise.pattern.rule is None:
            if asked_time(commitment).overlaps(span):
                return commitment
            continue
        whole = replace(commitment, excluded=frozenset())
        zone = commitment.promise.pattern.time_zone
        clock = Clock(zone)
        around = local_date(span.start, zone)
        near = turns_of(whole, plan, clock, begin=around - timedelta(days=9), end=around + timedelta(days=1))
        if any(span_of(turn).overlaps(span) for turn in near):
            return commitment
    return None


def gave_back(member_id: MemberId, span: Span, promised: Sequence[Commitment]) -> bool:
    """Whether a member said of any of this time that they cannot, after they had said yes: nobody is asked for it again at once."""
    return any(
        given.overlaps(span) for each in promised if each.member_id == member_id and (given := _given_back(each)) is not None
    )


def _given_back(commitment: Commitment) -> Span | None:
    if commitment.promise.pattern.rule is not None or commitment.accepted_at is None:
        return None
    if commitment.state is CommitmentState.WITHDRAWN:
        return asked_time(commitment)
    return Span(single_time(commitment).end, commitment.asked_until) if commitment.asked_until else None


def may_be_asked(member_id: MemberId, span: Span, seats: Seats, covers: Sequence[Cover], elsewhere: Sequence[Cover] = ()) -> bool:
    """Whether a member could take this time: here, fit to protect, not there already, and nobody near whom they must never meet.

    `elsewhere` are times of such people by other plans for the same child.
    """
    seat = seats.get(member_id)
    if seat is None or seat.barred is not None:
        return False
    near = span.widened(NEVER_WITHIN, NEVER_WITHIN)
    if any(cover.person_id == seat.member.person_id and cover.span.covers(span) for cover in covers):
        return False
    return not any(cover.person_id in seat.apart and cover.span.overlaps(near) for cover in (*covers, *elsewhere))
