"""What `make bench` runs and prints. The measurements themselves take minutes and prove nothing by passing: no test runs them."""

from tests.bench.__main__ import Figure, in_order, measurements, needs_county, table

FAST = Figure(name="a read", value=1234.5, unit="requests/s", yardstick=2000.0, ratio=0.617, goal=">= 60 %", met=True)
SLOW = Figure(name="a search", value=43.21, unit="ms", yardstick=None, ratio=None, goal="p99 <= 25 ms", met=False)
PLAIN = Figure(name="a size", value=649, unit="bytes", yardstick=None, ratio=None, goal="", met=None)


def test_every_measurement_can_be_called_and_those_of_the_county_come_last() -> None:
    names = measurements()
    assert {"api", "drain", "find_times", "from_nothing", "link", "memory"} <= set(names)
    assert [needs_county(name) for name in names] == sorted(needs_county(name) for name in names)


def test_memory_is_weighed_before_the_county_has_worked() -> None:
    assert in_order(["page", "memory", "api", "bookings"]) == ["api", "memory", "bookings", "page"]


def test_the_table_shows_a_miss_and_leaves_open_what_has_no_goal() -> None:
    assert table([FAST, SLOW, PLAIN]).splitlines()[2:] == [
        "| a read | 1,234 requests/s | 2,000 requests/s | 0.617 | >= 60 % | yes |",
        "| a search | 43.21 ms |  |  | p99 <= 25 ms | **no** |",
        "| a size | 649 bytes |  |  |  |  |",
    ]
