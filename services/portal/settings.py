"""The settings of portal: where it is reached, who signs people in, where sign-ins are kept, where the services are."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from shared.settings import (
    SERVICES,
    STANDARD_LIMITS,
    County,
    LimitSettings,
    SettingsError,
    read_counties,
    read_limits,
    read_wrapping_key,
    required,
)

NAME = "portal"


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """What portal needs; it has no database. `url` is its own address, the only one that sign-ins return to."""

    listen_host: str
    listen_port: int
    url: str
    redis_url: str
    wrapping_key: bytes
    counties: tuple[County, ...]
    urls: Mapping[str, str]
    client_id: str
    client_secret: str
    metrics_listen: str = ""
    limits: LimitSettings = STANDARD_LIMITS

    @property
    def is_https(self) -> bool:
        """Whether cookies may be, and so must be, Secure."""
        return self.url.startswith("https://")

    @property
    def origin(self) -> str:
        """What a browser sends as Origin from pages of ours."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def county(self, slug: str) -> County | None:
        """Return a county by the name that a sign-in form gives."""
        return next((one for one in self.counties if one.slug == slug), None)


def read_settings(environment: Mapping[str, str]) -> PortalSettings:
    """Read the settings once, at start; raises SettingsError naming what is missing or odd."""
    host, _, port = required(environment, "SURROUND_LISTEN").rpartition(":")
    urls = {name: required(environment, f"SURROUND_{name.upper()}_URL") for name in SERVICES}
    url = urls[NAME].rstrip("/")
    if not _may_be(url):
        raise SettingsError("SURROUND_PORTAL_URL has to be https; only this machine's own address may do without")
    return PortalSettings(
        listen_host=host or "127.0.0.1",
        listen_port=int(port),
        url=url,
        redis_url=required(environment, "SURROUND_REDIS_URL"),
        wrapping_key=read_wrapping_key(environment),
        counties=read_counties(Path(required(environment, "SURROUND_COUNTIES"))),
        urls=urls,
        client_id=environment.get("SURROUND_OIDC_CLIENT_ID", "") or NAME,
        client_secret=required(environment, "SURROUND_OIDC_CLIENT_SECRET"),
        metrics_listen=environment.get("SURROUND_METRICS_LISTEN", ""),
        limits=read_limits(environment),
    )


def _may_be(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return True
    try:
        return parts.scheme == "http" and (parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback)
    except ValueError:
        return False
