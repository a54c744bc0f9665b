"""What network refuses about the words that everyone shares."""

from shared.kernel.errors import Conflict


class MayNotBeTold(Conflict):
    """This member is not among those who may see these words. Change who may see them first, or choose somebody else."""

    code = "may_not_be_told"


class SameKind(Conflict):
    """This item has that kind already. Choose another kind to move it to."""

    code = "same_kind"


class NothingToRelease(Conflict):
    """Only a parent needs a release to see a child's words. Whoever else may see them sees them already."""

    code = "nothing_to_release"
