"""Reading HTTP Basic credentials, which both the SMS provider and the OpenID provider ask for."""

import base64
import binascii


def basic_credentials(authorization: str) -> tuple[str, str]:
    """Return the name and the secret of a Basic header; raises ValueError for anything else."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        raise ValueError("not Basic")
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not base64") from error
    if not colon:
        raise ValueError("no colon")
    return name, secret
