"""notify, asked for a person: what was sent, whom to phone; and, by a personal link's secret alone, one person's own page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.domain.meetings import CallTask, LinkPage, Message
from services.portal.domain.promises import OwnPromise, OwnWords
from services.portal.gateways.calling import Caller, ServiceClock, read
from shared.web.client import Answer, ServiceClient

SECRET = "X-Link-Secret"


@dataclass(frozen=True, slots=True)
class Notify:
    """Every call carries one person's token."""

    caller: Caller

    async def messages(self, meeting_id: str) -> tuple[Message, ...]:
        """Return what was or will be sent about a meeting."""
        return await self.caller.get_all("/v1/messages", Message, {"subject_id": meeting_id})

    async def call_tasks(self) -> tuple[CallTask, ...]:
        """Return the calls that wait for somebody."""
        return await self.caller.get_all("/v1/call-tasks", CallTask, {"status": "open"})

    async def complete_call(self, task_id: str, *, outcome: str, note: str, key: str) -> None:
        """Record what came of a call."""
        body = {"outcome": outcome} | ({"note": note} if note else {})
        await self.caller.post(f"/v1/call-tasks/{task_id}:complete", body, key=key)

    async def new_link(self, person_id: str, about: Mapping[str, str], *, key: str) -> str:
        """Return a personal link for staff to hand over: of a meeting (`meeting_id`) or of a promise (`commitment_id`)."""
        answer = await self.caller.post(f"/v1/people/{person_id}/links", about, key=key)
        return str(answer.json["url"])


@dataclass(frozen=True, slots=True)
class Links:
    """Personal links. The secret travels in a header: never in an address, never in a log. `address` is the reader's."""

    client: ServiceClient
    clock: ServiceClock
    address: str

    async def page(self, secret: str) -> LinkPage:
        """Return what the link shows."""
        return read(LinkPage, (await self._call("GET", "", secret)).json)

    async def answer(self, secret: str, answer: str, *, sequence: int | None) -> bool:
        """Record the answer given to a page of that number; say whether the page still showed the present time."""
        body = {"answer": answer} | ({} if sequence is None else {"sequence": sequence})
        page = read(LinkPage, (await self._call("POST", "/answers", secret, body)).json)
        return sequence is None or page.sequence == sequence

    async def other_time(self, secret: str, words: str, starts_local: str | None) -> None:
        """Pass on that another time would be better."""
        body = {"words": words} | ({"starts_local": starts_local} if starts_local else {})
        await self._call("POST", "/other-time", secret, body)

    async def language(self, secret: str, language: str) -> None:
        """Remember the language for messages."""
        await self._call("POST", "/language", secret, {"language": language})

    async def not_me(self, secret: str) -> None:
        """Say that the link reached somebody else."""
        await self._call("POST", "/not-me", secret)

    async def entry(self, secret: str) -> bytes:
        """Return the calendar entry."""
        return (await self._call("GET", "/entry.ics", secret)).content

    async def promises(self, secret: str) -> tuple[OwnPromise, ...]:
        """Return everything that the person is asked for and has promised."""
        answer = await self._call("GET", "/promises", secret)
        return tuple(read(OwnPromise, one) for one in answer.json["items"])

    async def answer_promise(
        self, secret: str, commitment_id: str, answer: str, *, until: str | None, sequence: int | None
    ) -> OwnPromise:
        """Record a yes, one that reaches only until an instant, or a no; return the promise as it then stands."""
        facts = {"answer": answer, "until": until, "sequence": sequence}
        body = {name: value for name, value in facts.items() if value is not None}
        return read(OwnPromise, (await self._call("POST", f"/promises/{commitment_id}/answers", secret, body)).json)

    async def say_of_turn(self, secret: str, commitment_id: str, starts_at: str, said: str) -> None:
        """Record what was said of one time of a promise."""
        await self._call("POST", f"/promises/{commitment_id}/turns", secret, {"starts_at": starts_at, "said": said})

    async def withdraw(self, secret: str, commitment_id: str) -> None:
        """Take a promise back as a whole."""
        await self._call("POST", f"/promises/{commitment_id}/withdrawal", secret)

    async def words(self, secret: str, digits: str) -> tuple[OwnWords, ...]:
        """Return what was promised, for whoever knows the last digits of the person's number."""
        answer = await self._call("POST", "/words", secret, {"last_four": digits})
        return tuple(read(OwnWords, one) for one in answer.json["items"])

    async def _call(self, method: str, path: str, secret: str, body: Mapping[str, Any] | None = None) -> Answer:
        headers = {SECRET: secret, "X-Forwarded-For": self.address}
        answer = await self.client.call(method, f"/v1/links/current{path}", headers=headers, body=body)
        self.clock.hear(answer.headers)
        return answer
