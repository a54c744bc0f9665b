"""What network refuses about people's safe contact, circles, qualities and relatives' notices."""

from shared.kernel.errors import Conflict


class QualityIsDerived(Conflict):
    """Whether a member will do something follows from their commitments. Ask them to take one on, or end the one they have."""

    code = "quality_is_derived"


class RelayNotPossible(Conflict):
    """This person cannot pass on messages for them. Choose somebody else."""

    code = "relay_not_possible"


class RelayIsMinor(Conflict):
    """Only an adult passes on messages. Choose the caregiver, or another adult whom they trust."""

    code = "relay_is_minor"


class KinNoticeExists(Conflict):
    """The notice to this relative about this child is tracked already. Change the entry that is there."""

    code = "kin_notice_exists"


class KinNoticeStep(Conflict):
    """A notice cannot go this way from where it stands. Read it again: a relative responds only after they were notified."""

    code = "kin_notice_step"
