"""How many years of school a text asks for, roughly: a hint for whoever writes it, never a judgement of whoever reads it.

English by Flesch and Kincaid (1975): 0.39 words a sentence + 11.8 syllables a word - 15.59. Spanish by Crawford (1984), made for
primary school texts: 0.049 syllables in 100 words - 0.205 sentences in 100 words - 3.407. Syllables are counted by the look of a
word, which is right for about nine words in ten; a text of a few words is too short to say anything about.
"""

import re

GRADE_FOR_EVERYONE = 6
"""What everyone is written to at (DOMAIN §4.9): sixth grade or below."""

FEWEST_WORDS = 8

_SENTENCE = re.compile(r"[.!?…:;\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"[^aeiouyl]es?$|[^aeiouydt]ed$|[aeiouy]les?$")
_SPANISH_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_SILENT_U = re.compile(r"(?<=q)u|(?<=g)u(?=[eiéí])")
_STRONG = frozenset("aeoáéóíú")
"""Two of these side by side are two syllables, an accented í or ú among them: "le-er", "dí-a", but "cui-da"."""


def grade(text: str, language: str) -> float | None:
    """Return the school grade of a text, one decimal; None where no rule is known or the text is too short to say."""
    words = [word.casefold() for word in _WORD.findall(text)]
    count = {"en": _english_syllables, "es": _spanish_syllables}.get(language.partition("-")[0])
    if count is None or len(words) < FEWEST_WORDS:
        return None
    sentences = sum(1 for sentence in _SENTENCE.split(text) if _WORD.search(sentence))
    syllables = sum(map(count, words))
    if count is _english_syllables:
        found = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    else:
        found = 4.9 * syllables / len(words) - 20.5 * sentences / len(words) - 3.407
    return round(max(found, 0.0), 1)


def _english_syllables(word: str) -> int:
    found = len(_ENGLISH_VOWELS.findall(word))
    silent = found > 1 and bool(_SILENT_END.search(word)) and not re.search(r"(?:[sxz]|ch|sh|[cg])es$|[^aeiouy]les?$", word)
    return max(found - silent, 1)


def _spanish_syllables(word: str) -> int:
    groups = _SPANISH_VOWELS.findall(_SILENT_U.sub("", word))
    return max(sum(max(sum(vowel in _STRONG for vowel in group), 1) for group in groups), 1)
