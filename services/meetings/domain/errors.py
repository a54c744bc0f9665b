"""Every refusal of meetings. The docstring is the sentence a caseworker reads or reads aloud; the code never changes.

The facts beside a refusal are ids, dates, rule names and counts: never a name, a reason, or somebody else's booking.
"""

from typing import Self

from shared.kernel.errors import Conflict, Fault, Invalid, NotFound, Refused

# Nothing here that you can see


class MeetingNotFound(NotFound):
    """We cannot find this meeting. Check the address, or ask whoever holds the family."""

    code = "meeting_not_found"


class ParticipantNotFound(NotFound):
    """This person is not part of this meeting. Read the meeting again."""

    code = "participant_not_found"


class ResourceNotFound(NotFound):
    """We cannot find this facilitator, room or interpreter. Choose another one."""

    code = "resource_not_found"


class HoldNotFound(NotFound):
    """This hold no longer exists. Find times again and choose one."""

    code = "hold_not_found"


class ReplyNotFound(NotFound):
    """We cannot find this reply. Read the meeting's replies again."""

    code = "reply_not_found"


class UnavailabilityNotFound(NotFound):
    """This entry is no longer there. Read the person's times again."""

    code = "unavailability_not_found"


class CalendarNotFound(NotFound):
    """This calendar is no longer linked. Read the person's calendars again."""

    code = "calendar_not_found"


# The time or the room


class SlotTaken(Conflict):
    """Somebody else has just taken this time. Find times again and choose another one."""

    code = "slot_taken"


class InThePast(Invalid):
    """This time has already passed. Choose a later one."""

    code = "in_the_past"

    @classmethod
    def at(cls, pointer: str) -> Self:
        """Return the refusal of a body whose member at `pointer` holds the time."""
        return cls([Fault(cls.code, cls().detail, pointer=pointer)])


class AtNight(Conflict):
    """Family meetings take place between 7 AM and 9 PM. Choose such a time, or say that the family asked for this one."""

    code = "at_night"


class OnAHoliday(Conflict):
    """This is a county holiday. Choose another day, or say that the family asked for this one."""

    code = "on_a_holiday"


class AfterDueDate(Conflict):
    """This date is later than the rule allows. Choose an earlier one, or have a supervisor write why it must be later."""

    code = "after_due_date"


class NoticeTooShort(Conflict):
    """Somebody you chose needs more working days of notice. Choose a later day, or somebody else."""

    code = "notice_too_short"


# Who is at the table


class Separated(Conflict):
    """Two of these people must be kept apart. Plan separate meetings instead; the answer says who can come to which."""

    code = "separated"


class TooNearEachOther(Conflict):
    """This place is not possible at this time. Choose another place, or a time at least two hours away."""

    code = "too_near_each_other"


class PartOutside(Conflict):
    """Somebody's part of this meeting lies outside of it, or across another part of theirs. Change their part, or the length."""

    code = "part_outside"


class RequiredRoleMissing(Conflict):
    """Somebody who must be at the table is not invited or cannot come. Invite them, or record why the seat is waived."""

    code = "required_role_missing"


class RequiredAnswerMissing(Conflict):
    """Not everyone who must be there has answered. Wait for them, or phone them and record what they say."""

    code = "required_answer_missing"


class InterpreterUnfilled(Conflict):
    """A language still has no interpreter who said yes. Choose an interpreter, or wait for the answer."""

    code = "interpreter_unfilled"


class PlaceMissing(Conflict):
    """Somebody does not know yet where to come, which link to open, or which number to call. Add it, then confirm."""

    code = "place_missing"


class AlreadyInvited(Conflict):
    """This person is already invited to this meeting."""

    code = "already_invited"


class NobodyInvited(Conflict):
    """A meeting needs at least one person. Add somebody first."""

    code = "nobody_invited"


# The meeting's state


class FamilyIsClosed(Conflict):
    """Work with this family has ended, so no meeting can be planned. Open a new family record to work with them again."""

    code = "family_closed"


class MeetingIsCancelled(Conflict):
    """This meeting was cancelled. Revive it first, or book a new one."""

    code = "meeting_cancelled"


class MeetingIsNotCancelled(Conflict):
    """This meeting is not cancelled, so there is nothing to revive. Move it instead."""

    code = "meeting_not_cancelled"


class MeetingIsOver(Conflict):
    """This meeting has already been held. Book a new one."""

    code = "meeting_is_over"


class ReplyNeedsNothing(Conflict):
    """This reply does not wait for anybody. Only a reply that is set aside can be applied."""

    code = "reply_needs_nothing"


# Who may


class ColleagueTimes(Refused):
    """Only they themselves, a scheduler, a supervisor or an administrator may change a colleague's times. Ask one of them."""

    code = "colleague_times"


# Values that cannot be right


class UnusableTimes(Invalid):
    """These times cannot be read as hours of a week or as a stretch of time. Correct them and send again."""

    code = "unusable_times"


class PurposeMissing(Invalid):
    """A meeting of a child and family team needs at least one purpose. Choose what it is for."""

    code = "purpose_missing"
