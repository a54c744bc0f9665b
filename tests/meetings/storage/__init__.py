"""meetings: storage."""
