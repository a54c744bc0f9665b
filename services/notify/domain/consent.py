"""What a text from a person means: stop, start, help, an answer, or words for staff to read. English and Spanish, as people type.

STOP in any reasonable words is honoured at once (DOMAIN §5.5). "Cancel" is one of those words, so it is never an answer about a
meeting. Answers are strict on purpose: "SIMON" is not SI, and "yes but not Thursday" is for a person to read.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from shared.events.entries import Answer


class Pending(StrEnum):
    """The newest question that was put to this number."""

    NOTHING = "nothing"
    OPT_IN = "opt_in"
    MEETING = "meeting"
    PROMISE = "promise"
    TURN = "turn"


class Says(StrEnum):
    """The kind of thing a person said."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    ANSWER = "answer"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was said. `may_mean_meeting` marks an opt-out such as "cancel" of which staff should be told.

    `cannot` marks a no about a turn that says so: "I can't come" is about the time, and a bare "2" asks for help.
    """

    says: Says
    answer: Answer | None = None
    may_mean_meeting: bool = False
    cannot: bool = False


_STOP_WORDS = frozenset(
    {
        "stop", "stopp", "stopall", "stop all", "quit", "end", "revoke", "optout", "opt out", "cancel", "unsubscribe", "unsuscribe",
        "remove", "remove me", "no more", "leave me alone",
        "alto", "parar", "pare", "paren", "basta", "cancelar", "cancele", "cancela", "no mas", "ya no", "ya no mas",
        "baja", "de baja", "darme de baja", "detener", "detenga", "terminar", "salir", "quitar", "quitenme", "borrenme",
        "dejenme en paz", "no me molesten",
    }
)  # fmt: skip
_ONLY_SPANISH_STOP_WORDS = frozenset({"para", "fin", "ya"})
"""Common little words in other languages, so they count only when the number's language is Spanish."""

_CANCEL_WORDS = frozenset({"cancel", "cancelar", "cancele", "cancela"})

_STOP_PHRASES = re.compile(
    r"^(please )?stop( (it|this|that|now|already|please|the|these|those|all|me|us|my|any|more|to|at|number"
    r"|texting|messaging|sending|contacting|calling|bothering|messages?|texts?|reminders?))*$"
    r"|\b(do not|dont|don t|quit|stop) (text|texting|message|messaging|contact|contacting|write|bother|bothering|call|calling)"
    r"( (me|us|to me|this number|anymore|any more|again)\b|$)"
    r"|\b(do not|dont|don t|quit|stop) (send|sending)( me| us)?( any| these| those| your| the)?( more)?"
    r"( (texts?|messages?|reminders?)\b|$)"
    r"|\bno more (texts?|messages?|reminders?)\b"
    r"|\b(take|remove|delete) (me|my number|this number) (off|from)\b"
    r"|\b(opt|opting) (me )?out\b|\bunsubscribe\b|\brevoke (my )?consent\b"
    r"|\b(i )?(do not|dont|don t) want (any )?(more )?(of )?(these |the |your )?(texts?|messages?|reminders?)\b"
    r"|\bno (me |nos )(manden?|mandes|envien?|envies|escriban?|escribas|molesten?|texteen?|contacten?|llamen?)\b"
    r"|\bno (manden?|mandes|envien?|envies|escriban?)( mas| sus| los)* (mensajes?|textos?|avisos?|recordatorios?)\b"
    r"|\bdejen? de (mandar|enviar|escribir|molestar|textear)(me|nos)?\b"
    r"|\bno quiero (recibir )?(mas |ya )?(mas )?(sus |los |estos )?(mensajes?|textos?|avisos?|recordatorios?)\b"
    r"|\bno mas (mensajes?|textos?|avisos?|recordatorios?)\b"
    r"|\b(denme|deme|darme) de baja\b|\b(quitenme|borrenme|saquenme|quiteme|borreme) de\b"
)

_START_WORDS = frozenset(
    {"start", "unstop", "subscribe", "opt in", "optin", "empezar", "comenzar", "iniciar", "inicio", "reanudar", "suscribir", "alta"}
)
_HELP_WORDS = frozenset(
    {"help", "info", "help me", "ayuda", "ayudame", "ayudeme", "informacion", "auxilio", "who is this", "quien es"}
)

