"""Walks through the real county with a real browser."""
