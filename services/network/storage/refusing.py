"""What the database itself refuses, in the domain's words: two at once may both pass a check, never a constraint."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from asyncpg import IntegrityConstraintViolationError
from sqlalchemy.exc import IntegrityError

from shared.kernel.errors import Conflict


@contextmanager
def refusing(conflicts: Mapping[str, type[Conflict]]) -> Iterator[None]:
    """Raise the conflict that a violated constraint stands for; any other violation is a fault of ours."""
    try:
        yield
    except (IntegrityError, IntegrityConstraintViolationError) as error:
        told = error.orig.__cause__ if isinstance(error, IntegrityError) and error.orig else error
        conflict = conflicts.get(str(getattr(told, "constraint_name", None)))
        if conflict is None:
            raise
        raise conflict from error
