"""Looks for people where they must not be: in what others receive, and in the logs of the processes (VIGNETTES G1, G2).

Everything that reached a person is taken apart as their own programs would show it: headers and parts decoded, calendars unfolded,
links followed. What is found is told by the kind of the trace and where it was, so that a failure shows nobody's words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from tests.support.journey import Journey, Person

FORBIDDEN = re.compile(
    r"\b(child welfare|cps|cft|safety plan|abuse|court|bienestar (infantil|de menores)|protecci[oó]n (infantil|de menores)"
    r"|plan de seguridad|abuso|maltrato|tribunal|corte|juzgado)\b",
    re.IGNORECASE,
)
LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Received:
    """One thing that reached somebody: where, and every word of it."""

    where: str
    words: str


async def traces(journey: Journey) -> list[str]:
    """Return a sentence for every trace of a person in what another one got, and for every word that nobody is to read."""
    found: list[str] = []
    for person in journey.people:
        others = [other for other in journey.people if other.id != person.id]
        for received in await received_by(person, journey):
            found += [f"{received.where} of {person.given} shows {mark}" for mark in marks_in(received.words, others)]
            found += [f"{received.where} of {person.given} says {word!r}" for word in forbidden_in(received.words)]
            if spelled_in(person.family, received.words):
                found.append(f"{received.where} of {person.given} shows their family name")
    return found


def log_sizes(logs: Path) -> dict[str, int]:
    """Return how long each log is now."""
    return {log.name: log.stat().st_size for log in logs.glob("*.log")}


def traces_in_logs(logs: Path, people: Iterable[Person], *, since: dict[str, int]) -> list[str]:
    """Return a sentence for every trace of a person, and every forbidden word, that the processes logged since then."""
    found: list[str] = []
    for log in logs.glob("*.log"):
        with log.open("rb") as file:
            file.seek(since.get(log.name, 0))
            written = file.read().decode("utf-8", "replace")
        found += [f"{log.name} shows {mark}" for mark in marks_in(written, people)]
        found += [f"{log.name} says {word!r}" for word in forbidden_in(written)]
    return found


def marks_in(words: str, people: Iterable[Person]) -> list[str]:
    """Return whose names, numbers and addresses stand in a text."""
    return [f"{mark!r}" for person in people for mark in person.marks if spelled_in(mark, words)]


def spelled_in(mark: str, words: str) -> bool:
    """Say whether a mark stands in a text; a number counts however it is spaced."""
    if mark.startswith("+"):
        spaced = r"[\s().-]{0,3}".join(mark[2:])
        return bool(re.search(rf"(?<!\d){spaced}(?!\d)|{re.escape(mark)}", words))
    return mark.casefold() in words.casefold()


def forbidden_in(words: str) -> list[str]:
    """Return the words of G1 that stand in a text, in English and Spanish."""
    return sorted({match[0].lower() for match in FORBIDDEN.finditer(words)})


async def received_by(person: Person, journey: Journey) -> list[Received]:
    """Return everything that reached a person: mails, texts, the pages that they link to, the calendar feed."""
    got: list[Received] = []
    if person.mailbox:
        for mail in await journey.outside.mails(person.mailbox):
            got += mail_parts(await journey.outside.raw(mail))
    if person.phone:
        got += [Received("a text", text["body"]) for text in await journey.outside.texts(person.phone)]
    links = {link.rstrip(".,)") for received in got for link in LINK.findall(received.words)}
    for link in sorted(links):
        if link.startswith((person.county.url("portal"), person.county.url("notify"))):
            got += [await page(link, journey), await page(f"{link}/entry.ics", journey)]
    if got:
        feed = (await person.county.post("notify", f"/v1/people/{person.id}/feeds")).ok()["url"]
        got.append(await page(feed, journey))
    return got


def mail_parts(raw: bytes) -> Iterator[Received]:
    """Yield every header and every part of a mail, decoded; calendars unfolded."""
    message = message_from_bytes(raw, policy=policy.default)
    for name, value in message.items():
        yield Received(f"the header {name}", str(value))
    for part in message.walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            words = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            yield Received(f"the {part.get_content_type()} part", unfolded(words))
            yield Received("a part's headers", "\n".join(f"{name}: {value}" for name, value in part.items()))


async def page(url: str, journey: Journey) -> Received:
    """Return what stands at an address, be it that it opens nothing any more; unfolded, in case it is a calendar."""
    async with journey.session.get(url) as answer:
        assert answer.status in {200, 404}, f"{url.split('/')[3]}: {answer.status}"
        return Received(f"the page at {url.split('/')[3]}/", unfolded(await answer.text()))


def unfolded(words: str) -> str:
    """Return calendar lines made whole."""
    return re.sub(r"\r?\n[ \t]", "", words)
