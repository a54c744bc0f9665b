"""A zone's definition is the same whichever year asks for it: calendars keep one definition for a zone's name."""

import pytest

from services.notify.gateways.vtimezone import vtimezone

ZONES = ["America/Los_Angeles", "America/Santiago", "Asia/Jerusalem", "Australia/Lord_Howe", "Europe/Lisbon"]


@pytest.mark.parametrize("zone_name", ZONES)
def test_a_zone_is_written_the_same_in_every_year(zone_name: str) -> None:
    assert len({vtimezone(zone_name, year, year) for year in range(2026, 2060)}) == 1
