"""The whole surface of meetings on one screen: each route with the permission it needs."""

from services.meetings.domain import errors as no
from services.meetings.web import availability, calendars, history, mandates, meetings, resources, times, viewers
from services.meetings.web.schemas.availability import (
    CalendarIn,
    CalendarOut,
    UnavailabilityIn,
    UnavailabilityOut,
    UsualHoursIn,
    UsualHoursOut,
)
from services.meetings.web.schemas.mandates import MandatesOut
from services.meetings.web.schemas.meetings import MeetingLineOut, MeetingOut, MeetingsQuery
from services.meetings.web.schemas.orders import ApplyIn, CancelIn, ConfirmIn, MeetingIn, MeetingPatch, MoveIn, ResponseIn, ReviveIn
from services.meetings.web.schemas.participants import ParticipantIn
from services.meetings.web.schemas.replies import ReplyOut
from services.meetings.web.schemas.resources import ResourceIn, ResourceOut, ResourcePatch, ResourceQuery
from services.meetings.web.schemas.times import HoldIn, HoldOut, TimesIn, TimesOut
from shared.web.events import events_route
from shared.web.fields import Page, PageQuery
from shared.web.history import ChangeOut
from shared.web.looks import ViewerOut
from shared.web.registry import errors_in
from shared.web.routing import Route, delete, get, patch, post, put

PERSON = "/v1/people/{person_id}"
RESOURCE = "/v1/resources/{resource_id}"
MEETING = "/v1/meetings/{meeting_id}"
PARTICIPANT = f"{MEETING}/participants/{{participant_id}}"

ERRORS = tuple(errors_in(no))

STATE = (no.MeetingIsCancelled, no.MeetingIsOver, no.FamilyIsClosed)
TIME = (no.SlotTaken, no.HoldNotFound, no.InThePast, no.AtNight, no.OnAHoliday, no.AfterDueDate, no.NoticeTooShort)
OWN = (no.ColleagueTimes,)
APART = (no.Separated, no.TooNearEachOther, no.PartOutside)

