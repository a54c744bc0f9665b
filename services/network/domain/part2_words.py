"""Words that give away that somebody is treated for substance use, and what stands in their place for who may not know it.

That a "SUD counselor" comes reveals the treatment: others read "service provider" (DOMAIN §5.2). What identifies a patient is not
only a record but anything by which a person is known as one, the name of a role or of a place of treatment among them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SOURCE = "42 CFR 2.11, 2.12(a)(1)(i) and 2.13(c)(1); DOMAIN §5.2"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How one language names treatment: what it is for, who or what gives it, names that say it alone, and what others read.

    `joined` is how the two parts of a name are put together. All are patterns, matched without regard to case.
    """

    others_read: str
    treats: tuple[str, ...]
    gives: tuple[str, ...]
    alone: tuple[str, ...]
    joined: str

    @property
    def pattern(self) -> str:
        """A pattern for every name."""
        treats, gives = (f"(?:{'|'.join(each)})" for each in (self.treats, self.gives))
        return rf"\b(?:{self.joined.format(treats=treats, gives=gives)}|{'|'.join(self.alone)})\b"


VOCABULARIES = (
    Vocabulary(
        others_read="service provider",
        treats=(
            r"sud", r"aod", r"mat", r"aa", r"na", r"substance[ -](?:use|abuse)(?:[ -]disorders?)?",
            r"(?:drugs?|alcohol)(?: (?:and|&|or) (?:drugs?|alcohol))?", r"addictions?", r"chemical[ -]dependency", r"recovery",
            r"rehab(?:ilitation)?", r"detox(?:ification)?", r"methadone", r"suboxone", r"buprenorphine", r"opioid", r"sobriety",
        ),
        gives=(
            r"counsel(?:l)?ors?", r"counsel(?:l)?ing", r"therapists?", r"therapy",
            r"treatment(?: (?:programs?|providers?|cent(?:er|re)s?|facility|facilities))?", r"programs?", r"providers?",
            r"clinics?", r"cent(?:er|re)s?", r"facility", r"facilities", r"specialists?", r"professionals?", r"sponsors?",
            r"coach(?:es)?", r"doctors?", r"nurses?", r"case ?(?:managers?|workers?)", r"groups?", r"meetings?", r"services?",
        ),
        alone=(
            r"(?:alcoholics|narcotics|cocaine) anonymous", r"rehab", r"detox", r"sober[ -]living(?: (?:homes?|houses?|facility))?",
            r"(?:recovery|sober) (?:homes?|houses?)",
        ),
        joined=r"{treats}[ -]+(?:treatment[ -]+)?{gives}",
    ),
    Vocabulary(
        others_read="proveedor de servicios",
        treats=(
            r"drogas(?: y alcohol)?", r"alcohol(?: y drogas)?", r"alcoholismo", r"drogadicci[oó]n", r"adicci[oó]n(?:es)?",
            r"(?:abuso|uso|consumo) de (?:sustancias|drogas|alcohol)", r"trastornos? por (?:el )?(?:uso|consumo) de sustancias",
            r"rehabilitaci[oó]n", r"desintoxicaci[oó]n", r"metadona", r"recuperaci[oó]n", r"sobriedad", r"aa", r"na",
        ),
        gives=(
            r"consejer[oa]s?", r"consejer[ií]a", r"terapeutas?", r"terapia", r"tratamiento", r"programas?",
            r"proveedor(?:a|es|as)?", r"cl[ií]nicas?", r"centros?", r"especialistas?", r"profesional(?:es)?", r"padrinos?",
            r"madrinas?", r"m[eé]dic[oa]s?", r"doctor(?:a|es|as)?", r"grupos?", r"reuni[oó]n(?:es)?", r"servicios?",
        ),
        alone=(r"(?:alcoh[oó]licos|narc[oó]ticos) an[oó]nimos", r"casas? de (?:recuperaci[oó]n|sobriedad)"),
        joined=r"{gives} (?:de |para |en |por |contra )+(?:tratamiento (?:de |para |por |contra )+)?(?:el |la |los |las )?{treats}",
    ),
)  # fmt: skip
"""English and Spanish. A county's own names of places are not in it."""

_NAMES = tuple((re.compile(each.pattern, re.IGNORECASE), each.others_read) for each in VOCABULARIES)


def masked(text: str) -> str:
    """Return words as somebody without a Part 2 consent reads them."""
    for names, others_read in _NAMES:
        text = names.sub(others_read, text)
    return text


def gives_away(texts: Iterable[str]) -> bool:
    """Whether any of these words tells of treatment, so that the notice of the law goes with them."""
    return any(names.search(text) for text in texts for names, _ in _NAMES)
