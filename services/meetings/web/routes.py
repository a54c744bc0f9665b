"""The whole surface of meetings on one screen: each route with the permission it needs."""

from services.meetings.domain import errors as no
from services.meetings.web import availability, calendars, mandates, meetings, resources, schemas, times
from shared.web.events import events_route
from shared.web.fields import Page, PageQuery
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
    post("/v1/resources", resources.post_resource, needs="resources.write", body=schemas.ResourceIn, answer=schemas.ResourceOut,
         status=201, idempotent=True, etag=True),
    get("/v1/resources", resources.get_resources, needs="meetings.read", query=schemas.ResourceQuery,
        answer=Page[schemas.ResourceOut]),
    get(RESOURCE, resources.get_resource, needs="meetings.read", answer=schemas.ResourceOut, etag=True),
    patch(RESOURCE, resources.patch_resource, needs="resources.write", body=schemas.ResourcePatch, answer=schemas.ResourceOut,
          etag=True),

    *(route for subject, write, own in ((PERSON, "meetings.write", OWN), (RESOURCE, "resources.write", ())) for route in (
        put(f"{subject}/usual-hours", availability.put_usual_hours, needs=write, body=schemas.UsualHoursIn,
            answer=schemas.UsualHoursOut, raises=own),
        get(f"{subject}/usual-hours", availability.get_usual_hours, needs="meetings.read", answer=schemas.UsualHoursOut),
        post(f"{subject}/unavailabilities", availability.post_unavailability, needs=write, body=schemas.UnavailabilityIn,
             answer=schemas.UnavailabilityOut, status=201, idempotent=True, raises=own),
        get(f"{subject}/unavailabilities", availability.get_unavailabilities, needs="meetings.read",
            answer=Page[schemas.UnavailabilityOut]),
        delete(f"{subject}/unavailabilities/{{unavailability_id}}", availability.delete_unavailability, needs=write, status=204,
               raises=own),
    )),

    post(f"{PERSON}/calendars", calendars.post_calendar, needs="meetings.write", body=schemas.CalendarIn,
         answer=schemas.CalendarOut, status=201, idempotent=True, limit=3 * 1024 * 1024, raises=OWN),
    get(f"{PERSON}/calendars", calendars.get_calendars, needs="meetings.read", answer=Page[schemas.CalendarOut]),
    post(f"{PERSON}/calendars/{{calendar_id}}:refresh", calendars.refresh_calendar, needs="meetings.write",
         answer=schemas.CalendarOut, raises=OWN),
    delete(f"{PERSON}/calendars/{{calendar_id}}", calendars.delete_calendar, needs="meetings.write", status=204,
           raises=OWN),

    get("/v1/mandates", mandates.get_all_mandates, needs="meetings.read", query=PageQuery, answer=Page[mandates.FamilyDueOut]),
    get("/v1/cases/{case_id}/mandates", times.get_mandates, needs="meetings.read", answer=schemas.MandatesOut),
    post("/v1/times:search", times.search_times, needs="meetings.read", body=schemas.TimesIn, answer=schemas.TimesOut,
         raises=(no.FamilyIsClosed, no.InThePast)),
    post("/v1/holds", times.post_hold, needs="meetings.write", body=schemas.HoldIn, answer=schemas.HoldOut, status=201,
         idempotent=True, raises=(no.SlotTaken, no.InThePast)),
    delete("/v1/holds/{hold_id}", times.delete_hold, needs="meetings.write", status=204),

    post("/v1/meetings", meetings.post_meeting, needs="meetings.write", body=schemas.MeetingIn, answer=schemas.MeetingOut,
         status=201, idempotent=True, etag=True, raises=(*TIME, *APART, no.FamilyIsClosed)),
    get("/v1/meetings", meetings.get_meetings, needs="meetings.read", query=schemas.MeetingsQuery,
        answer=Page[schemas.MeetingLineOut]),
    get(MEETING, meetings.get_meeting, needs="meetings.read", answer=schemas.MeetingOut, etag=True),
    patch(MEETING, meetings.patch_meeting, needs="meetings.write", body=schemas.MeetingPatch, answer=schemas.MeetingOut,
          etag=True, raises=(*STATE, *APART)),
    post(f"{MEETING}:move", meetings.move_meeting, needs="meetings.write", body=schemas.MoveIn, answer=schemas.MeetingOut,
         idempotent=True, etag=True, raises=(*STATE, *TIME, *APART)),
    post(f"{MEETING}:cancel", meetings.cancel_meeting, needs="meetings.write", body=schemas.CancelIn, answer=schemas.MeetingOut,
         idempotent=True, etag=True, raises=STATE),
    post(f"{MEETING}:revive", meetings.revive_meeting, needs="meetings.write", body=schemas.ReviveIn, answer=schemas.MeetingOut,
         idempotent=True, etag=True, raises=(no.MeetingIsNotCancelled, no.FamilyIsClosed, *TIME, *APART)),
    post(f"{MEETING}:confirm", meetings.confirm_meeting, needs="meetings.write", body=schemas.ConfirmIn,
         answer=schemas.MeetingOut, idempotent=True, etag=True,
         raises=(*STATE, no.RequiredRoleMissing, no.InterpreterUnfilled, no.RequiredAnswerMissing, no.PlaceMissing)),
    post(f"{MEETING}/participants", meetings.post_participant, needs="meetings.write", body=schemas.ParticipantIn,
         answer=schemas.MeetingOut, status=201, idempotent=True, etag=True,
         raises=(*STATE, *APART, no.AlreadyInvited, no.SlotTaken)),
    delete(PARTICIPANT, meetings.delete_participant, needs="meetings.write", status=204, etag=True, raises=STATE),
    post(f"{PARTICIPANT}/responses", meetings.post_response, needs="meetings.write", body=schemas.ResponseIn,
         answer=schemas.MeetingOut, status=200, idempotent=True, etag=True, raises=(no.MeetingIsCancelled,)),
    post(f"{PARTICIPANT}:resend", meetings.post_resend, needs="meetings.write", answer=schemas.MeetingOut, idempotent=True,
         etag=True, raises=STATE),
    get(f"{MEETING}/replies", meetings.get_replies, needs="meetings.read", answer=Page[schemas.ReplyOut]),
    post(f"{MEETING}/replies/{{reply_id}}:apply", meetings.apply_reply, needs="meetings.write", body=schemas.ApplyIn,
         answer=schemas.MeetingOut, idempotent=True, etag=True, raises=(no.ReplyNeedsNothing,)),

    events_route(),
)
# fmt: on
