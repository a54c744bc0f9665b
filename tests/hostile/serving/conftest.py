"""Processes of services, as the tests of faults have them."""

from tests.faults.conftest import deployment, issuers, redis  # noqa: F401  fixtures
