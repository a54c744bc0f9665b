"""Steps of a case plan: what somebody will do differently, rather than which service they complete (DOMAIN §2.4 row 24)."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.hints import Hint, HintCode
from services.network.domain.members import Member, MemberId
from services.network.domain.statements import StatementId, StatementKind
from shared.kernel.errors import Fault, Invalid

CaseStepId = NewType("CaseStepId", UUID)


class CaseStepState(StrEnum):
    """How far a step has come: `seen` means that others have seen the change, not that a class was completed."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    SEEN = "seen"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One step: what a member will do differently, for which statements, until which county-local day."""

    id: CaseStepId
    case_id: CaseId
    owner_id: MemberId
    text: str
    links: tuple[StatementId, ...]
    due_on: date | None
    state: CaseStepState
    version: int
    updated_at: datetime


def check_step(owner: Member | None, links: Collection[StatementId], linked: Mapping[StatementId, StatementKind]) -> None:
    """Refuse a step of somebody outside of the network, or about nothing of this family."""
    faults = []
    if owner is None:
        faults.append(Fault("not_of_this_family", "Choose a member of this family's network.", pointer="#/owner_id"))
    if set(links) - set(linked):
        faults.append(Fault("not_of_this_family", "Choose statements of this family.", pointer="#/links"))
    if faults:
        raise Invalid(faults)


def _forms(english: str = "", spanish: str = "", as_they_are: str = "") -> re.Pattern[str]:
    """Return a pattern for English words with their endings, Spanish stems with any, and words as they are; `_` is a blank."""
    words = [rf"{word.removesuffix('e')}(?:e|[bdgmnpt]?(?:e?s|e?d|ing))?" for word in english.split()]
    stems = [rf"{stem}\w*" for stem in spanish.split()]
    return re.compile(rf"\b(?:{'|'.join([*words, *stems, *as_they_are.split()]).replace('_', ' ')})\b")


# Our lists, read without accents and capitals. A word that no list has counts for nothing: the hint is a question, and a wrong one
# costs a glance.
_SERVICE = _forms(
    english="class course program workshop session service treatment evaluation assessment support_group aa_meeting na_meeting",
    spanish="clase curso programa taller terapia consejeria tratamiento sesion servicio evaluacion grupo_de_apoyo grupos_de_apoyo",
    as_they_are="therapy therapies counseling counselling rehab aa na",
)
_GOES_TO = _forms(
    english="attend complete finish participate engage continue start begin join receive obtain",
    spanish="asist complet termin particip acud continu empez empiez recib",
    as_they_are="go_to goes_to going_to sign_up signs_up tak(?:e|es|ing)_(?:part|an?|the|all|weekly) ir_a ira_a va_a van_a"
    " tom(?:ar|ara|aran|a|an|e)_(?:una?|el|la|las|los|clases?)",
)
_ENROLS = _forms(english="enrol enroll", spanish="inscri", as_they_are="enrolment enrollment")
_PROOF = _forms(spanish="certificad comprobante constancia", as_they_are="certificates? proof attendance completion asistencia")
_DOES = _forms(
    english="ask breathe bring buckle call carry carries change check cook count drive empty feed fed find follow give hand hold"
    " hug keep leave let lift listen lock make move notice offer pack pick play pour practice practise praise put read remove say"
    " send set show sit sleep speak stand stay step stop store supervise talk teach tell throw tuck turn use wait wake walk wash"
    " watch write",
    spanish="abraz acost acuest acompan aliment avis ayud cambi camin cant cerr cierr cocin contar cuent cuid dar dej dic dir duerm"
    " dorm ensen entreg escrib escuch espera explic guard habl hac har jueg jug lav lee llam llev manten mir mostr muestr ofrec"
    " pid ped pon practic pregunt qued quit recog respir revis sent sient vigil",
    as_they_are="bana bane da pare parar sale saldra salir usa usar usara",
)
_CLAUSES = re.compile(
    r"[.;:,!?\n]+|\b(?:and|then|instead|so that|in order to|where|when|while|until"
    r"|y|e|luego|despues|entonces|para que|cuando|mientras|hasta que|en vez de|en lugar de)\b"
)


def hints(text: str) -> tuple[Hint, ...]:
    """Question a step that says only which service somebody goes to, with nothing beside it that others could see them do."""
    clauses = [clause for clause in _CLAUSES.split(_plain(text)) if clause.strip()]
    if not any(_is_service(clause) for clause in clauses) or any(_is_act(clause) for clause in clauses):
        return ()
    return (Hint(HintCode.SERVICE_ONLY_STEP),)


def basis_hints(kinds: Collection[StatementKind]) -> tuple[Hint, ...]:
    """Question a step whose only basis is complicating factors: they are worries, and no danger by themselves."""
    only = bool(kinds) and set(kinds) == {StatementKind.COMPLICATING_FACTOR}
    return (Hint(HintCode.NOT_A_DANGER),) if only else ()


def _is_service(clause: str) -> bool:
    return bool(_ENROLS.search(clause) or (_SERVICE.search(clause) and _GOES_TO.search(clause)))


def _is_act(clause: str) -> bool:
    return bool(_DOES.search(clause)) and not _is_service(clause) and not _PROOF.search(clause)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
