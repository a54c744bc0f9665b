"""Handlers about statements, the map, and who was told."""

from uuid import UUID

from services.network.domain.cases import Case, CaseId
from services.network.domain.members import MemberId
from services.network.domain.statements import Statement, StatementId, by_kind
from services.network.use_cases.change_statement import change_statement
from services.network.use_cases.move_statement import move_statement
from services.network.use_cases.retire_statement import retire_statement
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.see_shared_words import see_shared_words
from services.network.use_cases.see_statements import hold_statement, see_map, see_statement, see_statements, see_versions
from services.network.use_cases.tell_statement import see_told, tell_statement
from services.network.use_cases.word_commands import ChangeStatement
from services.network.use_cases.write_statement import write_statement
from services.network.web.county import today_of
from services.network.web.schemas.child_voice import shared_words_out
from services.network.web.schemas.statements import (
    map_out,
    move_statement_from,
    patched_audience_from,
    statement_out,
    told_out,
    version_out,
    wording_changes_from,
    write_statement_from,
)
from services.network.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_statement(unit: Unit, call: Call) -> Reply:
    """Write a statement; hints in the answer never keep it from being kept."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    command = write_statement_from(call.body)
    statement = await write_statement(unit, case, command, today=today_of(unit, call), now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/statements/{spell('stm', statement.id)}"
    return created(statement_out(statement), location=location, etag=str(statement.version))


async def get_statements(unit: Unit, call: Call) -> Reply:
    """List the statements of a family, all or of one kind."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_statements(unit, case, kind=call.query.kind, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    return page([statement_out(each) for each in found], next=place_of(found[-1].updated_at, found[-1].id) if is_full else None)


async def get_statement(unit: Unit, call: Call) -> Reply:
    """Read a statement in its newest version."""
    statement = await _seen(unit, call)
    return ok(statement_out(statement), etag=str(statement.version))


async def patch_statement(unit: Unit, call: Call) -> Reply:
    """Change the words of a statement, which makes its next version, or who may see it."""
    case, statement = await _held(unit, call)
    command = ChangeStatement(
        wording=wording_changes_from(call.body), audience=patched_audience_from(call.body, statement.audience)
    )
    after = await change_statement(unit, case, statement, command, today=today_of(unit, call), now=unit.now)
    return ok(statement_out(after), etag=str(after.version))


async def post_move(unit: Unit, call: Call) -> Reply:
    """Move a statement to another kind; who did it, when and why stay with it."""
    case, statement = await _held(unit, call)
    command = move_statement_from(call.body)
    after = await move_statement(unit, case, statement, command, today=today_of(unit, call), now=unit.now)
    return ok(statement_out(after), etag=str(after.version))


async def delete_statement(unit: Unit, call: Call) -> Reply:
    """Take a statement off the map; it stays on record."""
    _, statement = await _held(unit, call)
    await retire_statement(unit, statement)
    return no_content()


async def get_versions(unit: Unit, call: Call) -> Reply:
    """List the versions of a statement, newest first."""
    statement = await _seen(unit, call)
    before = call.page_place[0] if call.page_place else None
    found = await see_versions(unit, statement, before=before, limit=call.query.limit)
    is_full = len(found) == call.query.limit
    return page([version_out(each) for each in found], next=[found[-1].number] if is_full else None)


async def put_told(unit: Unit, call: Call) -> Reply:
    """Record that a member was told a version of a statement."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    statement = await hold_statement(unit, case, StatementId(call.ids["statement_id"]))
    await tell_statement(
        unit,
        case,
        statement,
        MemberId(call.ids["member_id"]),
        number=call.body.number,
        told_on=call.body.told_on,
        today=today_of(unit, call),
        now=unit.now,
    )
    return ok(told_out(await see_told(unit, statement)))


async def get_told(unit: Unit, call: Call) -> Reply:
    """See who was told which version of a statement, and who is still to be told."""
    return ok(told_out(await see_told(unit, await _seen(unit, call))))


async def get_map(unit: Unit, call: Call) -> Reply:
    """See the map of a family: its statements by kind, grey area included."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    after = StatementId(UUID(call.page_place[0])) if call.page_place else None
    found = await see_map(unit, case, after=after, limit=call.query.limit)
    is_full = len(found) == call.query.limit
    return page(map_out(by_kind(found)), next=[str(found[-1].id)] if is_full else None)


async def get_shared_words(unit: Unit, call: Call) -> Reply:
    """See all that one member may read: what they were told, and a child's words that are open to them."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member_id, today = MemberId(call.ids["member_id"]), today_of(unit, call)
    return ok(shared_words_out(await see_shared_words(unit, case, member_id, caller=call.staff, today=today)))


async def _seen(unit: Unit, call: Call) -> Statement:
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return await see_statement(unit, case, StatementId(call.ids["statement_id"]))


async def _held(unit: Unit, call: Call) -> tuple[Case, Statement]:
    """Hold the family and the statement for a change against the version that the caller read."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    statement = await hold_statement(unit, case, StatementId(call.ids["statement_id"]))
    call.require_match(str(statement.version))
    return case, statement
