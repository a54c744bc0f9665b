"""What the database itself refuses, in the domain's words: two at once may both pass a check, never a constraint."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from shared.kernel.errors import Conflict


@contextmanager
def refusing(conflicts: Mapping[str, type[Conflict]]) -> Iterator[None]:
    """Raise the conflict that a violated constraint stands for; any other violation is a fault of ours."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
        conflict = conflicts.get(str(name))
        if conflict is None:
            raise
        raise conflict from error
