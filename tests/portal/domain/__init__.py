"""portal: the rules."""
