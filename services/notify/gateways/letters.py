"""A message as it is handed over: the words of its kind, in a mail with its calendar object or in a text, for one person."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from babel.dates import get_timezone_name

from services.notify.domain.channels import Contact
from services.notify.domain.entries import PAUSED, EntryStatus, KeptEntry
from services.notify.domain.errors import TranslationMissing
from services.notify.domain.links import reply_address
from services.notify.domain.messages import ENDINGS, Kind, Message, Way, has_entry
from services.notify.gateways import words as wording
from services.notify.gateways.ics import CalendarEntry, Status, status_for, write_entry, write_feed
from services.notify.gateways.mail import Mail, build, message_id_of, thread_of
from shared.events.entries import Answer, Method, PlaceWords
from shared.kernel.wall import zone
from shared.settings import County


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a message speaks of, everything already cleared for this person; `words` is the name to greet."""

    county: County
    contact: Contact
    words: str
    address: str
    entry: KeptEntry | None
    place: PlaceWords | None
    link_token: str
    reply_token: str
    portal_url: str

    @property
    def organizer(self) -> str:
        """The county's mailbox with the person's own token: sender of the mail, organizer of the entry, address of the reply."""
        return reply_address(self.county.mailbox, self.reply_token) if self.reply_token else self.county.mailbox

    @property
    def programme(self) -> str:
        """The county's neutral name in this person's language."""
        return programme_of(self.county, self.contact.written_language)

    @property
    def link(self) -> str:
        """The person's own page for this entry."""
        return f"{self.portal_url}/m/{self.link_token}" if self.link_token else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message ready to leave: bytes of a mail, or the words of a text. `snapshot` is what is kept of it."""

    sender: str
    recipient: str
    language: str
    sha256: str
    header_id: str = ""
    mail: bytes = b""
    sms: str = ""
    snapshot: Mapping[str, str] = field(default_factory=dict, repr=False)


def programme_of(county: County, language: str) -> str:
    """Return the name under which the county writes in a language; raises TranslationMissing where it does not write in it."""
    name = language.replace("_", "-").split("-")[0].lower()
    if name not in county.programmes:
        raise TranslationMissing(language=name)
    return county.programme(name)


def written(message: Message, scene: Scene, *, version: int, at: datetime) -> Envelope:
    """Return the message as it leaves. Raises TranslationMissing, UnsafeText or UnsafeMail rather than sending something odd."""
    if message.way is Way.SMS:
        return _text(message, scene, at=at)
    return _mail(message, scene, version=version, at=at)


def facts_of(
    message_kind: Kind | None,
    scene: Scene,
    *,
    answer: str = "",
    language: str = "",
    turn: tuple[datetime | None, datetime | None] = (None, None),
    at: datetime | None = None,
) -> wording.Facts:
    """Return what may be said; how to join and the link are left out of what ends something.

    A promise is spoken of in its member's own zone. `turn` is the one that is meant, else the one that comes next after `at`.
    """
    entry, place = scene.entry, scene.place or PlaceWords()
    ends = message_kind in ENDINGS
    starts_at, ends_at = _times(entry, turn, at)
    zone_name_ = entry.time_zone if entry and not entry.is_promise else scene.contact.time_zone
    return wording.Facts(
        programme=programme_of(scene.county, language or scene.contact.written_language),
        call_number=scene.county.call_number,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=zone_name_ if starts_at else "",
        person_zone=scene.contact.time_zone,
        place="" if ends else place.place,
        address="" if ends else place.address,
        join_url="" if ends else place.join_url,
        dial_in="" if ends else place.dial_in,
        link="" if ends else scene.link,
        greeting_name=scene.words,
        answer=answer or (entry.answer.value if entry and entry.answer is not Answer.NEEDS_ACTION else ""),
        rests=bool(entry and entry.standing == PAUSED),
        is_promise=bool(entry and entry.is_promise),
        more=sum(each.starts_at > starts_at for each in entry.turns) if entry and starts_at else 0,
        written_at=at,
    )


def _times(
    entry: KeptEntry | None, turn: tuple[datetime | None, datetime | None], at: datetime | None
) -> tuple[datetime | None, datetime | None]:
    if turn[0] is not None or entry is None:
        return turn
    if not entry.is_promise:
        return entry.starts_at, entry.ends_at
    following = entry.next_turn(at or entry.revised_at)
    return following.starts_at, following.ends_at


def calendar_entry(scene: Scene, entry: KeptEntry, *, at: datetime, status: Status) -> CalendarEntry:
    """Return an entry as it stands in this person's calendar."""
    kind = None if status is Status.CONFIRMED else Kind.CANCELLED
    said = wording.render_entry(scene.contact.written_language, facts_of(kind, scene))
    return CalendarEntry(
        uid=entry.uid,
        sequence=entry.sequence,
        status=status,
        stamped_at=at,
        starts_local=entry.starts_local,
        ends_local=entry.ends_local,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        time_zone=entry.time_zone,
        summary=said.summary,
        description=said.description,
        location=said.location,
        organizer=scene.organizer,
        organizer_name=scene.programme,
        language=said.language,
        attendee=scene.address,
        required=entry.required,
        answer=entry.answer,
        rule=entry.rule,
        excluded=entry.excluded,
        turns=entry.turns if entry.rule else (),
    )


