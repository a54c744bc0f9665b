"""The other services, the counties' identity providers and the store of sign-ins, each behind a typed client."""
