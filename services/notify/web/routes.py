"""The whole surface of notify on one screen: each route with the permission it needs."""

from services.notify.domain.errors import (
    AnswerTooLate,
    CallTaskDone,
    CallTaskNotFound,
    LanguageNotOffered,
    LinkNotFound,
    MessageNotFound,
    MessageNotRetryable,
)
from services.notify.web import call_tasks, feeds, handed_over, links, messages, providers, schemas
from shared.kernel.quotas import Who
from shared.web.events import events_route
from shared.web.fields import Page
from shared.web.routing import PUBLIC, Route, delete, get, post

ERRORS = (
    AnswerTooLate,
    CallTaskDone,
    CallTaskNotFound,
    LanguageNotOffered,
    LinkNotFound,
    MessageNotFound,
    MessageNotRetryable,
)

LINK = "/v1/links/current"
PERSON = "/v1/people/{person_id}"

# fmt: off
ROUTES: tuple[Route, ...] = (
    get("/v1/messages", messages.get_messages, needs="messages.read", query=schemas.MessagesQuery,
        answer=Page[schemas.MessageOut]),
    get("/v1/messages/{message_id}", messages.get_message, needs="messages.read", answer=schemas.MessageWordsOut,
        raises=(MessageNotFound,)),
    post("/v1/messages/{message_id}:retry", messages.post_retry, needs="messages.write", answer=schemas.MessageOut,
         idempotent=True, raises=(MessageNotFound, MessageNotRetryable)),

    get("/v1/call-tasks", call_tasks.get_call_tasks, needs="tasks.read", query=schemas.TasksQuery,
        answer=Page[schemas.CallTaskOut]),
    post("/v1/call-tasks/{task_id}:complete", call_tasks.post_complete, needs="tasks.write", body=schemas.CompleteIn,
         answer=schemas.CallTaskOut, idempotent=True, raises=(CallTaskNotFound, CallTaskDone)),

    post(f"{PERSON}/feeds", handed_over.post_feed, needs="messages.write", answer=schemas.UrlOut, status=200),
    delete(f"{PERSON}/feeds", handed_over.delete_feeds, needs="messages.write"),
    post(f"{PERSON}/links", handed_over.post_link, needs="messages.write", body=schemas.LinkIn, answer=schemas.UrlOut,
         status=200, raises=(LinkNotFound,)),
    delete(f"{PERSON}/links", handed_over.delete_links, needs="messages.write"),

    # Who holds a secret needs no token: a personal link's in a header, a feed's in its address.
    get(LINK, links.get_link, needs=PUBLIC, unit=False, answer=schemas.LinkOut, raises=(LinkNotFound,)),
    post(f"{LINK}/answers", links.post_answer, needs=PUBLIC, unit=False, body=schemas.AnswerIn, answer=schemas.LinkOut,
         raises=(LinkNotFound, AnswerTooLate)),
    post(f"{LINK}/other-time", links.post_other_time, needs=PUBLIC, unit=False, body=schemas.OtherTimeIn,
         answer=schemas.LinkOut, raises=(LinkNotFound, AnswerTooLate)),
    post(f"{LINK}/language", links.post_language, needs=PUBLIC, unit=False, body=schemas.LanguageIn, answer=schemas.LinkOut,
         raises=(LinkNotFound, LanguageNotOffered)),
    post(f"{LINK}/not-me", links.post_not_me, needs=PUBLIC, unit=False, raises=(LinkNotFound,)),
    get(f"{LINK}/entry.ics", links.get_entry, needs=PUBLIC, unit=False, gives=links.CALENDAR, raises=(LinkNotFound,)),
    get("/f/{token}.ics", feeds.get_feed, needs=PUBLIC, unit=False, gives=links.CALENDAR, raises=(LinkNotFound,)),

    # The provider proves itself by its signature.
    post("/v1/providers/sms/inbound", providers.post_inbound, needs=PUBLIC, unit=False, takes=(providers.FORM,),
         gives=providers.TWIML, status=200, counted_as=Who.PROVIDER),
    post("/v1/providers/sms/status", providers.post_status, needs=PUBLIC, unit=False, takes=(providers.FORM,), status=204,
         counted_as=Who.PROVIDER),

    events_route(),
)
# fmt: on
