"""What is tried on every route of network, topic by topic, and the family on whose records it is tried."""

from tests.network.conftest import Api
from tests.network.web.attempts import circles, families, imports, plans, releases, words

TOPICS = (families, circles, releases, words, plans, imports)

ATTEMPTS = [*(attempt for topic in TOPICS for attempt in topic.ATTEMPTS), *families.LAST]
WITHOUT_RECORD = {route for topic in TOPICS for route in topic.WITHOUT_RECORD}
NOT_BY_SIGHT = {route: code for topic in TOPICS for route, code in topic.NOT_BY_SIGHT.items()}


async def a_whole_family(api: Api, external_id: str | None = None) -> dict[str, str]:
    """Make one of everything; return the ids by their name in a path."""
    ids = await families.make(api, external_id)
    ids |= {**await circles.make(api, ids), **await releases.make(api, ids), **await words.make(api, ids)}
    return {**ids, **await plans.make(api, ids)}