def calendar_object(scene: Scene, entry: KeptEntry, *, at: datetime) -> tuple[bytes, Method]:
    """Return the entry as one iTIP object, and its method."""
    method = Method.REQUEST if entry.is_live else Method.CANCEL
    status = status_for(method, removed=entry.status is EntryStatus.REMOVED)
    return write_entry(calendar_entry(scene, entry, at=at, status=status), method), method


def feed(scenes: list[Scene], *, language: str, county: County) -> bytes:
    """Return a person's own calendar; each entry is stamped with its last revision, so unchanged data give the same bytes."""
    listed = [
        calendar_entry(
            scene,
            scene.entry,
            at=scene.entry.revised_at,
            status=Status.CONFIRMED if scene.entry.is_live else Status.CANCELLED,
        )
        for scene in scenes
        if scene.entry is not None
    ]
    name = wording.render_entry(
        language, wording.Facts(programme=programme_of(county, language), call_number=county.call_number)
    ).calendar
    return write_feed(listed, name=name)


def zone_name(instant: datetime, time_zone: str, language: str) -> str:
    """Return a zone as people call it at an instant."""
    local = instant.astimezone(zone(time_zone))
    locale = "es_US" if language.startswith("es") else "en_US"
    return str(get_timezone_name(local, width="long", locale=locale))


def script_of(
    kind: Kind,
    scene: Scene,
    language: str,
    *,
    turn: tuple[datetime | None, datetime | None] = (None, None),
    at: datetime | None = None,
) -> str:
    """Return what a person reads aloud on the phone; empty where these words do not exist in a language."""
    try:
        return wording.render(kind, language, facts_of(kind, scene, language=language, turn=turn, at=at)).script
    except TranslationMissing:
        return ""


def _text(message: Message, scene: Scene, *, at: datetime) -> Envelope:
    facts = facts_of(message.kind, scene, answer=message.detail, turn=(message.turn_starts_at, message.turn_ends_at), at=at)
    said = wording.render(message.kind, scene.contact.written_language, facts)
    if not said.sms:
        raise ValueError("this kind has no text")
    return Envelope(
        sender=scene.county.sms_number,
        recipient=scene.address,
        language=said.language,
        sha256=hashlib.sha256(said.sms.encode()).hexdigest(),
        sms=said.sms,
        snapshot={"sms": said.sms},
    )


def _mail(message: Message, scene: Scene, *, version: int, at: datetime) -> Envelope:
    facts = facts_of(message.kind, scene, turn=(message.turn_starts_at, message.turn_ends_at), at=at)
    said = wording.render(message.kind, scene.contact.written_language, facts)
    calendar, method = b"", ""
    if scene.entry is not None and has_entry(message.kind, message.way):
        calendar, used = calendar_object(scene, scene.entry, at=at)
        method = used.value
    data = build(
        Mail(
            message_id=message.id,
            content_version=version,
            thread=thread_of(message.subject_id, message.person_id),
            sender=scene.organizer,
            sender_name=scene.programme,
            recipient=scene.address,
            subject=said.subject,
            text=said.text,
            html=said.html,
            language=said.language,
            written_at=at,
            calendar=calendar,
            method=method,
        )
    )
    return Envelope(
        sender=scene.organizer,
        recipient=scene.address,
        language=said.language,
        sha256=hashlib.sha256(data).hexdigest(),
        header_id=message_id_of(message.id, version, scene.organizer),
        mail=data,
        snapshot={"subject": said.subject, "text": said.text, "calendar": calendar.decode()},
    )
