"""Shapes of what leaves as a file."""

from datetime import date, datetime
from typing import Literal

from services.network.domain.members import Circle, MemberState, Side, SupportType
from services.network.domain.people import Person
from services.network.use_cases.export_family import FamilyFile
from services.network.use_cases.export_roster import RosterEntry
from services.network.web.schemas.cases import CaseOut, case_out
from services.network.web.schemas.commitments import CommitmentOut, commitment_out
from services.network.web.schemas.coverage import GapOut, gap_out
from services.network.web.schemas.people import CONTACT_READ
from services.network.web.schemas.plans import PlanOut, plan_out
from services.network.web.schemas.roster import ChildOut, MemberOut, child_out, member_out
from services.network.web.schemas.statements import StatementOut, statement_out
from shared.events.network import Channel
from shared.kernel.access import Caller
from shared.web import fields
from shared.web.fields import Instant, Model


class RosterLineOut(Model):
    """A member of a family. Numbers and mail addresses are for callers with `people.contact.read`; no place to live is in it."""

    case_id: fields.CaseId
    case_external_id: str | None
    unit: str
    member_id: fields.MemberId
    person_id: fields.PersonId
    person_external_id: str | None
    given_name: str
    family_name: str
    preferred_name: str
    is_minor: bool
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    relationship: str
    relationship_words: str
    side: Side
    circle: Circle
    support_type: SupportType
    caregiver_of_concern: bool
    state: MemberState
    phone: str | None
    email: str | None
    joined_at: Instant


def roster_line_out(entry: RosterEntry, caller: Caller, today: date) -> RosterLineOut:
    """Write a member for a county system."""
    profile, standing = entry.person.profile, entry.member.standing
    return RosterLineOut(
        case_id=entry.case.id,
        case_external_id=entry.case.external_id,
        unit=entry.case.access.unit,
        member_id=entry.member.id,
        person_id=entry.person.id,
        person_external_id=profile.external_id,
        given_name=profile.given_name,
        family_name=profile.family_name,
        preferred_name=profile.preferred_name,
        is_minor=entry.person.is_minor(today),
        spoken_language=profile.spoken_language,
        written_language=profile.written_language,
        interpreter_needed=profile.interpreter_needed,
        relationship=standing.relationship.value,
        relationship_words=standing.relationship_words,
        side=standing.side,
        circle=standing.circle,
        support_type=standing.support_type,
        caregiver_of_concern=standing.caregiver_of_concern,
        state=entry.member.state,
        phone=_reached(entry.person, caller, Channel.SMS, Channel.VOICE),
        email=_reached(entry.person, caller, Channel.EMAIL),
        joined_at=entry.member.joined_at,
    )


def _reached(person: Person, caller: Caller, *channels: Channel) -> str | None:
    """Return the first number or address of these channels, as staff ranked them."""
    if CONTACT_READ not in caller.scopes:
        return None
    return next((point.value for channel in channels for point in person.contact_points if point.channel is channel), None)


class PlanFileOut(Model):
    """A plan with its promises, and the gaps in its cover that are still to come."""

    plan: PlanOut
    commitments: list[CommitmentOut]
    gaps: list[GapOut]


class FamilyFileOut(Model):
    """One family as a file. `version` counts breaks of this shape; members may be added to it within one. Ids never change."""

    format: Literal["surround.family"]
    version: Literal[1]
    exported_at: Instant
    case: CaseOut
    children: list[ChildOut]
    members: list[MemberOut]
    statements: list[StatementOut]
    plans: list[PlanFileOut]


def family_file_out(file: FamilyFile, today: date, now: datetime) -> FamilyFileOut:
    """Write a family."""
    return FamilyFileOut(
        format="surround.family",
        version=1,
        exported_at=now,
        case=case_out(file.case),
        children=[child_out(each, today) for each in file.children],
        members=[member_out(each, today) for each in file.members],
        statements=[statement_out(each) for each in file.statements],
        plans=[
            PlanFileOut(
                plan=plan_out(each.plan),
                commitments=[commitment_out(one) for one in each.commitments],
                gaps=[gap_out(one, each.plan.time_zone) for one in each.gaps],
            )
            for each in file.plans
        ],
    )
