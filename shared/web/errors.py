"""What HTTP itself refuses: requests that cannot be read, callers not known, versions gone by.

A service's own refusals are in its domain; these alone carry their status with them.
"""

from typing import ClassVar

from shared.kernel.errors import Invalid, SurroundError


class RequestError(SurroundError):
    """The request cannot be answered as it is. Read the API's description and send it again."""

    code = "bad_request"
    status: ClassVar[int] = 400


class PreconditionFailed(RequestError):
    """Somebody changed this in the meantime. Read it again and decide anew."""

    code = "precondition_failed"
    status = 412


class PreconditionRequired(RequestError):
    """Say which version you are changing: send If-Match with the etag you read."""

    code = "precondition_required"
    status = 428


class BodyInvalid(Invalid):
    """Some values are not valid. Correct them and send again."""
