"""A toy service: notes, kept as audit entries of a real database, with one route of each kind."""

import asyncio
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select, text

from shared.db.audit import AUDIT
from shared.db.unit import Unit
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import spell
from shared.web.events import events_route
from shared.web.fields import Instant, LocalTime, Model, Name, Note, Page, PageQuery, PersonId, PublicId, ZoneName
from shared.web.routing import PUBLIC, Call, Reply, Route, content, created, delete, get, no_content, ok, page, patch, post, put

PREFIXES = {"note_id": "note", "person_id": "per"}
NoteId = Annotated[UUID, PublicId("note")]
EXISTING = UUID("0198a000-0000-7000-8000-000000000001")
OTHERS = UUID("0198a000-0000-7000-8000-000000000002")


class NoteTaken(Conflict):
    """Somebody already wrote this note. Choose another name."""

    code = "note_taken"


class NoteIn(Model):
    """What a note is made of."""

    display_name: Name
    notes: Note | None = None
    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    sms_ok: bool = True
    limit: int | None = None
    people: list[PersonId] = Field(default_factory=list, max_length=3)
    starts_at: Instant | None = None
    starts_local: LocalTime | None = None
    time_zone: ZoneName | None = None


class NoteOut(Model):
    """A note."""

    id: NoteId
    display_name: str


class NotePatch(Model):
    """What of a note may change."""

    display_name: Name | None = None
    notes: Note | None = None


class ChangedOut(Model):
    """Which members a patch held."""

    members: list[str]


class CountOut(Model):
    """How many notes were written in this county."""

    notes: int


class ListQuery(PageQuery):
    """Filters of the list."""

    status: str | None = None
    updated_since: Instant | None = None
    mine: bool = False


class Switch:
    """What a test turns to make a handler fail or wait."""

    fails: ClassVar[bool] = False
    runs: ClassVar[str] = ""
    waits: ClassVar[asyncio.Event | None] = None
    reached: ClassVar[asyncio.Event | None] = None


async def post_note(unit: Unit, call: Call) -> Reply:
    """Write a note."""
    note_id = unit.new_id()
    await unit.audit("note.written", subject_kind="note", subject_id=note_id)
    if Switch.reached is not None and Switch.waits is not None:
        Switch.reached.set()
        await Switch.waits.wait()
    if Switch.runs:
        await unit.session.execute(text(Switch.runs))
    if Switch.fails:
        raise RuntimeError("+1 916 555 0199")
    if call.body.display_name == "Taken":
        raise NoteTaken(note_id=note_id, person_ids=[EXISTING])
    return created(
        NoteOut(id=note_id, display_name=call.body.display_name), location=f"/v1/notes/{spell('note', note_id)}", etag="1"
    )


async def get_note(unit: Unit, call: Call) -> Reply:
    """Read a note."""
    if call.ids["note_id"] != EXISTING:
        raise NotFound
    return ok(NoteOut(id=EXISTING, display_name="Ana"), etag="7")


async def patch_note(unit: Unit, call: Call) -> Reply:
    """Change a note."""
    call.require_match("7")
    await unit.audit("note.changed", subject_kind="note", subject_id=EXISTING)
    return ok(ChangedOut(members=sorted(call.body.model_fields_set)), etag="8")


async def delete_note(unit: Unit, call: Call) -> Reply:
    """End a note."""
    call.require_match("7")
    return no_content()


async def list_notes(unit: Unit, call: Call) -> Reply:
    """List notes."""
    start = call.page_place[0] if call.page_place else 0
    items = [NoteOut(id=EXISTING, display_name=str(number)) for number in range(start, start + call.query.limit)]
    return page(items, next=(start + call.query.limit,) if start < 4 else None)


async def count_notes(unit: Unit, call: Call) -> Reply:
    """Count notes."""
    written = select(func.count()).where(AUDIT.c.action == "note.written", AUDIT.c.county_id == unit.county_id)
    return ok(CountOut(notes=(await unit.session.scalar(written)) or 0))


async def close_note(unit: Unit, call: Call) -> Reply:
    """Close a note."""
    return ok(NoteOut(id=call.ids["note_id"], display_name="closed"))


async def put_note(unit: Unit, call: Call) -> Reply:
    """Write a note under a key of one's own."""
    return ok(NoteOut(id=EXISTING, display_name=call.words["key"]))


async def get_feed(call: Call) -> Reply:
    """Read a calendar by its secret."""
    if call.words["token"] != "secret":
        raise NotFound
    return content(b"BEGIN:VCALENDAR\r\n", content_type="text/calendar; charset=utf-8", etag="f1")


async def post_callback(call: Call) -> Reply:
    """Take what a provider sends."""
    return content(call.raw, content_type="text/plain")


async def get_slowly(call: Call) -> Reply:
    """Never answer."""
    await asyncio.sleep(60)
    return no_content()


ROUTES: tuple[Route, ...] = (
    post("/v1/notes", post_note, needs="notes.write", body=NoteIn, answer=NoteOut, idempotent=True, etag=True, raises=(NoteTaken,)),
    get("/v1/notes", list_notes, needs="notes.read", query=ListQuery, answer=Page[NoteOut]),
    get("/v1/notes:count", count_notes, needs="notes.read", answer=CountOut),
    get("/v1/notes/{note_id}", get_note, needs="notes.read", answer=NoteOut, etag=True),
    patch("/v1/notes/{note_id}", patch_note, needs="notes.write", body=NotePatch, answer=ChangedOut, etag=True),
    delete("/v1/notes/{note_id}", delete_note, needs="notes.write", etag=True),
    post("/v1/notes/{note_id}:close", close_note, needs="notes.write", answer=NoteOut),
    put("/v1/notes/by-key/{key}", put_note, needs="notes.write", body=NoteIn, answer=NoteOut),
    get("/f/{token}.ics", get_feed, needs=PUBLIC, unit=False, gives="text/calendar"),
    post(
        "/v1/callbacks", post_callback, needs=PUBLIC, unit=False, takes=("application/x-www-form-urlencoded",), gives="text/plain"
    ),
    get("/v1/slowly", get_slowly, needs=PUBLIC, unit=False),
    events_route(),
)
