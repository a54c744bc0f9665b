"""What HTTP itself refuses: requests that cannot be read, callers not known, versions gone by.

A service's own refusals are in its domain; these alone carry their status with them.
"""

from collections.abc import Mapping
from typing import ClassVar

from shared.kernel.errors import Fault, Invalid, SurroundError


class RequestError(SurroundError):
    """The request cannot be answered as it is. Read the API's description and send it again."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str] = {}

    def __init__(self, *faults: Fault, **facts: object) -> None:
        """Name the values at fault, if one can point at them."""
        super().__init__(**facts)
        self.faults = faults


class BadRequest(RequestError):
    """The request cannot be read. Check how it is written and send it again."""

    code = "bad_request"


class HeadersTooLarge(RequestError):
    """The headers are too large. Send fewer and shorter ones."""

    code = "headers_too_large"
    status = 431


class JsonInvalid(RequestError):
    """The body is not valid JSON. Check it with a JSON tool and send it again."""

    code = "json_invalid"


class JsonInvalidUtf8(RequestError):
    """The body is not valid UTF-8. Save it as UTF-8 and send it again."""

    code = "json_invalid_utf8"


class JsonDuplicateKey(RequestError):
    """The body names the same member twice. Keep one of the two."""

    code = "json_duplicate_key"


class JsonTooDeep(RequestError):
    """The body is nested too deeply. Use at most 32 levels."""

    code = "json_too_deep"


class NumberUnreadable(RequestError):
    """A number in the body has too many digits. Use whole numbers of at most 64 bits."""

    code = "number_out_of_range"


class NotAnObject(RequestError):
    """The body has to be a JSON object. Put the values between braces."""

    code = "not_an_object"


class BodyTooLarge(RequestError):
    """The body is too large. Send less at once."""

    code = "body_too_large"
    status = 413


class BodyTruncated(RequestError):
    """The body ended before its stated length. Send it again."""

    code = "body_truncated"


class BodyStalled(RequestError):
    """The body did not arrive in time. Send it again."""

    code = "request_timeout"
    status = 408


class DigestInvalid(RequestError):
    """Say what you send: a Content-Digest header with the SHA-256 of the body, such as sha-256=:…:, as RFC 9530 has it."""

    code = "digest_invalid"


class DigestMismatch(RequestError):
    """What arrived is not what its Content-Digest says. Nothing was done with it: send it again."""

    code = "digest_mismatch"


class ContentEncodingInvalid(RequestError):
    """The body is not compressed as its header says. Send it again, or send it uncompressed."""

    code = "content_encoding_invalid"


class ContentEncodingUnsupported(RequestError):
    """This compression is not known here. Use gzip, or none."""

    code = "content_encoding_unsupported"
    status = 415


class MediaTypeUnsupported(RequestError):
    """This route does not take bodies of this type. The API's description says which it takes."""

    code = "media_type_unsupported"
    status = 415


class NotAcceptable(RequestError):
    """This route cannot answer in a type you accept. Accept application/json."""

    code = "not_acceptable"
    status = 406


class MethodNotAllowed(RequestError):
    """This address does not take this method. The Allow header says which it takes."""

    code = "method_not_allowed"
    status = 405


class Misdirected(RequestError):
    """This service is not reached by that name. Use the address that the county gave you."""

    code = "misdirected_request"
    status = 421


class UriTooLong(RequestError):
    """The address is too long. Searching is done by POST, with the words in the body."""

    code = "uri_too_long"
    status = 414


class ExpectationFailed(RequestError):
    """Only 100-continue can be expected here."""

    code = "expectation_failed"
    status = 417


class HeaderInvalid(RequestError):
    """A header cannot be read. The API's description says how it is written."""

    code = "header_invalid"


class UnknownParameter(RequestError):
    """The address has a parameter that is not known here. Check its spelling."""

    code = "unknown_parameter"


class DuplicateParameter(RequestError):
    """The address has the same parameter twice. Keep one of the two."""

    code = "duplicate_parameter"


class InvalidParameter(RequestError):
    """A parameter in the address is not valid. Correct it and ask again."""

    code = "invalid_parameter"


class CursorInvalid(RequestError):
    """This page can no longer be opened. Begin the list again."""

    code = "cursor_invalid"


class PreconditionFailed(RequestError):
    """Somebody changed this in the meantime. Read it again and decide anew."""

    code = "precondition_failed"
    status = 412


class PreconditionRequired(RequestError):
    """Say which version you are changing: send If-Match with the etag you read."""

    code = "precondition_required"
    status = 428


class IdempotencyKeyInvalid(RequestError):
    """Send an Idempotency-Key of 8 to 128 visible characters, a new one for each new thing."""

    code = "idempotency_key_invalid"


class IdempotencyKeyReused(RequestError):
    """This Idempotency-Key was already used for another request. Send a new one."""

    code = "idempotency_key_reused"
    status = 422


class IdempotencyInProgress(RequestError):
    """The first request with this Idempotency-Key is still running. Ask again in a moment."""

    code = "idempotency_in_progress"
    status = 409
    headers: Mapping[str, str] = {"Retry-After": "1"}


class Unauthenticated(RequestError):
    """Sign in again, or send a valid access token."""

    code = "unauthenticated"
    status = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class CountyRequired(RequestError):
    """Say for which county you ask: send X-County-Id with the id of a county served here."""

    code = "county_required"


class QuotaExceeded(RequestError):
    """That was too much at once. Wait as many seconds as Retry-After says, then go on."""

    code = "quota_exceeded"
    status = 429

    def __init__(self, seconds: int = 1) -> None:
        """Say when there is room again."""
        super().__init__()
        self.headers = {"Retry-After": str(seconds)}


class InternalError(RequestError):
    """Something went wrong here, not with you. Try again; if it stays, tell us the request id."""

    code = "internal_error"
    status = 500


class Unavailable(RequestError):
    """This cannot be answered just now. Try again in a moment."""

    code = "unavailable"
    status = 503
    headers: Mapping[str, str] = {"Retry-After": "5"}


class BatchUndone(RequestError):
    """Another item of this batch was refused and all or nothing was asked for, so this one was not kept. Correct the other."""

    code = "batch_undone"
    status = 409


class ValuesInvalid(Invalid):
    """Some values need attention. Correct them and send again."""
