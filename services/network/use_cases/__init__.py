"""What network does: one verb, one file, one transaction."""
