"""The whole surface of notify on one screen: each route with the permission it needs."""

from services.notify.domain.errors import (
    AnswerTooLate,
    CallTaskDone,
    CallTaskNotFound,
    DeliveryNotFound,
    DeliveryNotRetryable,
    DigitsWrong,
    EndpointNotFound,
    LanguageNotOffered,
    LinkNotFound,
    MessageNotFound,
    MessageNotRetryable,
    NoNumberKnown,
    PromiseNotFound,
    PromiseOver,
    TooManyEndpoints,
    TooManyTries,
    TurnNotFound,
    UntilOutside,
)
from services.notify.web import (
    call_tasks,
    feeds,
    handed_over,
    links,
    messages,
    promise_schemas,
    promises,
    providers,
    schemas,
    webhook_schemas,
    webhooks,
)
from shared.kernel.quotas import Who
from shared.web.events import events_route
from shared.web.fields import Page, PageQuery
from shared.web.outward import UrlRefused
from shared.web.routing import PUBLIC, Route, delete, get, patch, post

ERRORS = (
    AnswerTooLate,
    CallTaskDone,
    CallTaskNotFound,
    DeliveryNotFound,
    DeliveryNotRetryable,
    DigitsWrong,
    EndpointNotFound,
    LanguageNotOffered,
    LinkNotFound,
    MessageNotFound,
    MessageNotRetryable,
    NoNumberKnown,
    PromiseNotFound,
    PromiseOver,
    TooManyEndpoints,
    TooManyTries,
    TurnNotFound,
    UntilOutside,
)

LINK = "/v1/links/current"
PROMISE = f"{LINK}/promises/{{commitment_id}}"
PERSON = "/v1/people/{person_id}"
ENDPOINTS = "/v1/webhook-endpoints"
ENDPOINT = f"{ENDPOINTS}/{{endpoint_id}}"

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

    post(ENDPOINTS, webhooks.post_endpoint, needs="webhooks.manage", body=webhook_schemas.EndpointIn,
         answer=webhook_schemas.EndpointOut, status=201, idempotent=True, etag=True, raises=(UrlRefused, TooManyEndpoints)),
    get(ENDPOINTS, webhooks.get_endpoints, needs="webhooks.manage", query=PageQuery, answer=Page[webhook_schemas.EndpointOut]),
    get(ENDPOINT, webhooks.get_endpoint, needs="webhooks.manage", answer=webhook_schemas.EndpointOut, etag=True,
        raises=(EndpointNotFound,)),
    patch(ENDPOINT, webhooks.patch_endpoint, needs="webhooks.manage", body=webhook_schemas.EndpointChange,
          answer=webhook_schemas.EndpointOut, etag=True, raises=(EndpointNotFound, UrlRefused)),
    delete(ENDPOINT, webhooks.delete_endpoint, needs="webhooks.manage", etag=True, raises=(EndpointNotFound,)),
    get(f"{ENDPOINT}/secret", webhooks.get_secret, needs="webhooks.manage", answer=webhook_schemas.SecretOut,
        raises=(EndpointNotFound,)),
    post(f"{ENDPOINT}:rotate-secret", webhooks.post_rotate_secret, needs="webhooks.manage",
         answer=webhook_schemas.EndpointOut, idempotent=True, status=200, raises=(EndpointNotFound,)),
    post(f"{ENDPOINT}:test", webhooks.post_test, needs="webhooks.manage", answer=webhook_schemas.DeliveryOut,
         idempotent=True, status=200, raises=(EndpointNotFound,)),
    get(f"{ENDPOINT}/deliveries", webhooks.get_deliveries, needs="webhooks.manage", query=webhook_schemas.DeliveriesQuery,
        answer=Page[webhook_schemas.DeliveryOut], raises=(EndpointNotFound,)),
    post(f"{ENDPOINT}/deliveries/{{delivery_id}}:retry", webhooks.post_retry, needs="webhooks.manage",
         answer=webhook_schemas.DeliveryOut, idempotent=True, status=200,
         raises=(EndpointNotFound, DeliveryNotFound, DeliveryNotRetryable)),

    # Who holds a secret needs no token: a personal link's in a header, a feed's in its address.
    get(LINK, links.get_link, needs=PUBLIC, unit=False, answer=schemas.LinkOut, raises=(LinkNotFound,)),
    post(f"{LINK}/answers", links.post_answer, needs=PUBLIC, unit=False, body=schemas.AnswerIn, answer=schemas.LinkOut,
         raises=(LinkNotFound, AnswerTooLate, PromiseOver, UntilOutside)),
    post(f"{LINK}/other-time", links.post_other_time, needs=PUBLIC, unit=False, body=schemas.OtherTimeIn,
         answer=schemas.LinkOut, raises=(LinkNotFound, AnswerTooLate)),
    post(f"{LINK}/language", links.post_language, needs=PUBLIC, unit=False, body=schemas.LanguageIn, answer=schemas.LinkOut,
         raises=(LinkNotFound, LanguageNotOffered)),
    post(f"{LINK}/not-me", links.post_not_me, needs=PUBLIC, unit=False, raises=(LinkNotFound,)),
    get(f"{LINK}/entry.ics", links.get_entry, needs=PUBLIC, unit=False, gives=links.CALENDAR, raises=(LinkNotFound,)),
    get(f"{LINK}/promises", promises.get_promises, needs=PUBLIC, unit=False, answer=promise_schemas.PromisesOut,
        raises=(LinkNotFound,)),
    post(f"{PROMISE}/answers", promises.post_answer, needs=PUBLIC, unit=False, body=promise_schemas.PromiseAnswerIn,
         answer=promise_schemas.PromiseOut, raises=(LinkNotFound, PromiseNotFound, PromiseOver, UntilOutside)),
    post(f"{PROMISE}/turns", promises.post_turn, needs=PUBLIC, unit=False, body=promise_schemas.TurnIn,
         answer=promise_schemas.PromiseOut, raises=(LinkNotFound, PromiseNotFound, PromiseOver, TurnNotFound)),
    post(f"{PROMISE}/withdrawal", promises.post_withdraw, needs=PUBLIC, unit=False, answer=promise_schemas.PromiseOut,
         raises=(LinkNotFound, PromiseNotFound, PromiseOver)),
    post(f"{LINK}/words", promises.post_words, needs=PUBLIC, unit=False, body=promise_schemas.DigitsIn,
         answer=promise_schemas.WordsOut, raises=(LinkNotFound, DigitsWrong, TooManyTries, NoNumberKnown)),
    get("/f/{token}.ics", feeds.get_feed, needs=PUBLIC, unit=False, gives=links.CALENDAR, raises=(LinkNotFound,)),

    # The provider proves itself by its signature.
    post("/v1/providers/sms/inbound", providers.post_inbound, needs=PUBLIC, unit=False, takes=(providers.FORM,),
         gives=providers.TWIML, status=200, counted_as=Who.PROVIDER),
    post("/v1/providers/sms/status", providers.post_status, needs=PUBLIC, unit=False, takes=(providers.FORM,), status=204,
         counted_as=Who.PROVIDER),

    events_route(),
)
# fmt: on
