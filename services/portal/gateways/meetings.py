"""meetings, asked for a person: due dates, times, bookings, answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.portal.domain.looking import Viewer
from services.portal.domain.meetings import Due, Found, LinkedPair, Mandates, Meeting, MeetingLine, Reply, Resource
from services.portal.gateways.calling import Caller, public_id, read
from shared.web.client import Answer

PAGE = 200


@dataclass(frozen=True, slots=True)
class Hold:
    """A time kept for a few minutes while somebody decides."""

    id: str
    hold_until: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """A meeting after a change; `adjusted` is gap or fold when a clock change met it."""

    meeting: Meeting
    adjusted: str = ""


@dataclass(frozen=True, slots=True)
class Dues:
    """Families' next due dates by case, the most pressing first; `more` says that there are later ones."""

    by_case: Mapping[str, Due]
    more: bool = False


def linked_pair(members: Mapping[str, Any]) -> LinkedPair | None:
    """Read the meetings instead of one that a refusal proposes."""
    proposed = members.get("linked_pair")
    return read(LinkedPair, proposed) if isinstance(proposed, dict) else None


@dataclass(frozen=True, slots=True)
class Meetings:
    """Every call carries one person's token."""

    caller: Caller

    async def ahead(self, first_on: date, last_on: date) -> tuple[MeetingLine, ...]:
        """Return the caller's meetings from one day to another, both included."""
        params: dict[str, str | int] = {"from": first_on.isoformat(), "until": last_on.isoformat(), "limit": PAGE}
        return await self.caller.get_all("/v1/meetings", MeetingLine, params)

    async def of_family(self, case_id: str) -> tuple[MeetingLine, ...]:
        """Return a family's meetings."""
        return await self.caller.get_all("/v1/meetings", MeetingLine, {"case_id": case_id, "limit": PAGE})

    async def meeting(self, meeting_id: str) -> Meeting:
        """Return one meeting."""
        return _meeting(await self.caller.get(f"/v1/meetings/{meeting_id}"))

    async def replies(self, meeting_id: str) -> tuple[Reply, ...]:
        """Return everything that came back about a meeting."""
        return await self.caller.get_all(f"/v1/meetings/{meeting_id}/replies", Reply)

    async def mandates(self, case_id: str) -> Mandates:
        """Return a family's due dates."""
        return read(Mandates, (await self.caller.get(f"/v1/cases/{case_id}/mandates")).json)

    async def viewers(self, case_id: str) -> tuple[Viewer, ...]:
        """Return who has looked at a family's meetings; refused where the sign-in may not read the record."""
        return await self.caller.get_all(f"/v1/cases/{case_id}/viewers", Viewer)

    async def most_pressing(self) -> Dues:
        """Return what is due first over all families in sight."""
        answer = (await self.caller.get("/v1/mandates", {"limit": PAGE})).json
        first = {str(item["case_id"]): read(Due, item["combined"]) for item in answer["items"]}
        return Dues(first, more=answer.get("next") is not None)

    async def resources(self) -> tuple[Resource, ...]:
        """Return the county's facilitators, rooms and interpreters."""
        return await self.caller.get_all("/v1/resources", Resource, {"limit": PAGE})

    async def find_times(self, question: Mapping[str, Any]) -> Found:
        """Return the best times, and why other days have none."""
        return read(Found, (await self.caller.post("/v1/times:search", question)).json)

    async def hold(self, choice: Mapping[str, Any], *, key: str) -> Hold:
        """Keep a time for a few minutes."""
        return read(Hold, (await self.caller.post("/v1/holds", choice, key=key)).json)

    async def release(self, hold_id: str) -> None:
        """Give a kept time back."""
        await self.caller.delete(f"/v1/holds/{hold_id}")

    async def book(self, facts: Mapping[str, Any], *, key: str) -> Changed:
        """Book; everyone invited is told."""
        return _changed(await self.caller.post("/v1/meetings", facts, key=key))

    async def change(self, meeting_id: str, facts: Mapping[str, Any], *, etag: str) -> Changed:
        """Change the place or the purposes."""
        return _changed(await self.caller.patch(f"/v1/meetings/{meeting_id}", facts, etag=etag))

    async def move(self, meeting_id: str, facts: Mapping[str, Any], *, etag: str, key: str) -> Changed:
        """Move to another time; everyone is asked anew."""
        return _changed(await self.caller.post(f"/v1/meetings/{meeting_id}:move", facts, etag=etag, key=key))

    async def cancel(self, meeting_id: str, reason_code: str, *, etag: str, key: str) -> Changed:
        """Call it off; everyone who was invited is told."""
        body = {"reason_code": reason_code}
        return _changed(await self.caller.post(f"/v1/meetings/{meeting_id}:cancel", body, etag=etag, key=key))

    async def revive(self, meeting_id: str, *, etag: str, key: str) -> Changed:
        """Take a cancellation back; everyone is invited again."""
        return _changed(await self.caller.post(f"/v1/meetings/{meeting_id}:revive", {}, etag=etag, key=key))

    async def confirm(self, meeting_id: str, *, etag: str, key: str, waivers: Mapping[str, str]) -> Changed:
        """Say that it will take place; `waivers` are written reasons for seats that stay empty, by role."""
        body = {"waivers": [{"role": role, "reason": reason} for role, reason in waivers.items()]}
        return _changed(await self.caller.post(f"/v1/meetings/{meeting_id}:confirm", body, etag=etag, key=key))

    async def add_participant(self, meeting_id: str, facts: Mapping[str, Any], *, etag: str, key: str) -> None:
        """Invite one more person; only that person is told."""
        await self.caller.post(f"/v1/meetings/{meeting_id}/participants", facts, etag=etag, key=key)

    async def remove_participant(self, meeting_id: str, participant_id: str, *, etag: str) -> None:
        """Take a person off; only that person is told."""
        await self.caller.delete(f"/v1/meetings/{meeting_id}/participants/{public_id(participant_id)}", etag=etag)

    async def record_answer(self, meeting_id: str, participant_id: str, facts: Mapping[str, Any], *, key: str) -> None:
        """Record what somebody said by phone or in person."""
        await self.caller.post(
            f"/v1/meetings/{public_id(meeting_id)}/participants/{public_id(participant_id)}/responses", facts, key=key
        )

    async def apply_reply(self, meeting_id: str, reply_id: str, *, participant_id: str, key: str) -> None:
        """Count an answer that was set aside, as that of one person."""
        body = {"participant_id": participant_id} if participant_id else {}
        await self.caller.post(f"/v1/meetings/{meeting_id}/replies/{reply_id}:apply", body, key=key)


def _meeting(answer: Answer) -> Meeting:
    return read(Meeting, {"etag": answer.etag or "", **answer.json})


def _changed(answer: Answer) -> Changed:
    adjusted = answer.json.get("time_adjusted") or {}
    return Changed(_meeting(answer), str(adjusted.get("reason", "")))
