"""What network refuses about plans, promises and gaps, each with the sentence a person reads and a code that never changes."""

from collections.abc import Sequence
from typing import Any

from shared.kernel.errors import Conflict, Refused


class PlanHasEnded(Conflict):
    """This plan has ended. Start a new plan to go on."""

    code = "plan_ended"


class PlanNotReady(Conflict):
    """This plan cannot begin yet. Each entry of `reasons` says what is missing."""

    code = "plan_not_ready"

    @property
    def reasons(self) -> Sequence[Any]:
        """What is missing, in the order in which to mend it."""
        found: Sequence[Any] = self.facts["reasons"]  # type: ignore[assignment]
        return found


class PlanNotActive(Conflict):
    """This plan is not active. Activate it first."""

    code = "plan_not_active"


class PlanIsActive(Conflict):
    """This plan is in force, so this part of it cannot change. End it, or make a new version of it."""

    code = "plan_active"


class PlanNotAgreed(Conflict):
    """No parent or caregiver has agreed to the plan as it is now. Record their agreement first."""

    code = "plan_not_agreed"


class PlanIsRevised(Conflict):
    """A new version of this plan is being drafted already. Go on with that one, or end it first."""

    code = "plan_revised"


class PlanReviewRefused(Refused):
    """Only a supervisor of this family's unit, or the county's administrator, reviews a plan. Ask them to look at it."""

    code = "plan_review_refused"


class TooManySteps(Conflict):
    """This plan has too many steps for anybody to follow. Put some of them together."""

    code = "too_many_steps"


class MemberCannotProtect(Conflict):
    """This member cannot count as cover for a child. Offer them a supportive part, and ask somebody else to protect."""

    code = "member_cannot_protect"


class CommitmentHasEnded(Conflict):
    """This commitment has ended. Make a new one."""

    code = "commitment_ended"


class AlreadyAnswered(Conflict):
    """This commitment was accepted. To take it back, withdraw it."""

    code = "already_answered"


class NotAccepted(Conflict):
    """Nothing is promised here yet. Ask the member first."""

    code = "commitment_not_accepted"


class AlreadyCovered(Conflict):
    """Somebody else already covers this time. Thank the person, and leave it as it is."""

    code = "already_covered"


class RestIsCovered(Conflict):
    """Somebody else has the rest of this time by now. What the person still does of it stands: thank them."""

    code = "rest_covered"


class TurnIsOver(Conflict):
    """That time is over. Record how it went instead."""

    code = "turn_over"


class TurnNotOver(Conflict):
    """That time has not come yet. Record how it went afterwards."""

    code = "turn_not_over"


class NoSuchTurn(Conflict):
    """The commitment has no turn that begins at this time. Choose one of those that are listed."""

    code = "no_such_turn"


class WitnessNeeded(Conflict):
    """A promise that was spoken needs a witness. Name who heard it."""

    code = "witness_needed"


class GapIsClosed(Conflict):
    """This gap is closed already. Look at the plan again."""

    code = "gap_closed"


class ReasonNeeded(Conflict):
    """Say why this time may stay as it is: nobody protects the child then."""

    code = "reason_needed"


class TooManyTurns(Conflict):
    """This would be too many times for one commitment. Let it end earlier, or make several of it."""

    code = "recurrence_too_long"


class KeptApart(Refused):
    """Two people who must not meet would be close to each other at this time. Choose another time or another person."""

    code = "kept_apart"
