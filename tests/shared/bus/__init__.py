"""The link between services, fault by fault (RELIABILITY §3), on a real PostgreSQL and a real Valkey."""
