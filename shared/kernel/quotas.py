"""How much one caller may ask for: rules as data. Each is our choice (API §1 gives the form and the staff's numbers as an example).

Our own services have none: a reader that was away for a day has to catch up, and they are behind the county's own wall.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Whose requests are counted together, in each service apart.

    An address stands for whoever calls without a token, or with one that is not believed; a whole office or a calendar provider may
    share one. An SMS provider proves itself by its signature and sends a receipt for each text, so it is counted apart.
    """

    STAFF = "staff"
    SYSTEM = "system"
    ADDRESS = "address"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many requests in each window of so many seconds."""

    name: str
    most: int
    seconds: int


Quotas = Mapping[Who, tuple[Quota, ...]]

DAY = 24 * 3600

STANDARD: Quotas = {
    Who.STAFF: (Quota("burst", 20, 1), Quota("day", 50_000, DAY)),
    Who.SYSTEM: (Quota("burst", 500, 1), Quota("day", 5_000_000, DAY)),
    Who.ADDRESS: (Quota("burst", 50, 1), Quota("day", 500_000, DAY)),
    Who.PROVIDER: (Quota("burst", 1_000, 1), Quota("day", 10_000_000, DAY)),
}
