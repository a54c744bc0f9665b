"""portal in one process, as its own tests have it."""

from tests.portal.conftest import built, make_site, redis, site  # noqa: F401  fixtures