_YES = frozenset(
    {
        "1", "yes", "y", "yeah", "yep", "yea", "ok", "okay", "sure", "accept", "confirm",
        "si", "sip", "claro", "si claro", "claro que si", "si senor", "esta bien", "de acuerdo", "acepto", "confirmo",
    }
)  # fmt: skip
_NO = frozenset({"2", "no", "n", "nope", "decline"})
_UNSURE = frozenset(
    {
        "3", "maybe", "not sure", "unsure", "i am not sure", "im not sure", "i m not sure",
        "tal vez", "quizas", "quiza", "no se", "no estoy seguro", "no estoy segura",
    }
)  # fmt: skip
_YES_PHRASES = re.compile(
    r"^(yes |ok |1 )?(i|we) ?(will|ll|can|am|m|are) (be there|come|coming|make it|attend|go)( at [0-9 apm]+)?$"
    r"|^(si |1 )?(ahi|alli|alla) estare(mos)?$|^(si |1 )*(voy|vamos|puedo|podre|ire)( a ir| ir)?$"
)
_NO_PHRASES = re.compile(
    r"^(no |2 |sorry )*(i |we )?(can t|cant|cannot|can not|wont|won t|will not) (come|make it|go|attend|be there)$"
    r"|^(no |2 |lo siento )*(ya )?no (puedo|podre|podemos|voy|vamos|ire)( ir| asistir| venir)?$"
)
_COURTESY = re.compile(
    r"^(?:(?:please|pls|thanks|thank|you|thx|ty|sir|maam|ma|am|mr|ms|ok|okay|hi|hello"
    r"|por|favor|porfavor|gracias|muchas|senor|senora|senorita|hola|buenos|buenas|dias|tardes|noches|dios|bendiga|le|los) )*$"
)


def parse(text: str, *, language: str = "en", pending: Pending = Pending.NOTHING) -> Meaning:
    """Say what a text means, given the language of the number and the newest question put to it.

    Opt-out comes before everything else, whatever was asked. A plain yes opts in only when that was the question.
    """
    words = normalise(text)
    core = _without_courtesy(words)
    if _is_stop(words, core, language):
        return Meaning(Says.OPT_OUT, may_mean_meeting=core in _CANCEL_WORDS)
    if core in _HELP_WORDS or text.strip() in {"?", "¿?"}:
        return Meaning(Says.HELP)
    if core in _START_WORDS:
        return Meaning(Says.OPT_IN)
    answer = _answer(core)
    if answer is None or pending is Pending.NOTHING:
        return Meaning(Says.UNCLEAR)
    if pending in {Pending.PROMISE, Pending.TURN} and answer is Answer.TENTATIVE:
        return Meaning(Says.UNCLEAR)  # "not sure" covers nobody
    if pending is not Pending.OPT_IN:
        return Meaning(Says.ANSWER, answer, cannot=pending is Pending.TURN and answer is Answer.DECLINED and core not in _NO)
    if answer is Answer.ACCEPTED:
        return Meaning(Says.OPT_IN)
    return Meaning(Says.OPT_OUT) if answer is Answer.DECLINED else Meaning(Says.UNCLEAR)


def normalise(text: str) -> str:
    """Return the words alone: no accents, no capitals, no marks, single spaces. The first 500 characters are enough."""
    decomposed = unicodedata.normalize("NFKD", text[:500])
    kept = "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return " ".join(re.sub(r"[^0-9a-z]+", " ", kept.casefold()).split())


def _is_stop(words: str, core: str, language: str) -> bool:
    if core in _STOP_WORDS or _STOP_PHRASES.search(words):
        return True
    return language.split("-", maxsplit=1)[0].lower() == "es" and core in _ONLY_SPANISH_STOP_WORDS


def _answer(core: str) -> Answer | None:
    if core in _UNSURE:
        return Answer.TENTATIVE
    if core in _NO or _NO_PHRASES.match(core):
        return Answer.DECLINED
    if core in _YES or _YES_PHRASES.match(core):
        return Answer.ACCEPTED
    return None


def _without_courtesy(words: str) -> str:
    """Return what is left without a greeting before and thanks after; a text of courtesy alone stays as it is."""
    tokens = words.split()
    for end in range(len(tokens), 0, -1):
        if not _COURTESY.match("".join(f"{token} " for token in tokens[end - 1 : end])):
            break
    else:
        return words
    start = 0
    while start < end - 1 and _COURTESY.match(f"{tokens[start]} "):
        start += 1
    return " ".join(tokens[start:end])
