"""portal: gateways."""
