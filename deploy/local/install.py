"""What a demo needs before its services can start: servers, databases at the right revision, and what is in the state file."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from deploy.local import county_file, servers
from deploy.local.ports import Ports
from deploy.local.servers import ServerError
from deploy.local.state import Folder, Secrets
from shared.db import migrations_kit

WITH_DATABASE = ("network", "meetings", "notify")
SERVICES = (*WITH_DATABASE, "portal")
AGAIN_WITHIN = 30.0


@dataclass(slots=True)
class Backing:
    """PostgreSQL and Valkey as the services reach them, and which of them this run started."""

    admin_url: str
    redis_url: str
    password: str | None
    sources: dict[str, str] = field(default_factory=dict)
    postgres_pid: int = 0
    sockets: Path | None = None
    valkey_pid: int = 0

    def owner_url(self, database: str) -> str:
        """Return the address that migrations and the movable clock use."""
        return make_url(self.admin_url).set(database=database).render_as_string(hide_password=False)

    def app_url(self, service: str) -> str:
        """Return the address that a service runs with: a role that owns nothing."""
        url = make_url(self.admin_url).set(
            drivername="postgresql+asyncpg", username=migrations_kit.app_of(service), password=self.password, database=service
        )
        return url.render_as_string(hide_password=False)

    def redis_number(self, number: int) -> str:
        """Return the address of another numbered database of Valkey."""
        return make_url(self.redis_url).set(database=str(number)).render_as_string(hide_password=False)


def given(environment: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Return the servers that the person named: DATABASE_URL (a superuser or one who may make roles) and REDIS_URL."""
    database = environment.get("DATABASE_URL", "")
    if database:
        try:
            database = make_url(database).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        except SQLAlchemyError:
            raise ServerError("DATABASE_URL is no address of a PostgreSQL, like postgresql://role:password@host/postgres") from None
    return database, environment.get("REDIS_URL", "")


def start_postgres(folder: Folder, secrets: Secrets) -> Backing:
    """Start PostgreSQL, or use the one that DATABASE_URL names; its data stays in the state folder."""
    admin_url, _ = given()
    if admin_url:
        try:
            with create_engine(admin_url, poolclass=NullPool).connect():
                pass
        except SQLAlchemyError as error:
            raise ServerError(f"The PostgreSQL of DATABASE_URL cannot be used: {getattr(error, 'orig', error)}") from error
        return Backing(admin_url, "", secrets.database_password, {"PostgreSQL": "DATABASE_URL"})
    postgres = servers.start_postgres(folder.path / "postgres", folder.log("postgres"))
    return Backing(
        postgres.url("postgres"), "", None, {"PostgreSQL": postgres.source}, postgres_pid=postgres.pid, sockets=postgres.sockets
    )


def start_valkey(folder: Folder, backing: Backing, port: int) -> None:
    """Start Valkey, or use the one that REDIS_URL names."""
    _, redis_url = given()
    if redis_url:
        try:
            with Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=5) as redis:
                redis.ping()
        except RedisError as error:
            raise ServerError(f"The Valkey of REDIS_URL cannot be used: {error}") from error
        except ValueError:
            raise ServerError("REDIS_URL is no address of a Valkey, like redis://:password@host:6379/0") from None
        backing.redis_url, backing.sources["Valkey"] = redis_url, "REDIS_URL"
        return
    valkey = servers.start_valkey(folder.path / "valkey", folder.log("valkey"), port=port, durable=True)
    backing.redis_url, backing.valkey_pid, backing.sources["Valkey"] = valkey.url(), valkey.pid, valkey.source


def start_postgres_again(folder: Folder, backing: Backing) -> None:
    """Start a PostgreSQL that fell, where its clients look for it; what its predecessor left running is waited for."""
    give_up = time.monotonic() + AGAIN_WITHIN
    while True:
        try:
            postgres = servers.start_postgres(folder.path / "postgres", folder.log("postgres"), sockets=backing.sockets)
        except ServerError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
        else:
            backing.postgres_pid = postgres.pid
            return


def start_valkey_again(folder: Folder, backing: Backing) -> None:
    """Start a Valkey that fell, on its port and with its password."""
    url = make_url(backing.redis_url)
    valkey = servers.start_valkey(
        folder.path / "valkey", folder.log("valkey"), port=url.port, password=str(url.password), durable=True
    )
    backing.valkey_pid = valkey.pid


def migrate(backing: Backing) -> None:
    """Make each service's roles and database where missing, and bring it to this release."""
    for service in WITH_DATABASE:
        try:
            migrations_kit.provision(backing.admin_url, service, app_password=backing.password)
            migrations_kit.upgrade(f"services.{service}", backing.owner_url(service))
        except (SQLAlchemyError, CommandError) as error:
            raise ServerError(f"The database of {service} could not be brought to this release: {error}") from error


