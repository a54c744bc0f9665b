"""What network refuses about circles, qualities and relatives' notices."""

from shared.kernel.errors import Conflict


class QualityIsDerived(Conflict):
    """Whether a member will do something follows from their commitments. Ask them to take one on, or end the one they have."""

    code = "quality_is_derived"
