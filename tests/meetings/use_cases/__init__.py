"""meetings: use_cases."""
