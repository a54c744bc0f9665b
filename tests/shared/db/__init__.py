"""Tests of shared/db, on a real PostgreSQL."""
