"""The one table from rows to this product: each is sent to a real route and property of its type, or listed with a reason."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.hostile.rows import Sent
from tests.meetings.conftest import next_day


def _next_fold() -> date:
    """Return the next first Sunday of November that is not near: America/Los_Angeles sets its clocks back."""
    later = datetime.now(UTC).date() + timedelta(days=30)
    novembers = (date(year, 11, day) for year in (later.year, later.year + 1) for day in range(1, 8))
    return next(each for each in novembers if each > later and each.isoweekday() == 7)


NEXT_FOLD: Final = _next_fold()

# Rows of one shape, sent one after another by the same test.
PEOPLE: Final = "network: POST /v1/people"
PERSON: Final = "network: PATCH /v1/people/{person_id}"
QUERY: Final = "network: GET, the address alone"
PROMISED: Final = "network: POST /v1/plans/{plan_id}/commitments"
ANSWERED: Final = "network: POST /v1/plans/{plan_id}/commitments/{commitment_id}/answers"
FILES: Final = "network: POST /v1/imports"
RESOURCES: Final = "meetings: POST /v1/resources"
MEETINGS: Final = "meetings: POST /v1/meetings"
CALENDARS: Final = "meetings: POST /v1/people/{person_id}/calendars; notify: POST /v1/webhook-endpoints; outside of a sandbox"
FEED: Final = "meetings: a linked calendar is read by the ticker"
MAIL: Final = "notify: a mail reaches the county's mailbox"

# Places of one row, or a few, that need a story of their own.
NETWORK: Final = "network"
SOCKET: Final = "network: a socket of its own"
BOOKED: Final = "meetings"
NOTIFY: Final = "notify"
LINK: Final = "notify: /v1/links/current"
TEXTS: Final = "notify: POST /v1/providers/sms/inbound"
PAGE: Final = "portal: GET /m/{token}"

_NAME = {"display_name": "given_name"}
_COLUMNS = {**_NAME, "relationship": "family_name", "preferred_language": "spoken_language"}
_POINT = "contact_points/0/value"


def _members(where: str, **renamed: str) -> Sent:
    return Sent(where, renamed=renamed)


SENT: Mapping[str, Sent] = {
    "json-001": Sent(PEOPLE, renamed=_NAME),
    "json-003": Sent(PEOPLE, renamed=_NAME),
    "json-005": Sent(PEOPLE),
    "json-007": Sent(PEOPLE),
    "json-009": _members(RESOURCES, limit="capacity"),
    "json-011": Sent(PEOPLE, renamed=_NAME),
    "json-013": Sent(PEOPLE),
    "json-015": Sent(PEOPLE),
    "json-017": Sent(PEOPLE),
    "json-019": Sent(PEOPLE, renamed=_NAME),
    "json-021": Sent(PEOPLE, renamed=_NAME),
    "json-023": Sent(PEOPLE, renamed=_NAME),
    "json-025": Sent(PEOPLE, renamed=_NAME),
    "json-027": Sent(RESOURCES, renamed={"priority": "capacity"}, choice="refused: 1.0 is no whole number here"),
    "json-029": Sent(PEOPLE, renamed=_NAME),
    "json-031": Sent(PEOPLE, renamed={"notes": "safe_words"}, choice="the longest text of a person; 500 characters are its limit"),
    "json-033": Sent(NETWORK, choice="PATCH of a person"),
    "json-035": Sent(NETWORK, choice="POST of a person"),
    "json-037": Sent(PEOPLE),
    "uni-001": Sent(PEOPLE, at="given_name"),
    "uni-003": Sent(PEOPLE, at="given_name"),
    "uni-005": Sent(PEOPLE, at="given_name"),
    "uni-007": Sent(PEOPLE, at="given_name"),
    "uni-009": Sent(PEOPLE, at="given_name"),
    "uni-011": Sent(PEOPLE, at="given_name", choice="kept as another name; nothing is merged"),
    "uni-013": Sent(PEOPLE, at="given_name"),
    "uni-015": Sent(PEOPLE, at="given_name"),
    "uni-017": Sent(PEOPLE, at="given_name"),
    "uni-019": Sent(PEOPLE, at="given_name"),
    "html-001": Sent(PEOPLE, at="given_name"),
    "html-003": Sent(PEOPLE, at="given_name"),
    "html-007": Sent(PEOPLE, at="safe_words", choice="commitments have no routes yet; this is the long text of a person"),
    "icsout-003": Sent(PEOPLE, at="given_name", choice="and no name is in an entry: see its mail below"),
    "con-001": Sent(PERSON, at=_POINT),
    "con-003": Sent(PERSON, at=_POINT),
    "con-005": Sent(PERSON, at=_POINT),
    "con-007": Sent(PERSON, at=_POINT),
    "con-009": Sent(PERSON, at=_POINT),
    "con-011": Sent(NETWORK, choice="both kept; a search by the number finds both"),
    "con-013": Sent(PERSON, at=_POINT),
    "con-015": Sent(PERSON, at=_POINT, choice="taken, as in an address of another script"),
    "con-017": Sent(PERSON, at=_POINT),
    "con-019": Sent(PERSON, at=_POINT),
    "qry-001": Sent(QUERY, at="limit", value="/v1/cases?limit=-1"),
    "qry-003": Sent(QUERY, at="limit", value="/v1/cases?limit=abc"),
    "qry-005": Sent(QUERY, at="limt", value="/v1/cases?limt=10"),
    "qry-007": Sent(NETWORK, at="cursor", choice="GET /v1/cases"),
    "qry-009": Sent(
        QUERY, at="status", value="/v1/cases?status=password", choice="lists have no `sort`; a parameter of a few words"
    ),
    "qry-011": Sent(QUERY, at="cursor", value="/v1/cases?cursor=a%00b"),
    "qry-013": Sent(QUERY, value="/v1/people/%00"),
    "qry-015": Sent(QUERY, value="/v1/people/../../admin"),
    "qry-019": Sent(QUERY, at="email", value="/v1/cases?email=ana@example.org"),
    "csv-002": Sent(FILES, renamed=_COLUMNS, choice="trimmed, and a name here; a cell of an export begins with an apostrophe"),
    "csv-004": Sent(FILES, renamed=_COLUMNS, choice="the line alone is rejected"),
    "csv-006": Sent(FILES),
    "csv-008": Sent(FILES, renamed=_COLUMNS),
    "csv-010": Sent(FILES, renamed=_COLUMNS),
    "csv-012": Sent(FILES, renamed=_COLUMNS, choice="both are rejected"),
    "csv-014": Sent(FILES, renamed=_COLUMNS),
    "csv-016": Sent(FILES, renamed=_COLUMNS),
    "csv-018": Sent(FILES, renamed=_COLUMNS),
    "csv-020": Sent(FILES, renamed=_COLUMNS, choice="rejected: nobody guesses a family's language"),
    "csv-022": Sent(NETWORK, choice="a last line that has no end and cannot be read"),
    "csv-024": Sent(FILES),
    "abu-002": Sent(NETWORK, choice="403: the roster is for county systems and administrators"),
    "abu-006": Sent(NETWORK, choice="those lines are rejected"),
    "idem-002": Sent(NETWORK),
    "idem-004": Sent(NETWORK),
    "idem-006": Sent(NETWORK),
    "idem-008": Sent(NETWORK),
    "idem-010": Sent(NETWORK),
    "http-001": Sent(SOCKET),
    "http-003": Sent(SOCKET),
    "http-005": Sent(SOCKET),
    "http-007": Sent(SOCKET),
    "http-009": Sent(SOCKET),
    "http-011": Sent(SOCKET),
    "http-013": Sent(SOCKET),
    "http-015": Sent(SOCKET),
    "http-017": Sent(SOCKET),
    "http-019": Sent(SOCKET),
    "http-021": Sent(SOCKET),
    "tok-013": Sent(NETWORK),
    "tok-015": Sent(NETWORK),
    "tok-019": Sent(NETWORK, choice="people, families, members, rules; meetings and notify in their own folders"),
    "tok-021": Sent(NETWORK, choice="the family is in the path here"),
    "html-005": Sent(BOOKED, at="place/join_url"),
    "icsout-001": Sent(MEETINGS, at="place/name", choice="a meeting has no title of its own; a place has a name"),
    "icsout-005": Sent(BOOKED, at="place/name", choice="taken; folded in the mail, see notify"),
    "con-021": Sent(MEETINGS, at="title_code", choice="refused: a subject is never free text; see notify for what leaves"),
    "dt-001": Sent(MEETINGS, at="starts_local", value="2027-02-29T10:00:00"),
    "dt-003": Sent(PROMISED, at="repeats", value="FREQ=YEARLY", choice="refused: a promise repeats monthly at most"),
    "dt-005": Sent(BOOKED, at="starts_local", value=f"{NEXT_FOLD}T01:30", choice="the first, said in `time_adjusted`"),
    "dt-009": Sent(MEETINGS, at="starts_local", value="0001-01-01T00:00:00"),
    "dt-011": Sent(MEETINGS, at="starts_local", value="2026-06-30T23:59:60"),
    "dt-013": Sent(MEETINGS, at="starts_local", value="2026-12-01X10:00:00"),
    "dt-015": Sent(ANSWERED, at="turn_starts_at", value="2026-12-01T10:00:00", choice="the time that a member's answer is about"),
    "dt-017": Sent(MEETINGS, at="starts_local", value="12/01/2026 10:00 AM"),
    "dt-019": Sent(MEETINGS, at="time_zone", value="America"),
    "dt-021": Sent(MEETINGS, at="time_zone", value="PST"),
    "dt-023": Sent(BOOKED, at="ends_local", value=f"{next_day()}T09:00", choice="a stretch in which somebody cannot come"),
    "dt-025": Sent(MEETINGS, at="starts_local", value="2020-01-01T10:00:00"),
    "dt-027": Sent(PROMISED, at="repeats", value="FREQ=DAILY;INTERVAL=0"),
    "dt-029": Sent(PROMISED, at="repeats", value="FREQ=DAILY;COUNT=1000000000"),
    "ics-015": Sent(FEED),
    "ics-017": Sent(FEED),
    "ics-019": Sent(FEED),
    "ics-021": Sent(FEED),
    "ics-023": Sent(FEED),
    "ssrf-001": Sent(CALENDARS, at="url"),
    "ssrf-003": Sent(CALENDARS, at="url"),
    "ssrf-005": Sent(CALENDARS, at="url"),
    "ssrf-007": Sent(CALENDARS, at="url"),
    "ssrf-009": Sent(CALENDARS, at="url"),
    "ssrf-011": Sent(CALENDARS, at="url"),
    "ssrf-013": Sent(CALENDARS, at="url"),
    "ssrf-015": Sent(CALENDARS, at="url"),
    "ssrf-017": Sent(CALENDARS, at="url"),
    "ssrf-019": Sent(CALENDARS, at="url"),
    "ssrf-021": Sent(CALENDARS, at="url"),
    "ssrf-027": Sent(CALENDARS, at="url"),
    "ssrf-029": Sent(CALENDARS, at="url"),
    "ssrf-031": Sent(CALENDARS, at="url"),
    "ssrf-033": Sent(CALENDARS, at="url"),
    "ssrf-035": Sent(CALENDARS, at="url"),
    "ssrf-037": Sent(CALENDARS, at="url"),
    "ics-001": Sent(MAIL, value=("accepted", "", 0, "token")),
    "ics-003": Sent(MAIL, value=("accepted", "", 0, "none"), choice="meetings ends it: it knows no such entry"),
    "ics-005": Sent(MAIL, value=("accepted", "", 0, "token"), choice="meetings ends it: an answer to the old time"),
    "ics-007": Sent(MAIL, value=("", "ics_invalid", None, "token")),
    "ics-009": Sent(
        MAIL, value=("maybe-so", "", 0, "token"), choice="recorded as said, and as no answer; its word stands for the code"
    ),
    "ics-011": Sent(MAIL, value=("", "ics_invalid", None, "token")),
    "ics-013": Sent(MAIL, value=("", "method_not_allowed", None, "token")),
    "ics-025": Sent(MAIL, value=("", "ics_invalid", None, "token")),
    "ics-027": Sent(MAIL, value=("", "ics_invalid", None, "token")),
    "ics-029": Sent(MAIL, value=("accepted", "", 0, "token")),
    "con-023": Sent(TEXTS),
    "con-025": Sent(TEXTS),
    "con-027": Sent(TEXTS),
    "con-029": Sent(TEXTS, choice="200, and nothing: the provider signs no time"),
    "abu-004": Sent(NOTIFY),
    "tok-001": Sent(LINK),
    "tok-003": Sent(LINK),
    "tok-005": Sent(LINK),
    "tok-007": Sent(LINK, choice="and a feed without a name"),
    "tok-009": Sent(LINK),
    "tok-011": Sent(LINK, choice="a feed's address names nobody: its secret at the page, and the page's at the feed"),
    "html-009": Sent(PAGE),
    "html-011": Sent(PAGE),
    "ssrf-023": Sent(BOOKED, choice="kept, for the name is public then; refused when it is read"),
    "ssrf-025": Sent(BOOKED, choice="kept; reading it, or calling it, ends at the redirect"),
    "ssrf-039": Sent(NOTIFY),
}

LISTED: Mapping[str, str] = {
    "dt-007": "no route takes an offset beside a zone: a start is wall time in a zone, and an offset there is refused",
    "dt-031": "no step compares meetings with a newer database of zones yet; a start is kept as wall time, so its hour cannot move",
    "qry-017": "no list has `updated_since` or any other parameter that takes an instant",
    "tok-017": "no page shows more than a time and a place, so there is no code to step up with",
}
