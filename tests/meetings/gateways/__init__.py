"""meetings: gateways."""
