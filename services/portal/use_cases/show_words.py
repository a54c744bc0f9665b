"""Gather the words that everyone shares: the map, who is to be told, the children's words, the scale, acts, threats."""

import asyncio
from dataclasses import dataclass

from services.portal.domain.families import Family, Member, Roster
from services.portal.domain.plans import Threat
from services.portal.domain.shared_words import SIGNAL, Act, CaseStep, Column, Series, Statement, Told, Voice
from services.portal.domain.table import PARENTS
from services.portal.gateways.calling import if_allowed
from services.portal.gateways.network import Network
from services.portal.gateways.plans import Plans
from services.portal.gateways.shared_words import SharedWords


@dataclass(frozen=True, slots=True)
class SeenWords:
    """A family's shared words."""

    family: Family
    roster: Roster
    columns: tuple[Column, ...]
    told: tuple[Told, ...]
    voices: tuple[Voice, ...]
    series: tuple[Series, ...]
    acts: tuple[Act, ...]
    threats: tuple[Threat, ...]
    steps: tuple[CaseStep, ...]

    @property
    def parents(self) -> tuple[Member, ...]:
        """Who sees a child's words only when a worker releases them."""
        return tuple(one for one in self.roster.members if one.caregiver_of_concern or one.relationship in PARENTS)

    @property
    def dangers(self) -> tuple[Statement, ...]:
        """The worries about what may happen."""
        return next((one.items for one in self.columns if one.kind == "danger"), ())

    def statement(self, statement_id: str | None) -> Statement | None:
        """Return a statement of the map."""
        return next((one for column in self.columns for one in column.items if one.id == statement_id), None)

    def still(self, statement_id: str) -> tuple[Member, ...]:
        """Return who is still to be told the newest version of a worry."""
        ids = next((one.still_to_tell for one in self.told if one.statement_id == statement_id), ())
        return tuple(one for one in self.roster.members if one.id in ids)

    def member_name(self, member_id: str) -> str:
        """Return what a member is called."""
        return next((one.person.name for one in self.roster.members if one.id == member_id), "Somebody who left")

    def person_name(self, person_id: str) -> str:
        """Return what a person of the family is called."""
        found = self.roster.person(person_id)
        return found.name if found else "Somebody who left"


async def show_words(network: Network, shared: SharedWords, case_id: str) -> SeenWords:
    """Return a family's shared words; of the worries also who was told."""
    family, roster, columns = await asyncio.gather(network.family(case_id), network.roster(case_id), shared.map(case_id))
    dangers = next((one.items for one in columns if one.kind == "danger"), ())
    (voices, series, acts), (threats, steps), told = await asyncio.gather(
        asyncio.gather(
            if_allowed(shared.voices(case_id), ()), if_allowed(shared.scaling(case_id), ()), if_allowed(shared.acts(case_id), ())
        ),
        asyncio.gather(if_allowed(Plans(shared.caller).threats(case_id), ()), if_allowed(shared.case_steps(case_id), ())),
        asyncio.gather(*(shared.told(case_id, one.id) for one in dangers)),
    )
    voices = tuple(one for one in voices if one.kind != SIGNAL)
    return SeenWords(family, roster, columns, tuple(told), voices, series, acts, threats, steps)
