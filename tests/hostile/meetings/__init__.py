"""Hostile inputs at meetings."""
