"""The handler of calendar feeds: a secret address that only reads."""

from email.utils import format_datetime
from hashlib import sha256

from services.notify.use_cases.open_link import find_link, hash_of
from services.notify.use_cases.show_calendar import show_feed
from services.notify.web.links import CALENDAR
from services.notify.web.place import place_of
from shared.db.unit import Actor
from shared.web.routing import Call, Reply, content


async def get_feed(call: Call) -> Reply:
    """Give a person's calendar; the same octets, and the same tag, as long as nothing changes."""
    secret_hash = hash_of(call.words["token"])
    async with call.units.outside(link_hash=secret_hash) as session:
        found = await find_link(session, secret_hash)
    county = place_of(call).counties[found.county_id]
    async with call.units.open(county.id, Actor("member", str(found.link.person_id)), call.trace) as unit:
        feed = await show_feed(unit, found, county)
    headers = {
        "Cache-Control": "private, max-age=900",
        "Last-Modified": format_datetime(feed.changed_at, usegmt=True),
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    return content(feed.data, content_type=CALENDAR, headers=headers, etag=sha256(feed.data).hexdigest())
