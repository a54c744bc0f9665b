"""The codes of what a member may see, of reaching somebody safely, and of keeping people apart, in plain English."""

from collections.abc import Mapping

BECAUSE: Mapping[str, str] = {
    "release": "A release names them",
    "no_release": "No release names them",
    "no_part2_consent": "Needs a release of its own that names them",
    "takes_no_part": "They take no part now",
    "not_theirs": "Not theirs",
}
CIRCLES: Mapping[str, str] = {"inner": "inner", "middle": "middle", "outer": "outer", "none": "no circle"}
"""A circle as one says it in "from outer to inner"."""
