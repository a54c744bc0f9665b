"""Proofs of the one-command run."""
