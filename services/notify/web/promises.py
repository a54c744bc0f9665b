"""Handlers for a member's promises, behind a personal link of theirs: the secret says whose they are."""

from services.notify.domain.errors import DigitsWrong, TooManyTries
from services.notify.use_cases.answer_promise import answer_promise, hold_promise, say_of_turn, withdraw
from services.notify.use_cases.open_link import Opened
from services.notify.use_cases.show_promises import show_promises, show_words, shown
from services.notify.web.links import opened_link, private
from services.notify.web.promise_schemas import PromisesOut, WordsOut, promise_out, words_out
from shared.db.unit import Unit
from shared.web.routing import Call, Reply, ok


async def get_promises(call: Call) -> Reply:
    """Show everything that a member is asked for and has promised. Reading it changes nothing."""
    async with opened_link(call) as (unit, opened, _):
        return private(ok(PromisesOut(items=[promise_out(each) for each in await show_promises(unit, opened)])))


async def post_answer(call: Call) -> Reply:
    """Say yes or no to what one is asked for, or yes until an hour."""
    async with opened_link(call) as (unit, opened, _):
        entry = await hold_promise(unit, opened, call.ids["commitment_id"])
        await answer_promise(unit, entry, call.body.answer, until=call.body.until, sequence=call.body.sequence)
        return await _again(unit, opened, call)


async def post_turn(call: Call) -> Reply:
    """Say that one cannot this time, how it went, or that one needs help."""
    async with opened_link(call) as (unit, opened, county):
        entry = await hold_promise(unit, opened, call.ids["commitment_id"])
        await say_of_turn(unit, entry, call.body.starts_at, call.body.said, county=county)
        return await _again(unit, opened, call)


async def post_withdraw(call: Call) -> Reply:
    """Take a promise back as a whole, without a reason."""
    async with opened_link(call) as (unit, opened, _):
        await withdraw(unit, await hold_promise(unit, opened, call.ids["commitment_id"]))
        return await _again(unit, opened, call)


async def post_words(call: Call) -> Reply:
    """Show what was promised and where, in this answer alone, to whoever knows the last digits of the member's number."""
    async with opened_link(call) as (unit, opened, _):
        proved = await show_words(unit, opened, call.body.last_four)
    # Refused only now: a wrong try is kept.
    if proved.is_locked:
        raise TooManyTries
    if proved.words is None:
        raise DigitsWrong
    return private(ok(WordsOut(items=[words_out(commitment_id, words) for commitment_id, words in proved.words.items()])))


async def _again(unit: Unit, opened: Opened, call: Call) -> Reply:
    entry = await hold_promise(unit, opened, call.ids["commitment_id"])
    return private(ok(promise_out(shown(entry, opened.contact, at=unit.now))))
