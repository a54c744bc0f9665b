"""The settings of meetings: those that every service with a database has."""

from collections.abc import Mapping

from shared.settings import ServiceSettings, read_service_settings

NAME = "meetings"


def read_settings(environment: Mapping[str, str]) -> ServiceSettings:
    """Read the settings once, at start; raises SettingsError naming what is missing or odd."""
    return read_service_settings(NAME, environment)
