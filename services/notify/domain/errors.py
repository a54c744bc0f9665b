"""The refusals of notify. A docstring is the sentence a person reads; a code never changes."""

from shared.kernel.errors import Conflict, Invalid, NotFound, Refused


class LinkNotFound(NotFound):
    """This link does not work any more. Ask for a new one, or call the number in your message."""

    code = "link_not_found"


class AnswerTooLate(Conflict):
    """This meeting has begun, or will not take place, so there is nothing to answer. Call if you have a question."""

    code = "answer_too_late"


class PromiseNotFound(NotFound):
    """There is no such promise of yours. Open the link in your newest message, or call."""

    code = "promise_not_found"


class PromiseOver(Conflict):
    """This time is over, or no longer on your plan, so there is nothing to answer. Call if you have a question."""

    code = "promise_over"


class TurnNotFound(Conflict):
    """Your plan has no such time any more. Open your plan again to see the times it has now."""

    code = "turn_not_found"


class UntilOutside(Conflict):
    """Choose an hour within the time you were asked for, or say yes or no to all of it."""

    code = "until_outside"


class DigitsWrong(Refused):
    """These are not the last four digits of your phone number. Try again, or call."""

    code = "digits_wrong"


class TooManyTries(Refused):
    """There were too many wrong tries. Wait an hour, or call."""

    code = "too_many_tries"


class NoNumberKnown(Conflict):
    """We have no phone number of yours to compare with. Call to hear what is on your plan."""

    code = "no_number_known"


class LanguageNotOffered(Conflict):
    """This page does not exist in that language. Choose one of those shown, or call."""

    code = "language_not_offered"


class MessageNotFound(NotFound):
    """There is no such message here. Look in the list of the meeting's messages."""

    code = "message_not_found"


class CallTaskNotFound(NotFound):
    """There is no such call to make. Look in the list of open calls."""

    code = "call_task_not_found"


class CallTaskDone(Conflict):
    """This call is already recorded. Open the list again to see what is left."""

    code = "call_task_done"


class MessageNotRetryable(Conflict):
    """Only a message that failed, or whose fate is unknown, can be sent again."""

    code = "message_not_retryable"


class EndpointNotFound(NotFound):
    """There is no such webhook endpoint here. Look in the list of endpoints."""

    code = "endpoint_not_found"


class DeliveryNotFound(NotFound):
    """There is no such call to this endpoint. Look in the list of its deliveries."""

    code = "delivery_not_found"


class DeliveryNotRetryable(Conflict):
    """Only a call that failed can be made again, and only while its endpoint is active."""

    code = "delivery_not_retryable"


class TooManyEndpoints(Conflict):
    """A county may have 20 webhook endpoints. Delete one that is not used any more."""

    code = "too_many_endpoints"


class TranslationMissing(Conflict):
    """These words do not exist in the person's language yet. Call the person, with an interpreter if needed."""

    code = "translation_missing"


class UnsafeText(Invalid):
    """Some text cannot stand in a message's header. Take out line breaks, control characters and `=?`."""

    code = "unsafe_text"


class SendingNotAllowed(Conflict):
    """Live sending is off, so nothing may reach that host. An operator can turn it on."""

    code = "sending_not_allowed"
