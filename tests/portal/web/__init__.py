"""portal: the pages."""
