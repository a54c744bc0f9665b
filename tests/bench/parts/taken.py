"""What so many rows took: seconds that passed, and seconds in which this process had a processor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter, process_time


@dataclass(frozen=True, slots=True)
class Taken:
    """Time that passed also counts the disk, the database and whoever else works on the machine; processor time does not."""

    rows: int
    seconds: float
    worked: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    @property
    def microseconds(self) -> float:
        """Microseconds of processor time a row."""
        return self.worked / self.rows * 1_000_000

    def __add__(self, other: "Taken") -> "Taken":
        """Both, one after the other, of the same rows."""
        return Taken(self.rows, self.seconds + other.seconds, self.worked + other.worked)


async def taken_by(work: Callable[[], Awaitable[object]], rows: int) -> Taken:
    """Return what some work with so many rows took."""
    begun, worked = perf_counter(), process_time()
    await work()
    return Taken(rows, perf_counter() - begun, process_time() - worked)
