"""Proofs of what the services share."""
