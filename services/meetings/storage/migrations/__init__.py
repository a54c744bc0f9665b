"""Migrations of meetings, in order."""
