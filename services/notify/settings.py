"""The settings of notify: those of every service, and where mail and texts go out and come in."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.settings import Sending, ServiceSettings, SettingsError, read_service_settings, required

NAME = "notify"


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """What notify needs beyond a database. An empty provider or inbox means that there is none."""

    service: ServiceSettings
    celery_redis_url: str
    smtp_url: str
    sms_api_url: str
    sms_account: str
    sms_secret: str
    sms_callback_url: str
    inbox_url: str
    inbox_vouched_by: str

    @property
    def sending(self) -> Sending:
        """How far messages may go."""
        return self.service.sending

    @property
    def portal_url(self) -> str:
        """Where people open their links; never taken from a request."""
        return self.service.urls["portal"].rstrip("/")

    @property
    def feed_url(self) -> str:
        """Where calendars fetch feeds."""
        return self.service.urls[NAME].rstrip("/")


def read_settings(environment: Mapping[str, str]) -> NotifySettings:
    """Read the settings once, at start; raises SettingsError naming what is missing or odd."""
    service = read_service_settings(NAME, environment)
    sends = service.sending is not Sending.OFF
    needed = required if sends else _optional
    return NotifySettings(
        service=service,
        celery_redis_url=required(environment, "SURROUND_CELERY_REDIS_URL"),
        smtp_url=needed(environment, "SURROUND_SMTP_URL"),
        sms_api_url=needed(environment, "SURROUND_SMS_API_URL"),
        sms_account=needed(environment, "SURROUND_SMS_ACCOUNT"),
        sms_secret=needed(environment, "SURROUND_SMS_SECRET"),
        sms_callback_url=needed(environment, "SURROUND_SMS_CALLBACK_URL"),
        inbox_url=_inbox(_optional(environment, "SURROUND_INBOX_LISTEN")),
        inbox_vouched_by=_optional(environment, "SURROUND_INBOX_VOUCHED_BY"),
    )


def _optional(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").strip()


def _inbox(listen: str) -> str:
    """Return where the inbox listens as a URL: `host:port` means SMTP."""
    if not listen:
        return ""
    url = listen if "://" in listen else f"smtp://{listen}"
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "lmtp"} or parts.port is None:
        raise SettingsError("SURROUND_INBOX_LISTEN is host:port, smtp://host:port or lmtp://host:port")
    return url
