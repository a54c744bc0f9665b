"""What a use case needs to know of the county it works in; the edge reads it from the settings."""

from dataclasses import dataclass
from datetime import date

from services.meetings.domain.mandates import CountyRules


@dataclass(frozen=True, slots=True)
class CountyFacts:
    """A county's short name (it stands in calendar identities), its zone and its holidays."""

    slug: str
    time_zone: str
    holidays: frozenset[date] = frozenset()

    @property
    def rules(self) -> CountyRules:
        """The rules of due dates with this county's holidays."""
        return CountyRules(holidays=self.holidays)
