"""The transaction and what must share it: the log, the audit, idempotency, sealed words."""
