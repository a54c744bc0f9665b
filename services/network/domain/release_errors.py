"""What network refuses of releases and of separations that shall rest; each with the sentence a person reads."""

from shared.kernel.errors import Conflict, Invalid, NotFound, Refused


class AdoptionNeverReleased(Invalid):
    """Adoption records are never shared with a family's team, whoever signs (WIC 832). Take this class out of the release."""

    code = "adoption_never_released"


class ReleaseNotWritten(Invalid):
    """A release counts only in writing. Have it signed on paper or electronically, and record it then."""

    code = "release_not_written"


class SignedLater(Invalid):
    """A release counts from the day it was signed or taken back, which cannot be later than today. Check the date."""

    code = "release_dated_later"


class RevokedBeforeSigned(Invalid):
    """A release cannot be taken back before the day it was signed. Check the date."""

    code = "release_revoked_before_signed"


class Part2StandsAlone(Invalid):
    """Substance-use treatment records need a release of their own. Record this class alone, and the others in a second release."""

    code = "part2_needs_own_release"


class Part2NamesRecipients(Invalid):
    """A release of substance-use treatment records names who receives them. Write the recipients as the signed paper has them."""

    code = "part2_needs_recipients"


class NotOfThisFamily(NotFound):
    """Somebody named here does not take part in this family's network now. Add them to it first, or leave them out."""

    code = "not_of_this_family"


class ReleaseAcrossSeparation(Conflict):
    """The signer and a member named here are kept apart, so nothing may pass between them. Leave that member out."""

    code = "release_across_separation"


class ReleaseEnded(Conflict):
    """This release holds no longer. If they sign again, record a new one."""

    code = "release_ended"


class NotYoursToOverride(Refused):
    """Only a supervisor of the family's unit may let a separation rest, and must say why. Ask your supervisor."""

    code = "override_refused"


class SeparationNotActive(Conflict):
    """This rule keeps nobody apart today, so there is nothing to override."""

    code = "separation_not_active"


class SeparationDoesNotRest(Conflict):
    """Nobody lets this rule rest, so it keeps the two apart as it is."""

    code = "separation_does_not_rest"


class OverrideTooLong(Invalid):
    """A separation may rest for seven days at most. Choose an earlier last day, and look at it anew then."""

    code = "override_too_long"
