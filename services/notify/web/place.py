"""What handlers need to know of this deployment: its counties, where links lead, and the SMS provider's secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from aiohttp import web

from services.notify.gateways.sms import SmsAccount
from services.notify.settings import NotifySettings
from shared.settings import County, Sending
from shared.web.routing import Call


@dataclass(frozen=True, slots=True)
class Place:
    """Read once from the settings; no address here is ever taken from a request."""

    counties: Mapping[UUID, County]
    portal_url: str
    feed_url: str
    sending: Sending
    sms: SmsAccount = field(repr=False)

    @classmethod
    def of(cls, settings: NotifySettings) -> "Place":
        """Return what the settings say."""
        return cls(
            counties={county.id: county for county in settings.service.counties},
            portal_url=settings.portal_url,
            feed_url=settings.feed_url,
            sending=settings.sending,
            sms=SmsAccount(
                api_url=settings.sms_api_url,
                account=settings.sms_account,
                secret=settings.sms_secret,
                callback_url=settings.sms_callback_url,
            ),
        )

    def county_with_number(self, number: str) -> County | None:
        """Return the county that texts from a number."""
        return next((county for county in self.counties.values() if county.sms_number == number), None)


PLACE: Final = web.AppKey("place", Place)


def place_of(call: Call) -> Place:
    """Return this deployment."""
    return call.app[PLACE]


def county_of(call: Call) -> County:
    """Return the county of a caller."""
    return place_of(call).counties[call.staff.county_id]
