"""Hostile inputs at network."""
