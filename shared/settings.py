"""Settings read once, from the environment, into frozen values; anything missing or odd stops the start with its name."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from uuid import UUID

from shared import fault
from shared.kernel.quotas import STANDARD, Quota, Quotas, Who
from shared.kernel.wall import zone_names


class SettingsError(Exception):
    """A setting is missing or cannot be right; the message names the variable, never its value."""


class Sending(StrEnum):
    """How far messages may go: nowhere, to hosts on this machine only, or to real people."""

    OFF = "off"
    SANDBOX = "sandbox"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class County:
    """One county as configuration: its zone, its identity provider, and the neutral names and addresses its people see."""

    id: UUID
    slug: str
    name: str
    programmes: Mapping[str, str]
    time_zone: str
    issuer: str
    jwks_url: str
    sms_number: str
    mailbox: str
    call_number: str
    languages: tuple[str, ...]
    default_language: str
    holidays: tuple[str, ...] = ()
    supervisors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By unit, the staff ids of those who are told when its worker needs help."""
    on_call: tuple[str, ...] = ()
    """The staff ids of those who answer after hours."""

    def programme(self, language: str) -> str:
        """Return the neutral name under which this county writes in a language; raises KeyError for one it does not write in."""
        return self.programmes[language]


@dataclass(frozen=True, slots=True)
class SystemClient:
    """The deployment's own issuer, and this service's client-credentials registration there."""

    issuer: str
    jwks_url: str
    token_url: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How much callers may ask for, and whose X-Forwarded-For is believed: nobody's, unless a proxy of ours is named."""

    quotas: Quotas
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()


STANDARD_LIMITS = LimitSettings(STANDARD)


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What every service with a database needs."""

    service: str
    listen_host: str
    listen_port: int
    database_url: str
    owner_database_url: str
    redis_url: str
    wrapping_key: bytes
    counties: tuple[County, ...]
    system: SystemClient
    sending: Sending
    urls: Mapping[str, str]
    metrics_listen: str = ""
    limits: LimitSettings = STANDARD_LIMITS

    def county(self, county_id: UUID) -> County:
        """Return a configured county; raises KeyError for any other."""
        for county in self.counties:
            if county.id == county_id:
                return county
        raise KeyError(county_id)


SERVICES = ("network", "meetings", "notify", "portal")


def required(environment: Mapping[str, str], name: str) -> str:
    """Return a variable's value, or stop the start by name."""
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _programmes(names: Mapping[str, str], languages: Sequence[str]) -> Mapping[str, str]:
    """Return a county's programme name for each language it writes in; a missing name is an error, never English instead."""
    return {language: str(names[language]) for language in languages}


def read_counties(path: Path) -> tuple[County, ...]:
    """Read the county file: a JSON array, one object a county."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        counties = tuple(
            County(
                id=UUID(row["id"]),
                slug=row["slug"],
                name=row["name"],
                programmes=_programmes(row["programmes"], row["languages"]),
                time_zone=row["time_zone"],
                issuer=row["issuer"],
                jwks_url=row["jwks_url"],
                sms_number=row["sms_number"],
                mailbox=row["mailbox"],
                call_number=row["call_number"],
                languages=tuple(row["languages"]),
                default_language=row["default_language"],
                holidays=tuple(row.get("holidays", ())),
                supervisors={unit: tuple(staff) for unit, staff in row.get("supervisors", {}).items()},
                on_call=tuple(row.get("on_call", ())),
            )
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"SURROUND_COUNTIES: cannot be read ({type(error).__name__})") from error
    for county in counties:
        if county.time_zone not in zone_names():
            raise SettingsError(f"SURROUND_COUNTIES: {county.slug} has an unknown time zone")
    if len({c.issuer for c in counties}) != len(counties) or len({c.id for c in counties}) != len(counties):
        raise SettingsError("SURROUND_COUNTIES: each county needs an id and an issuer of its own")
    return counties


def read_wrapping_key(environment: Mapping[str, str]) -> bytes:
    """Return the 32 bytes that wrap every data key."""
    try:
        key = base64.b64decode(required(environment, "SURROUND_WRAPPING_KEY"), validate=True)
    except ValueError as error:
        raise SettingsError("SURROUND_WRAPPING_KEY is not base64") from error
    if len(key) != 32:
        raise SettingsError("SURROUND_WRAPPING_KEY must be 32 bytes")
    return key


def read_limits(environment: Mapping[str, str]) -> LimitSettings:
    """Read which quotas differ from ours (`{"staff": {"burst": [40, 1], "day": [100000, 86400]}}`), and our proxies' networks."""
    try:
        given = json.loads(environment.get("SURROUND_QUOTAS", "").strip() or "{}")
        quotas = {Who(who): tuple(_quota(name, *rest) for name, rest in quotas.items()) for who, quotas in given.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise SettingsError('SURROUND_QUOTAS is JSON like {"staff": {"burst": [20, 1], "day": [50000, 86400]}}') from error
    try:
        proxies = tuple(ip_network(each) for each in environment.get("SURROUND_TRUSTED_PROXIES", "").replace(",", " ").split())
    except ValueError as error:
        raise SettingsError("SURROUND_TRUSTED_PROXIES is a list of networks, like 172.16.0.0/12") from error
    return LimitSettings({**STANDARD, **quotas}, proxies)


def _quota(name: str, most: int, seconds: int) -> Quota:
    if type(most) is not int or type(seconds) is not int or most < 1 or seconds < 1 or not name.isalnum():
        raise ValueError("no quota")
    return Quota(name, most, seconds)


def read_service_settings(service: str, environment: Mapping[str, str]) -> ServiceSettings:
    """Read what every service with a database needs."""
    host, _, port = required(environment, "SURROUND_LISTEN").rpartition(":")
    try:
        sending = Sending(environment.get("SURROUND_SENDING", "off"))
    except ValueError as error:
        raise SettingsError("SURROUND_SENDING is off, sandbox or live") from error
    try:
        fault.arm(environment, live=sending is Sending.LIVE)
    except fault.FaultRefused as error:
        raise SettingsError(str(error)) from error
    return ServiceSettings(
        service=service,
        listen_host=host or "127.0.0.1",
        listen_port=int(port),
        database_url=required(environment, "SURROUND_DATABASE_URL"),
        owner_database_url=environment.get("SURROUND_OWNER_DATABASE_URL", ""),
        redis_url=required(environment, "SURROUND_REDIS_URL"),
        wrapping_key=read_wrapping_key(environment),
        counties=read_counties(Path(required(environment, "SURROUND_COUNTIES"))),
        system=SystemClient(
            issuer=required(environment, "SURROUND_SYSTEM_ISSUER"),
            jwks_url=required(environment, "SURROUND_SYSTEM_JWKS_URL"),
            token_url=required(environment, "SURROUND_SYSTEM_TOKEN_URL"),
            client_id=required(environment, "SURROUND_SYSTEM_CLIENT_ID"),
            client_secret=required(environment, "SURROUND_SYSTEM_CLIENT_SECRET"),
        ),
        sending=sending,
        urls={name: required(environment, f"SURROUND_{name.upper()}_URL") for name in SERVICES},
        metrics_listen=environment.get("SURROUND_METRICS_LISTEN", ""),
        limits=read_limits(environment),
    )
