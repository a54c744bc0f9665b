"""Hostile connections to real processes."""
