"""Hostile inputs at notify."""
