"""Hostile inputs at portal."""