# fmt: off
ROUTES: tuple[Route, ...] = (
    post("/v1/resources", resources.post_resource, needs="resources.write", body=ResourceIn, answer=ResourceOut,
         status=201, idempotent=True, etag=True),
    get("/v1/resources", resources.get_resources, needs="meetings.read", query=ResourceQuery,
        answer=Page[ResourceOut]),
    get(RESOURCE, resources.get_resource, needs="meetings.read", answer=ResourceOut, etag=True),
    patch(RESOURCE, resources.patch_resource, needs="resources.write", body=ResourcePatch, answer=ResourceOut,
          etag=True),

    *(route for subject, write, own in ((PERSON, "meetings.write", OWN), (RESOURCE, "resources.write", ())) for route in (
        put(f"{subject}/usual-hours", availability.put_usual_hours, needs=write, body=UsualHoursIn,
            answer=UsualHoursOut, raises=own),
        get(f"{subject}/usual-hours", availability.get_usual_hours, needs="meetings.read", answer=UsualHoursOut),
        post(f"{subject}/unavailabilities", availability.post_unavailability, needs=write, body=UnavailabilityIn,
             answer=UnavailabilityOut, status=201, idempotent=True, raises=own),
        get(f"{subject}/unavailabilities", availability.get_unavailabilities, needs="meetings.read",
            answer=Page[UnavailabilityOut]),
        delete(f"{subject}/unavailabilities/{{unavailability_id}}", availability.delete_unavailability, needs=write, status=204,
               raises=own),
    )),

    post(f"{PERSON}/calendars", calendars.post_calendar, needs="meetings.write", body=CalendarIn,
         answer=CalendarOut, status=201, idempotent=True, limit=3 * 1024 * 1024, raises=OWN),
    get(f"{PERSON}/calendars", calendars.get_calendars, needs="meetings.read", answer=Page[CalendarOut]),
    post(f"{PERSON}/calendars/{{calendar_id}}:refresh", calendars.refresh_calendar, needs="meetings.write",
         answer=CalendarOut, raises=OWN),
    delete(f"{PERSON}/calendars/{{calendar_id}}", calendars.delete_calendar, needs="meetings.write", status=204,
           raises=OWN),

    get("/v1/mandates", mandates.get_all_mandates, needs="meetings.read", query=PageQuery, answer=Page[mandates.FamilyDueOut]),
    get("/v1/cases/{case_id}/mandates", times.get_mandates, needs="meetings.read", answer=MandatesOut),
    get("/v1/cases/{case_id}/viewers", viewers.get_viewers, needs="audit.read", answer=Page[ViewerOut]),
    post("/v1/times:search", times.search_times, needs="meetings.read", body=TimesIn, answer=TimesOut,
         raises=(no.FamilyIsClosed, no.InThePast)),
    post("/v1/holds", times.post_hold, needs="meetings.write", body=HoldIn, answer=HoldOut, status=201,
         idempotent=True, raises=(no.SlotTaken, no.InThePast)),
    delete("/v1/holds/{hold_id}", times.delete_hold, needs="meetings.write", status=204),

    post("/v1/meetings", meetings.post_meeting, needs="meetings.write", body=MeetingIn, answer=MeetingOut,
         status=201, idempotent=True, etag=True, raises=(*TIME, *APART, no.FamilyIsClosed)),
    get("/v1/meetings", meetings.get_meetings, needs="meetings.read", query=MeetingsQuery,
        answer=Page[MeetingLineOut]),
    get(MEETING, meetings.get_meeting, needs="meetings.read", answer=MeetingOut, etag=True),
    get(f"{MEETING}/history", history.get_history, needs="meetings.read", query=PageQuery, answer=Page[ChangeOut]),
    patch(MEETING, meetings.patch_meeting, needs="meetings.write", body=MeetingPatch, answer=MeetingOut,
          etag=True, raises=(*STATE, *APART)),
    post(f"{MEETING}:move", meetings.move_meeting, needs="meetings.write", body=MoveIn, answer=MeetingOut,
         idempotent=True, etag=True, raises=(*STATE, *TIME, *APART)),
    post(f"{MEETING}:cancel", meetings.cancel_meeting, needs="meetings.write", body=CancelIn, answer=MeetingOut,
         idempotent=True, etag=True, raises=STATE),
    post(f"{MEETING}:revive", meetings.revive_meeting, needs="meetings.write", body=ReviveIn, answer=MeetingOut,
         idempotent=True, etag=True, raises=(no.MeetingIsNotCancelled, no.FamilyIsClosed, *TIME, *APART)),
    post(f"{MEETING}:confirm", meetings.confirm_meeting, needs="meetings.write", body=ConfirmIn,
         answer=MeetingOut, idempotent=True, etag=True,
         raises=(*STATE, no.RequiredRoleMissing, no.InterpreterUnfilled, no.RequiredAnswerMissing, no.PlaceMissing)),
    post(f"{MEETING}/participants", meetings.post_participant, needs="meetings.write", body=ParticipantIn,
         answer=MeetingOut, status=201, idempotent=True, etag=True,
         raises=(*STATE, *APART, no.AlreadyInvited, no.SlotTaken)),
    delete(PARTICIPANT, meetings.delete_participant, needs="meetings.write", status=204, etag=True, raises=STATE),
    post(f"{PARTICIPANT}/responses", meetings.post_response, needs="meetings.write", body=ResponseIn,
         answer=MeetingOut, status=200, idempotent=True, etag=True, raises=(no.MeetingIsCancelled,)),
    post(f"{PARTICIPANT}:resend", meetings.post_resend, needs="meetings.write", answer=MeetingOut, idempotent=True,
         etag=True, raises=STATE),
    get(f"{MEETING}/replies", meetings.get_replies, needs="meetings.read", answer=Page[ReplyOut]),
    post(f"{MEETING}/replies/{{reply_id}}:apply", meetings.apply_reply, needs="meetings.write", body=ApplyIn,
         answer=MeetingOut, idempotent=True, etag=True, raises=(no.ReplyNeedsNothing,)),

    events_route(),
)
# fmt: on
