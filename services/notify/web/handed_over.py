"""Handlers by which staff make and end the secrets they hand over."""

import os

from services.notify.domain.links import one_subject
from services.notify.use_cases.make_links import end_feeds, end_links, hand_over_link, make_feed
from services.notify.web.place import place_of
from services.notify.web.schemas import UrlOut
from shared.db.unit import Unit
from shared.web.routing import Call, Reply, no_content, ok


async def post_feed(unit: Unit, call: Call) -> Reply:
    """Make a person's calendar feed; an earlier one ends."""
    token = await make_feed(unit, call.ids["person_id"], caller=call.staff, entropy=os.urandom)
    return ok(UrlOut(url=f"{place_of(call).feed_url}/f/{token}.ics"))


async def delete_feeds(unit: Unit, call: Call) -> Reply:
    """End a person's calendar feeds at once."""
    await end_feeds(unit, call.ids["person_id"], caller=call.staff)
    return no_content()


async def post_link(unit: Unit, call: Call) -> Reply:
    """Give out the address of a person's page for a meeting or a promise."""
    subject = one_subject(meeting_id=call.body.meeting_id, commitment_id=call.body.commitment_id)
    token = await hand_over_link(unit, call.ids["person_id"], subject, caller=call.staff, entropy=os.urandom)
    return ok(UrlOut(url=f"{place_of(call).portal_url}/m/{token}"))


async def delete_links(unit: Unit, call: Call) -> Reply:
    """End a person's pages at once; the next message makes new ones."""
    await end_links(unit, call.ids["person_id"], caller=call.staff)
    return no_content()
