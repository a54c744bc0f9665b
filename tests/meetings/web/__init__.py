"""meetings: web."""
