"""How far this deployment may reach: nowhere, hosts of this machine only (the sandbox), or real people."""

import ipaddress
from urllib.parse import urlsplit

from services.notify.domain.errors import SendingNotAllowed
from shared.settings import Sending


def require_reach(sending: Sending, url: str) -> None:
    """Raise SendingNotAllowed unless this deployment may speak to the host of a URL; every sender asks once, when it is made."""
    if sending is Sending.LIVE:
        return
    if sending is Sending.SANDBOX and is_this_machine(urlsplit(url).hostname or ""):
        return
    raise SendingNotAllowed


def is_this_machine(host: str) -> bool:
    """Whether a host is loopback by its spelling; names but `localhost` are not looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
