"""When a county's office answers: Monday to Friday from eight to five by its own clocks, holidays apart (our choice)."""

from collections.abc import Collection
from datetime import datetime, time

from shared.kernel.wall import at_wall

OPENS, CLOSES = time(8), time(17)


def is_open(at: datetime, time_zone: str, holidays: Collection[str]) -> bool:
    """Whether the office answers at an instant; after that it is for whoever is on call. Holidays are ISO dates."""
    local = at_wall(at, time_zone)
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES and local.date().isoformat() not in holidays