def describe(folder: Folder, secrets: Secrets, ports: Ports, backing: Backing) -> dict[str, Any]:
    """Return the state file's content; the sandbox and the loader of the sample county read it too."""
    urls = {name: f"http://127.0.0.1:{ports.of[name]}" for name in (*SERVICES, "sandbox")}
    rows = county_file.write(folder.counties, urls["sandbox"])
    systems = {
        row["slug"]: {
            "issuer": row["issuer"],
            "token_endpoint": f"{row['issuer']}/token",
            "client_id": f"{row['slug']}-cws",
            "client_secret": secrets.client_secret,
        }
        for row in rows
    }
    clients = [{"client_id": service, "client_secret": secrets.client_secret, "realm": "system"} for service in SERVICES]
    clients += [
        {
            "client_id": "portal",
            "client_secret": secrets.oidc_client_secret,
            "realm": row["slug"],
        }
        for row in rows
    ]
    clients += [
        {"client_id": system["client_id"], "client_secret": system["client_secret"], "realm": slug}
        for slug, system in systems.items()
    ]
    return {
        "phase": "starting",
        "urls": urls,
        "ports": dict(ports.of),
        "host": "127.0.0.1",
        "http_port": ports.of["sandbox"],
        "smtp_port": ports.of["mail"],
        "notify_inbox": {"host": "127.0.0.1", "port": ports.of["inbox"]},
        "notify_url": urls["notify"],
        "portal_url": urls["portal"],
        "sms": {"account": secrets.sms_account, "secret": secrets.sms_secret, "callback_base": urls["notify"]},
        "clock": {"databases": [backing.owner_url(service) for service in WITH_DATABASE]},
        "counties": rows,
        "clients": clients,
        "county_systems": systems,
        "databases": {
            service: {"app_url": backing.app_url(service), "owner_url": backing.owner_url(service)} for service in WITH_DATABASE
        },
        "redis_url": backing.redis_url,
        "celery_redis_url": backing.redis_number(1),
        "counties_file": str(folder.counties),
        "processes": {},
    }


def environment_of(service: str, state: Mapping[str, Any], folder: Folder, secrets: Secrets, backing: Backing) -> dict[str, str]:
    """Return the settings of one service, as its process reads them."""
    urls, ports = state["urls"], state["ports"]
    system = f"{urls['sandbox']}/oidc/system"
    settings = {
        "SURROUND_LISTEN": f"127.0.0.1:{ports[service]}",
        # Portal tells notify where a member's request came from.
        "SURROUND_TRUSTED_PROXIES": "127.0.0.1/32",
        "SURROUND_METRICS_LISTEN": f"127.0.0.1:{ports[f'{service} metrics']}",
        "SURROUND_REDIS_URL": backing.redis_url,
        "SURROUND_COUNTIES": str(folder.counties),
        "SURROUND_WRAPPING_KEY": secrets.wrapping_key,
        "SURROUND_SENDING": "sandbox",
        "SURROUND_SYSTEM_ISSUER": system,
        "SURROUND_SYSTEM_JWKS_URL": f"{system}/jwks",
        "SURROUND_SYSTEM_TOKEN_URL": f"{system}/token",
        "SURROUND_SYSTEM_CLIENT_ID": service,
        "SURROUND_SYSTEM_CLIENT_SECRET": secrets.client_secret,
        **{f"SURROUND_{name.upper()}_URL": urls[name] for name in SERVICES},
    }
    if service in WITH_DATABASE:
        settings |= {"SURROUND_DATABASE_URL": backing.app_url(service), "SURROUND_OWNER_DATABASE_URL": backing.owner_url(service)}
    if service == "notify":
        settings |= {
            "SURROUND_SMTP_URL": f"smtp://127.0.0.1:{ports['mail']}",
            "SURROUND_SMS_API_URL": urls["sandbox"],
            "SURROUND_SMS_ACCOUNT": secrets.sms_account,
            "SURROUND_SMS_SECRET": secrets.sms_secret,
            "SURROUND_SMS_CALLBACK_URL": urls["notify"],
            "SURROUND_INBOX_LISTEN": f"127.0.0.1:{ports['inbox']}",
            "SURROUND_CELERY_REDIS_URL": backing.redis_number(1),
        }
    if service == "portal":
        settings |= {"SURROUND_OIDC_CLIENT_ID": "portal", "SURROUND_OIDC_CLIENT_SECRET": secrets.oidc_client_secret}
    return settings
