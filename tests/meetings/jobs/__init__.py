"""meetings: jobs."""
