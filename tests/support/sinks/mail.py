"""A mail server that follows a script, byte by byte, and keeps what it got.

The steps of a dialogue are `banner`, the verbs, and `DOT` for what is said after a mail is stored. What is said at a step is, in
this order: the script of the recipient, the rule, `replies`, and otherwise what any server says.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message


@dataclass(frozen=True, slots=True)
class Say:
    """What is said at one step, and how: after a while, byte by byte, without a line end, and whether the server then hangs up.

    Nothing to say is silence: the other side waits, and so does the server.
    """

    words: str = ""
    after: float = 0.0
    each_byte: float = 0.0
    end: str = "\r\n"
    hangs_up: bool = False


Reply = Say | str | None
"""A string is said and the dialogue goes on; an empty one is silence; None hangs up without a word."""

Script = Mapping[str, Reply]
HALF = Say("25", end="", hangs_up=True)
"""Half of a good answer, and then nothing."""

_USUAL = {"banner": "220 sink", "DATA": "354 go on", "QUIT": "221 bye", "DOT": "250 stored"}
_ANSWERED_LAST = {"QUIT"}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was read, up to its dot, and what was then said about it."""

    envelope_from: str
    recipient: str
    raw: bytes
    number: int
    at: float
    reply: str | None = None

    @property
    def is_kept(self) -> bool:
        """Whether a person would find it: a server that refuses a mail throws it away, and any other has it."""
        return not (self.reply or "").startswith(("4", "5"))

    @property
    def message(self) -> Message:
        """The mail, parsed."""
        return message_from_bytes(self.raw)

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])

    @property
    def calendar(self) -> bytes:
        """The octets of the calendar part, or nothing."""
        return self._part("text/calendar")

    @property
    def text(self) -> str:
        """The plain words."""
        return self._part("text/plain").decode()

    def _part(self, kind: str) -> bytes:
        for part in self.message.walk():
            if part.get_content_type() == kind:
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                return payload
        return b""


@dataclass
class MailSink:
    """The server. `scripts` hold, for a recipient, one script for each attempt in turn; `rule` gives one for the nth mail.

    What is named in `once` is taken from `replies` when it was said. `hold` delays the last word about every mail. `mails` is all
    that was read up to its dot, whatever was said then.
    """

    replies: dict[str, Reply] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)
    scripts: dict[str, list[Script]] = field(default_factory=dict)
    rule: Callable[[int], Script] | None = None
    hold: asyncio.Event | None = None
    mails: list[Mail] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    most_open: int = 0
    port: int = 0
    _begun: int = 0
    _server: asyncio.Server | None = None
    _talking: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, port: int = 0) -> None:
        """Listen, on the port of before if it is given."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port, limit=1 << 22)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more, and hang up on everybody."""
        assert self._server is not None
        self._server.close()
        for each in self._talking:
            each.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        await self._server.wait_closed()

    def to(self, address: str) -> list[Mail]:
        """The mails to one person."""
        return [mail for mail in self.mails if mail.recipient == address]

    def copies(self, address: str) -> list[Mail]:
        """The mails that this person would find."""
        return [mail for mail in self.to(address) if mail.is_kept]

    def counted(self) -> Counter[tuple[str, str]]:
        """How many copies there are for each recipient and Message-ID."""
        return Counter((mail.recipient, mail.message_id) for mail in self.mails if mail.is_kept)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await _Dialogue(self, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._talking.discard(task)
            writer.close()

    def script_of(self, recipient: str) -> Script:
        """Return what was scripted for the next attempt to reach somebody."""
        self._begun += 1
        turns = self.scripts.get(recipient)
        if turns:
            return turns.pop(0)
        return self.rule(self._begun) if self.rule else {}

    def reply_at(self, step: str, script: Script) -> Reply:
        """Return what is said at a step."""
        if step in script:
            return script[step]
        reply = self.replies.get(step, _USUAL.get(step, "250 ok"))
        if step in self.once:
            self.once.discard(step)
            self.replies.pop(step)
        return reply


class _Dialogue:
    """One connection."""

    def __init__(self, sink: MailSink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sink, self._reader, self._writer = sink, reader, writer
        self._script: Script = {}
        self._sender = self._recipient = ""

    async def run(self) -> None:
        """Talk until either side has enough."""
        if not await self._say("banner"):
            return
        while line := (await self._reader.readline()).decode("ascii", "replace"):
            verb = line.split(maxsplit=1)[0].upper() if line.strip() else ""
            self._sink.verbs.append(verb)
            self._note(verb, line.partition("<")[2].partition(">")[0])
            if not await self._say(verb) or verb in _ANSWERED_LAST:
                return
            if verb == "DATA" and self._said.startswith("354") and not await self._take():
                return

    def _note(self, verb: str, address: str) -> None:
        if verb == "MAIL":
            self._sender, self._script = address, {}
        elif verb == "RCPT":
            self._recipient, self._script = address, self._sink.script_of(address)

    async def _take(self) -> bool:
        """Read a mail and keep it before anything is said about it."""
        raw = await self._reader.readuntil(b"\r\n.\r\n")
        mail = Mail(
            self._sender,
            self._recipient,
            raw[:-3].replace(b"\r\n..", b"\r\n."),
            len(self._sink.mails) + 1,
            asyncio.get_running_loop().time(),
        )
        self._sink.mails.append(mail)
        if self._sink.hold is not None:
            await self._sink.hold.wait()
        goes_on = await self._say("DOT")
        self._sink.mails[mail.number - 1] = replace(mail, reply=self._said)
        return goes_on

    async def _say(self, step: str) -> bool:
        """Say what is to be said; False when the server hangs up."""
        reply = self._sink.reply_at(step, self._script)
        self._said = reply.words if isinstance(reply, Say) else reply or ""
        if reply is None:
            return False
        say = reply if isinstance(reply, Say) else Say(reply)
        await asyncio.sleep(say.after)
        octets = (say.words + say.end).encode() if say.words else b""
        for part in [octets] if not say.each_byte else [octets[i : i + 1] for i in range(len(octets))]:
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(say.each_byte)
        return not say.hangs_up
